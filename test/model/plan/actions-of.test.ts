import { expect } from 'chai'
import type { Action } from '../../../model/plan/actions.ts'
import { actionsOf } from '../../../model/plan/actions-of.ts'
import type { NetworkPlan } from '../../../model/plan/network-plan.ts'
import type { RangePlan } from '../../../model/plan/range-plan.ts'
import type { VmPlan, VmStep } from '../../../model/plan/vm-plan.ts'
import type { VmPhase } from '../../../model/vm-phase.ts'
import { vm } from '../../builders/range.ts'

const vmPlan = (step: VmStep, phase: VmPhase): VmPlan => ({
  spec: vm('JD-DC01'),
  vmid: 1_010_011,
  isSpelled: true,
  step,
  phase,
  message: 'why',
})
const networkOf = (actions: NetworkPlan['actions']): NetworkPlan => ({
  names: { nat: 'ludusnat', range: 'r1' },
  wants: { kind: 'vnets', vnets: [], removals: [] },
  actions,
  nodes: [],
  busy: false,
  hangs: false,
  repair: { lacking: [], obstacle: undefined },
})
const planOf = (traits: Partial<RangePlan>): RangePlan => ({
  rangeId: 'JD',
  number: 1,
  pool: { exists: true },
  network: networkOf([]),
  vms: [],
  zoneFindings: [],
  grant: undefined,
  notes: [],
  ...traits,
})
const kinds = (actions: readonly Action[]): readonly string[] => actions.map(({ kind }) => kind)

describe('actionsOf', () => {
  const rows: readonly [string, VmStep, VmPhase, readonly string[]][] = [
    [
      'a new VM is cloned, configured and started',
      { kind: 'create', to: 'pve1', template: { vmid: 9000, node: 'pve1' }, power: 'on' },
      'absent',
      ['clone-vm', 'configure-vm', 'start-vm'],
    ],
    [
      'a bare clone is configured and started',
      { kind: 'continue', at: 'pve1', power: 'on' },
      'configuring',
      ['configure-vm', 'start-vm'],
    ],
    ['a stopped VM is started', { kind: 'continue', at: 'pve1', power: 'on' }, 'starting', ['start-vm']],
    [
      'a new VM of a range that is off is cloned and configured',
      { kind: 'create', to: 'pve1', template: { vmid: 9000, node: 'pve1' }, power: 'off' },
      'absent',
      ['clone-vm', 'configure-vm'],
    ],
    [
      'a bare clone of a range that is off is configured',
      { kind: 'continue', at: 'pve1', power: 'off' },
      'configuring',
      ['configure-vm'],
    ],
    [
      'a running VM of a range that is off is shut down',
      { kind: 'shutdown', at: 'pve1', marked: true },
      'stopping',
      ['shutdown-vm'],
    ],
    [
      'nothing is said of a VM that is perhaps to be shut down',
      { kind: 'shutdown', at: 'pve1', marked: true },
      'unknown',
      [],
    ],
    ['a running VM is left alone', { kind: 'none', at: 'pve1' }, 'running', []],
    ['a VM that is being cloned is left alone', { kind: 'wait', at: 'pve1' }, 'cloning', []],
    [
      'what a clone left in the place of a VM is removed',
      { kind: 'leftover', at: 'pve1', repair: true },
      'blocked',
      ['remove-leftover'],
    ],
    ['it stays where that is not asked for', { kind: 'leftover', at: 'pve1', repair: false }, 'blocked', []],
    [
      'a VM with something in its way is left alone',
      { kind: 'blocked', at: undefined, finding: { reason: 'VmidTaken', message: 'taken' } },
      'blocked',
      [],
    ],
  ]
  for (const [situation, step, phase, expected] of rows)
    it(situation, () => expect(kinds(actionsOf(planOf({ vms: [vmPlan(step, phase)] })))).to.deep.equal(expected))

  it('begins with the pool, then the networks, then the VMs, and gives each a reason', () => {
    const actions = actionsOf(
      planOf({
        pool: { exists: false },
        network: networkOf([{ kind: 'apply-sdn', vnets: ['r1'], reason: 'r1' }]),
        vms: [vmPlan({ kind: 'continue', at: 'pve1', power: 'on' }, 'starting')],
      }),
    )
    expect(kinds(actions)).to.deep.equal(['create-pool', 'apply-sdn', 'start-vm'])
    for (const { reason } of actions) expect(reason).not.to.equal('')
  })
})
