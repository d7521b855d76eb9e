import { expect } from 'chai'
import { virtualClock } from '../../../adapters/simulator/clock.ts'
import { systemClock } from '../../../adapters/system-clock.ts'
import fc from 'fast-check'
import { DecidedMode } from '../../../controllers/network/decided-mode.ts'
import { Announced } from '../../../controllers/range/announced.ts'
import { Explaining } from '../../../controllers/range/explaining.ts'
import { Planning } from '../../../controllers/range/planning.ts'
import { Reservations } from '../../../controllers/range/reservations.ts'
import { VmsUnderWay } from '../../../controllers/machine/vms-under-way.ts'
import type { Clock } from '../../../model/clock.ts'
import { ProxmoxError } from '../../../model/proxmox-error.ts'
import type { RangePlan } from '../../../model/plan/range-plan.ts'
import type { RangeSpec, VmSpec } from '../../../model/range-spec.ts'
import type { ClusterSnapshot } from '../../../model/snapshot.ts'
import { anyCluster, anyRanges, reversed } from '../../builders/any-cluster.ts'
import { cluster, GIB, node, zone } from '../../builders/cluster.ts'
import { FakeProxmox } from '../../builders/fake-proxmox.ts'
import { quiet, settled } from '../../builders/quiet.ts'
import { range, settings, vm } from '../../builders/range.ts'
import { nodeOf } from '../../../model/plan/vm-plan.ts'

const { signal } = new AbortController()
function planningOf(proxmox: FakeProxmox, clock: Clock = systemClock, current = () => settings()) {
  const [decided, reservations, announced] = [
    new DecidedMode(current),
    new Reservations(new VmsUnderWay()),
    new Announced(clock, signal),
  ]
  const errors: string[] = []
  const logger = { ...quiet, error: (message: string) => void errors.push(message) }
  const look = () => proxmox.observe()
  const planning = new Planning(look, decided, reservations, announced, current, logger)
  const files = { read: async (id: string) => ({ kind: 'ok', spec: big(id), warnings: [] }) as const }
  return {
    errors,
    onZone: planning.onZone.bind(planning),
    plan: (spec: RangeSpec) => planning.plan(spec),
    announce: <T>(reading: Promise<T>) => announced.announce(reading),
    release: (rangeId: string) => reservations.release(rangeId),
    explaining: new Explaining(files, look, decided, reservations, current),
  }
}
type Planner = Pick<Planning, 'plan'>

async function plansFor(planning: Planner, specs: readonly RangeSpec[]): Promise<readonly RangePlan[]> {
  const planned = await Promise.all(specs.map((spec) => planning.plan(spec)))
  return planned.flatMap(({ result }) => (result.kind === 'planned' ? [result.plan] : []))
}
const nodesOf = (plans: readonly RangePlan[]) => plans.map(({ vms }) => vms.map(({ step }) => nodeOf(step)))
const big = (id: string) => range(id, { vms: [vm(`${id}-BIG`, { memoryMiB: 40 * 1024 })] })

