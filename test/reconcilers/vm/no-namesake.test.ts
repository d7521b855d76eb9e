import { expect } from 'chai'
import { always, Outdated } from '../../../model/permit.ts'
import { ProxmoxError } from '../../../model/proxmox-error.ts'
import { noNamesake } from '../../../reconcilers/vm/no-namesake.ts'
import type { VmLook, VmSight } from '../../../reconcilers/vm/vm-look.ts'
import { FakeMachines, machine } from '../../builders/fake-machines.ts'

const SELF = 1_010_001
const NEWCOMER = { names: ['JD-a', 'JD-a-of-old'], rangeId: 'JD', planned: new Set([SELF, 1_010_002]) }
const poolOf = (...guests: readonly number[]) => ({
  comment: undefined,
  guests,
  nodes: new Map(guests.map((vmid) => [vmid, 'pve1'])),
})

describe('the permit of a clone that no guest of its pool may have the name of', () => {
  let time = 0
  let pool = poolOf()
  let machines = new FakeMachines()
  const sight: VmSight = {
    machines: { read: (node, vmid) => machines.read(node, vmid) },
    pools: { read: () => Promise.resolve(pool) },
    now: () => time,
  }
  const permitFor = (look: VmLook | undefined) =>
    noNamesake(look, sight, NEWCOMER, always(new AbortController().signal))
  const lookAt = (): VmLook => ({ read: undefined, inPool: false, pool, at: time })
  const outcome = (check: Promise<void>): Promise<string> =>
    check.then(
      () => 'given',
      (error: unknown) => (error instanceof Outdated ? error.message : `failed: ${String(error)}`),
    )
  beforeEach(() => {
    time = 0
    pool = poolOf(SELF, 1_010_002)
    machines = new FakeMachines()
  })

  it('costs nothing right after a look, where the pool has only VMs of the plan', async () => {
    const permit = permitFor(lookAt())
    pool = poolOf(105)
    expect(await outcome(permit.check())).to.equal('given')
    expect(machines.journal).to.deep.equal([])
  })

  it('is not given for one that its own node calls so, whatever the list says', async () => {
    pool = poolOf(105)
    for (const name of ['JD-a', 'JD-a-of-old']) {
      machines = new FakeMachines(machine(105, name))
      expect(await outcome(permitFor(lookAt()).check())).to.match(/VM 105 in pool JD has that name by now/)
    }
  })

  it('is asked for anew when it had to wait, and when it is sent again', async () => {
    const waited = permitFor(lookAt())
    const sentAgain = permitFor(lookAt())
    expect(await outcome(sentAgain.check())).to.equal('given')
    pool = poolOf(105)
    machines = new FakeMachines(machine(105, 'JD-a'))
    expect(await outcome(sentAgain.check())).to.match(/VM 105/)
    time = 501
    expect(await outcome(waited.check())).to.match(/VM 105/)
  })

  it('is given beside others, and beside one whose node is off, where nobody renames it', async () => {
    pool = poolOf(105, 106)
    machines = new FakeMachines(machine(105, 'theirs')).fail('read', 'node-unreachable')
    expect(await outcome(permitFor(lookAt()).check())).to.equal('given')
  })

  it('is not given while a guest can not be read', async () => {
    pool = poolOf(105)
    machines = new FakeMachines(machine(105, 'theirs')).fail('read', 'forbidden')
    const permit = permitFor(lookAt())
    expect(await outcome(permit.check())).to.include(String(new ProxmoxError('forbidden', 'read', 'read: forbidden')))
  })
})
