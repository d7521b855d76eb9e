import { expect } from 'chai'
import fc from 'fast-check'
import type { MachineRead } from '../../../model/machine-ports.ts'
import { always } from '../../../model/permit.ts'
import type { GuestSeen } from '../../../model/snapshot.ts'
import { notesOf } from '../../../model/vm-notes.ts'
import { configPatchOf } from '../../../reconcilers/vm/config-patch.ts'
import { judgeDrift } from '../../../reconcilers/vm/judge-drift.ts'
import { lookAtVm } from '../../../reconcilers/vm/plan-vm.ts'
import type { PlannedRange } from '../../../reconcilers/vm/planned-range.ts'
import { firstConfiguration } from '../../../reconcilers/vm/first-start.ts'
import { guestsOfRange, indexGuests } from '../../../reconcilers/vm/find-guest.ts'
import { removalStepOf } from '../../../reconcilers/vm/removal-step.ts'
import { runVm } from '../../../reconcilers/vm/run-vm.ts'
import { cluster, guest } from '../../builders/cluster.ts'
import { FakeMachines, machine } from '../../builders/fake-machines.ts'
import { vm } from '../../builders/range.ts'
import { runs } from '../../runner/long-runs.ts'

const NAME = 'JD-DC01'
const NETWORKS = { rangeId: 'JD', names: { nat: 'ludusnat', range: 'r1' }, vlans: [10] }
const TEMPLATE_BRIDGE = 'vmbr0'
const VMIDS = [1_010_011, 1_010_012, 105] as const

/** What happened to the one VM that is called so and in the pool by now, and what is true of it. */
interface Life {
  readonly read: MachineRead
  /** Lanista made it, under the VMID that it has. */
  readonly own: boolean
  /** And has configured it since. */
  readonly configured: boolean
  /** What it is a copy of, or it itself: who restores that under its own VMID has it back. */
  readonly original: Pick<Life, 'configured'> & { readonly vmid: number }
}

type Event =
  | { readonly kind: 'configured' }
  /** A person copies it, or restores its backup, under another VMID, and the copy takes its place. */
  | { readonly kind: 'copied'; readonly vmid: number }
  /** It becomes a template, of which Lanista makes the VM anew. */
  | { readonly kind: 'templated'; readonly vmid: number }
  | { readonly kind: 'tags lost' }
  | { readonly kind: 'started by a person' }
  | { readonly kind: 'stopped by a person' }

const spec = vm(NAME, { os: 'linux' })
const cloned = (vmid: number, template: Pick<MachineRead, 'tags'>): Life => ({
  read: machine(vmid, NAME, {
    tags: template.tags,
    config: {
      net0: `virtio=BC:24:11:00:00:01,bridge=${TEMPLATE_BRIDGE}`,
      description: notesOf(spec, { range: 'JD', vmid, configured: false }),
    },
  }),
  own: true,
  configured: false,
  original: { vmid, configured: false },
})

function after(life: Life, event: Event): Life {
  const { read } = life
  switch (event.kind) {
    case 'configured': {
      if (!life.own || read.running) return life
      const { set } = configPatchOf(spec, NETWORKS, read)
      const texts = Object.fromEntries(Object.entries(set).map(([key, value]) => [key, String(value)]))
      const tags = String(set['tags']).split(';')
      const original = { vmid: read.vmid, configured: true }
      return { read: { ...read, tags, config: { ...read.config, ...texts } }, own: true, configured: true, original }
    }
    case 'copied': {
      const own = event.vmid === life.original.vmid
      return {
        ...life,
        read: { ...read, vmid: event.vmid, running: false },
        own,
        configured: own && life.original.configured,
      }
    }
    case 'templated':
      return cloned(event.vmid, read)
    case 'tags lost':
      return { ...life, read: { ...read, tags: [] } }
    case 'started by a person':
      return { ...life, read: { ...read, running: true } }
    case 'stopped by a person':
      return { ...life, read: { ...read, running: false } }
  }
}