describe('Planning', () => {
  it('looks once for all ranges that ask together, and gives each a number of its own', async () => {
    const proxmox = new FakeProxmox(cluster())
    const plans = await plansFor(
      planningOf(proxmox),
      ['MN', 'JD', 'KL'].map((id) => range(id)),
    )
    expect(plans.map(({ rangeId, number }) => `${rangeId} ${number}`)).to.deep.equal(['MN 3', 'JD 1', 'KL 2'])
    expect(proxmox.looks).to.equal(1)
  })

  it('waits for a range whose file is still being read, and plans it in the same turn', async () => {
    const proxmox = new FakeProxmox(cluster())
    const planning = planningOf(proxmox)
    let read: () => void = () => undefined
    const slow = planning
      .announce(new Promise<void>((resolve) => (read = resolve)))
      .then(() => planning.plan(range('JD')))
    const quick = planning.plan(range('KT'))
    await settled()
    expect(proxmox.looks).to.equal(0)
    read()
    const numbers = (await Promise.all([slow, quick])).map(
      ({ result }) => result.kind === 'planned' && result.plan.number,
    )
    expect(numbers).to.deep.equal([1, 2])
    expect(proxmox.looks).to.equal(1)
  })

  it('waits for a file that hangs once, and for no longer than its patience', async () => {
    const clock = virtualClock()
    const planning = planningOf(new FakeProxmox(cluster()), clock)
    void planning.announce(new Promise(() => undefined))
    const first = planning.plan(range('JD'))
    await settled()
    await clock.advance(10_000)
    await first
    await planning.plan(range('KT'))
  })

  it('tells what is wrong with the zone at each look, in the zone and mode of the moment', async () => {
    const lacking = zone([node('pve1'), node('pve2')])
    let now = settings()
    const proxmox = new FakeProxmox(cluster({ zones: [lacking] }))
    const planning = planningOf(proxmox, systemClock, () => now)
    const told: (readonly string[])[] = []
    planning.onZone((findings) => told.push(findings.map(({ reason }) => reason)))
    await plansFor(planning, [range('JD'), range('KT')])
    now = settings({ zone: 'other' })
    await planning.plan(range('JD'))
    now = settings({ clusterMode: false })
    await planning.plan(range('JD'))
    expect(told).to.deep.equal([['ZoneLacksPeer', 'ZoneNotReported'], ['ZoneMissing'], []])
  })

  it('promises the same memory to no two ranges', async () => {
    const plans = await plansFor(planningOf(new FakeProxmox(cluster())), ['JD', 'KL', 'MN'].map(big))
    expect(new Set(nodesOf(plans).map(([, bigOne]) => bigOne))).to.deep.equal(new Set(['pve1', 'pve2', 'pve3']))
  })

  it('remembers in the next turn what ranges under way were promised', async () => {
    const planning = planningOf(new FakeProxmox(cluster()))
    const [first] = await plansFor(planning, [big('JD')])
    const [second] = await plansFor(planning, [big('KL')])
    expect([first?.number, second?.number]).to.deep.equal([1, 2])
    expect(nodeOf(second!.vms[1]!.step)).not.to.equal(nodeOf(first!.vms[1]!.step))
  })

  it('gives back what a range was promised and did not use', async () => {
    const planning = planningOf(new FakeProxmox(cluster()))
    await plansFor(planning, [range('JD')])
    planning.release('JD')
    expect((await plansFor(planning, [range('KL')]))[0]?.number).to.equal(1)
  })

  it('does not give back what was used after the look had begun', async () => {
    const proxmox = new FakeProxmox(cluster())
    const planning = planningOf(proxmox)
    await plansFor(planning, [range('JD')])
    proxmox.whileLooking = async () => planning.release('JD')
    expect((await plansFor(planning, [range('KL')]))[0]?.number).to.equal(2)
  })

  it('tells everybody in a turn that Proxmox can not be seen, and works in the next', async () => {
    const down = new ProxmoxError('transport', 'GET /cluster/resources', 'no connection')
    const proxmox = new FakeProxmox(cluster()).fail('observe', down)
    const planning = planningOf(proxmox)
    const asked = ['JD', 'KL'].map((id) => planning.plan(range(id)).catch((error: unknown) => error))
    expect(await Promise.all(asked)).to.deep.equal([down, down])
    proxmox.mend()
    expect(await plansFor(planning, [range('JD')])).to.have.length(1)
  })

  it('keeps a range that breaks the planner from stopping the others', async () => {
    const planning = planningOf(new FakeProxmox(cluster()))
    const broken: RangeSpec = {
      ...range('JD'),
      get vms(): never {
        throw new TypeError('bug')
      },
    }
    const failure = planning.plan(broken).catch((error: unknown) => error)
    const [plan] = await plansFor(planning, [range('KL')])
    expect(plan?.number).to.equal(1)
    expect(await failure).to.be.instanceOf(TypeError)
  })

  it('keeps a range that breaks while it is placed from stopping the others', async () => {
    const planning = planningOf(new FakeProxmox(cluster()))
    const bad: VmSpec = {
      ...vm('JD-BAD'),
      get targetNode(): never {
        throw new TypeError('bug')
      },
    }
    const failure = planning.plan(range('JD', { vms: [bad] })).catch((error: unknown) => error)
    const [first, second] = await plansFor(planning, [range('KL'), range('MN')])
    expect([first?.number, second?.number]).to.deep.equal([2, 3])
    expect(nodesOf([first!, second!]).flat())
      .to.have.length(4)
      .and.not.include(undefined)
    expect(await failure).to.be.instanceOf(TypeError)
  })

  it('explains a VM of a range that is under way, counting what others were promised, and reserves nothing', async () => {
    const planning = planningOf(new FakeProxmox(cluster()))
    await plansFor(planning, [big('JD')])
    const { node: at, counted, nodes } = (await planning.explaining.explain('KL', 'KL-BIG'))!
    expect(counted.map(({ vm: name }) => name)).to.include('JD/JD-BIG')
    expect(nodes.find(({ winner }) => winner)?.node).to.equal(at)
    const [plan] = await plansFor(planning, [big('KL')])
    expect(nodeOf(plan!.vms[1]!.step)).to.equal(at)
  })

  it('lets ranges that ask during a turn share the next look', async () => {
    const proxmox = new FakeProxmox(cluster())
    const planning = planningOf(proxmox)
    const first = planning.plan(range('JD'))
    while (proxmox.looks === 0) await settled()
    await plansFor(
      planning,
      ['KL', 'MN'].map((id) => range(id)),
    )
    await first
    expect(proxmox.looks).to.be.at.most(2)
  })

  const planTogether = async (specs: readonly RangeSpec[], seen: ClusterSnapshot) => {
    const proxmox = new FakeProxmox(seen)
    proxmox.observe = async () => seen
    return plansFor(planningOf(proxmox), specs)
  }

  it('never gives two ranges the same number, tag, VMID or VM name', async () => {
    await fc.assert(
      fc.asyncProperty(anyRanges, anyCluster, async (specs, seen) => {
        const plans = await planTogether(specs, seen)
        const creates = plans.flatMap(({ vms }) => vms.filter(({ step }) => step.kind === 'create'))
        const tags = plans.map(({ network: { wants } }) => wants.kind === 'vnets' && wants.vnets[1]?.config.tag)
        const lists: readonly (readonly unknown[])[] = [
          plans.map(({ number }) => number),
          tags,
          creates.map(({ vmid }) => vmid),
          creates.map(({ spec }) => spec.name),
        ]
        for (const list of lists) expect(new Set(list).size).to.equal(list.length)
      }),
    )
  })

  it('plans the same whatever the order of ranges, nodes and guests', async () => {
    await fc.assert(
      fc.asyncProperty(anyRanges, anyCluster, async (specs, seen) => {
        const gist = (plans: readonly RangePlan[]) =>
          Object.fromEntries(
            plans.map(({ rangeId, number, vms }) => [
              rangeId,
              { number, vms: vms.map(({ step, phase }) => `${step.kind} ${nodeOf(step)} ${phase}`) },
            ]),
          )
        const back = await planTogether([...specs].reverse(), reversed(seen))
        expect(gist(back)).to.deep.equal(gist(await planTogether(specs, seen)))
      }),
    )
  })

  it('never exceeds what a node has while another one fits', async () => {
    const sizes = fc.array(fc.constantFrom(4, 8, 16), { minLength: 1, maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(sizes, async (gibs) => {
        const specs = gibs.map((gib, index) =>
          range(`R${index}`, { router: vm(`R${index}-router`, { memoryMiB: gib * 1024 }), vms: [] }),
        )
        const nodes = ['pve1', 'pve2', 'pve3', 'pve4'].map((name) => node(name, { memoryUsedBytes: 0 }))
        fc.pre(gibs.reduce((sum, gib) => sum + gib, 0) <= 4 * (64 - 16))
        const plans = await planTogether(specs, cluster({ nodes }))
        const taken = new Map<string | undefined, number>()
        for (const { spec, step } of plans.flatMap(({ vms }) => vms))
          taken.set(nodeOf(step), (taken.get(nodeOf(step)) ?? 0) + spec.memoryMiB * 1024 ** 2)
        for (const bytes of taken.values()) expect(bytes).to.be.at.most(64 * GIB)
      }),
    )
  })
})