const anyVmid = fc.constantFrom(...VMIDS)
const anyEvent: fc.Arbitrary<Event> = fc.oneof(
  fc.constant<Event>({ kind: 'configured' }),
  fc.record({ kind: fc.constant('copied' as const), vmid: anyVmid }),
  fc.record({ kind: fc.constant('templated' as const), vmid: anyVmid }),
  fc.constant<Event>({ kind: 'tags lost' }),
  fc.constant<Event>({ kind: 'started by a person' }),
  fc.constant<Event>({ kind: 'stopped by a person' }),
)
const anyLife = fc
  .tuple(anyVmid, fc.subarray(['jd', 'lanista', 'kl']), fc.array(anyEvent, { maxLength: 8 }))
  .map(([vmid, tags, events]) => ({ events, life: events.reduce(after, cloned(vmid, { tags })) }))

/** As `/cluster/resources` tells it: no configuration. */
const seenOf = ({ vmid, node, running, tags }: MachineRead): GuestSeen =>
  guest(vmid, { name: NAME, node, pool: 'JD', tags, status: running ? 'running' : 'stopped' })

describe('whatever marks a VM has inherited, lost or had copied', () => {
  const anyPower = fc.constantFrom('on' as const, 'keep' as const, 'off' as const)
  /** The VMID that spells its address by the file of now. */
  const anySpelled = fc.constantFrom(...VMIDS)

  it('a clone that was never configured is configured before it starts, or told', async () => {
    await fc.assert(
      fc.asyncProperty(anyLife, anyPower, anySpelled, async ({ life }, power, spelled) => {
        const { read } = life
        const machines = new FakeMachines(read)
        const snapshot = cluster({ guests: [seenOf(read)] })
        const range: PlannedRange = {
          id: 'JD',
          targetNode: undefined,
          power,
          repair: false,
          guests: guestsOfRange('JD', new Set([spelled]), indexGuests(snapshot)),
          hidden: undefined,
          promised: [],
          underWay: [],
        }
        const look = lookAtVm(spec, spelled, range, snapshot)
        expect(look.kind).to.equal('known')
        if (look.kind !== 'known' || !life.own || life.configured) return
        const { step } = look.plan
        const judged = judgeDrift({
          vm: spec,
          networks: NETWORKS,
          drift: { networks: 'correct', hardware: 'correct' },
          read: { ...read, waiting: [], unplugged: [], bridgesGone: [] },
          known: new Map(),
        })
        expect(judged.patch).to.equal(undefined)
        if (step.kind === 'blocked' || judged.trouble !== undefined) return
        const plan = step.kind === 'none' ? firstConfiguration(look.plan, 'pve1', power) : look.plan
        expect(step.kind === 'none' ? judged.toBeConfigured : true, 'an audit that would find it').to.equal(true)
        await runVm(
          {
            plan,
            node: 'pve1',
            networks: NETWORKS,
            planned: new Set([plan.vmid]),
            fullClone: { storage: 'shared', format: 'qcow2' },
            machines,
            pools: {
              read: () =>
                Promise.resolve({ comment: undefined, guests: [...machines.machines.keys()], nodes: new Map() }),
            },
            now: () => 0,
            holdStart: () => Promise.resolve(undefined),
            permit: always(new AbortController().signal),
          },
          () => undefined,
        )
        const [first] = machines.writes
        if (first !== undefined) expect(first).to.match(/^configure/)
        expect(machines.machines.get(read.vmid)?.config['net0']).to.contain('bridge=r1,tag=10')
      }),
      { numRuns: runs(400) },
    )
  })

  it("a person's copy is never corrected or deleted, and what Lanista configured is, as long as it has its tags", () => {
    fc.assert(
      fc.property(anyLife, ({ life: { read, own, configured } }) => {
        const judged = judgeDrift({
          vm: { ...spec, cpus: 7 },
          networks: NETWORKS,
          drift: { networks: 'correct', hardware: 'correct' },
          read: { ...read, waiting: [], unplugged: [], bridgesGone: [] },
          known: new Map(),
        })
        const step = removalStepOf(read, true, { rangeId: 'JD', vmid: read.vmid, name: NAME }, false)
        const isMarked = own && configured && read.tags.length > 0
        expect(judged.patch !== undefined, 'corrected').to.equal(isMarked)
        expect(step.kind !== 'stays', 'removed').to.equal(isMarked)
      }),
      { numRuns: runs(400) },
    )
  })
})
