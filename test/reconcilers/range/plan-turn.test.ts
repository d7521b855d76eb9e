import { expect } from 'chai'
import type { RangeSpec } from '../../../model/range-spec.ts'
import type { ClusterSnapshot } from '../../../model/snapshot.ts'
import { groundOf } from '../../../reconcilers/range/ground.ts'
import type { Reservation } from '../../../reconcilers/placement/capacity.ts'
import { planTurn } from '../../../reconcilers/range/plan-turn.ts'
import { cluster, GIB, guest, node, rangeGuest, rangeVnet } from '../../builders/cluster.ts'
import { range, router, settings, vm } from '../../builders/range.ts'
import { NO_PROMISES } from '../../../reconcilers/range/promises.ts'
import { nodeOf } from '../../../model/plan/vm-plan.ts'

const NOTHING = NO_PROMISES
const promise = (rangeId: string, vmid: number, gib: number, traits: Partial<Reservation> = {}): Reservation => ({
  vmid,
  rangeId,
  name: `${rangeId}-${vmid}`,
  node: 'pve1',
  memoryBytes: gib * GIB,
  cores: 2,
  disk: undefined,
  ...traits,
})
const turn = (
  specs: readonly RangeSpec[],
  promises = NOTHING,
  seen: ClusterSnapshot = cluster({ nodes: ['pve1', 'pve2'] }),
) => planTurn(specs, groundOf(seen, settings(), 'vnets'), promises)
const freeOn = (name: string, { joint }: ReturnType<typeof turn>) =>
  (joint?.before.rooms.find((room) => room.node.name === name)?.freeMemoryBytes ?? 0) / GIB
const numberOf = (spec: RangeSpec, { results }: ReturnType<typeof turn>) => {
  const result = results.get(spec)
  if (result?.kind === 'planned') return result.plan.number
  return result?.kind === 'refused' ? result.finding.reason : undefined
}

describe('planTurn', () => {
  const [JD, KL] = [range('JD'), range('KL')]

  it('tells of a router that is asked for by another of its names', () => {
    const left = router('JD', { otherNames: ['JD-router-debian12-x64'], unsaid: ['name'] })
    const watch = { rangeId: 'JD', vm: 'JD-router-debian12-x64' }
    const ground = groundOf(cluster(), settings(), 'vnets')
    const { joint } = planTurn([range('JD', { router: left })], ground, NOTHING, watch)
    expect(joint?.placements.watched).to.not.equal(undefined)
  })

  it('judges the zone once, however many ranges it plans', () => {
    const asked = (count: number): number => {
      let reads = 0
      const seen = cluster()
      const zones = seen.zones.map(
        (zone) =>
          new Proxy(zone, {
            get(target, key) {
              if (key === 'statusByNode') reads += 1
              const value: unknown = Reflect.get(target, key)
              return value
            },
          }),
      )
      turn(
        Array.from({ length: count }, (_, index) => range(`R${index}`)),
        NOTHING,
        { ...seen, zones },
      )
      return reads
    }
    expect(asked(1)).to.be.greaterThan(0)
    expect(asked(30)).to.equal(asked(1))
  })

  it('counts what other ranges were promised, and not what a range was promised itself for VMs that were never made', () => {
    const promises = { ...NO_PROMISES, vms: [promise('XX', 2_010_011, 10), promise('JD', 1_010_011, 20)] }
    expect(freeOn('pve1', turn([JD], promises))).to.equal(46)
  })

  it('counts what a range was promised for a VM that exists, even one that its file no longer has', () => {
    const guests = [guest(1_010_099, { pool: 'JD', name: 'JD-old' })]
    const promises = { ...NO_PROMISES, numbers: new Map([[1, 'JD']]), vms: [promise('JD', 1_010_099, 20)] }
    expect(freeOn('pve1', turn([JD], promises, cluster({ guests })))).to.equal(36)
  })

  it('counts a stopped VM of any of its ranges with what the file says', () => {
    const stopped = rangeGuest(1_010_011, 'JD', 'JD-DC01', { status: 'stopped', uptimeSeconds: 0, memoryUsedBytes: 0 })
    const spec = range('JD', { vms: [vm('JD-DC01', { memoryMiB: 8192, balloonMiB: 1024 })] })
    expect(freeOn('pve1', turn([KL, spec], NOTHING, cluster({ guests: [stopped] })))).to.equal(55)
  })

  it('counts as much for a stopped VM when its range was planned in a turn before', () => {
    const stopped = rangeGuest(1_010_011, 'JD', 'JD-DC01', { status: 'stopped', uptimeSeconds: 0, memoryUsedBytes: 0 })
    const vms = [vm('JD-DC01', { memoryMiB: 8192, balloonMiB: 1024 })]
    const spec = range('JD', { power: 'off', vms })
    const seen = cluster({ nodes: ['pve1', 'pve2'], guests: [{ ...stopped, memoryBytes: 8 * GIB }] })
    const before = turn([spec], NOTHING, seen).results.get(spec)
    const kept = before?.kind === 'planned' ? before.reservations.filter(({ vmid }) => vmid === 1_010_011) : []
    const together = freeOn('pve1', turn([KL, spec], NOTHING, seen))
    expect(together).to.equal(55)
    expect(freeOn('pve1', turn([KL], { ...NOTHING, vms: kept }, seen))).to.equal(together)
  })

  it("counts another range's clone where it goes while its configuration is still on the template's node", () => {
    const arriving = guest(2_010_011, { name: 'XX-DC01', node: 'pve1', status: 'stopped' })
    const promises = {
      ...NOTHING,
      vms: [promise('XX', 2_010_011, 20, { node: 'pve2' })],
      underWay: [{ rangeId: 'XX', vmid: 2_010_011, name: 'XX-DC01', node: 'pve2' }],
    }
    const made = turn([JD], promises, cluster({ nodes: ['pve1', 'pve2'], guests: [arriving] }))
    expect([freeOn('pve1', made), freeOn('pve2', made)]).to.deep.equal([56, 36])
  })

  it('counts a VM that somebody has moved where it is now', () => {
    const moved = rangeGuest(2_010_011, 'XX', 'XX-DC01', { node: 'pve1', status: 'stopped', uptimeSeconds: 0 })
    const promises = { ...NOTHING, vms: [promise('XX', 2_010_011, 20, { node: 'pve2' })] }
    const made = turn([JD], promises, cluster({ nodes: ['pve1', 'pve2'], guests: [moved] }))
    expect([freeOn('pve1', made), freeOn('pve2', made)]).to.deep.equal([36, 56])
  })

  it('counts on every node what is being cloned for one of its ranges and nobody knows whereto', () => {
    const spec = range('JD', { vms: [vm('JD-DC01', { memoryMiB: 20 * 1024 })] })
    const cloning = guest(1_010_011, { name: undefined, node: 'pve1', lock: 'clone', status: 'unknown' })
    const seen = cluster({
      nodes: ['pve1', 'pve2'],
      guests: [cloning],
      vnets: [rangeVnet(1, 'JD')],
      runningTasks: [{ upid: 'UPID:pve1:1', node: 'pve1', type: 'qmclone', id: '9000' }],
    })
    const made = turn([spec, KL], NOTHING, seen)
    expect([freeOn('pve1', made), freeOn('pve2', made)]).to.deep.equal([36, 36])
  })

  it('gives a range that was promised a number before that number, and others another', () => {
    const promises = { ...NO_PROMISES, numbers: new Map([[1, 'KL']]) }
    const made = turn([JD, KL], promises)
    expect([numberOf(JD, made), numberOf(KL, made)]).to.deep.equal([2, 1])
  })

  it('keeps the number promised to a range that is refused now', () => {
    const taken = range('AA', { number: 7 })
    const promises = {
      ...NO_PROMISES,
      numbers: new Map([
        [1, 'AA'],
        [7, 'XX'],
      ]),
    }
    const made = turn([taken, JD], promises)
    expect([numberOf(taken, made), numberOf(JD, made)]).to.deep.equal(['NumberTaken', 2])
  })

  it('promises no two ranges one name', () => {
    const [one, other] = [range('AA', { vms: [vm('DC01')] }), range('BB', { vms: [vm('DC01')] })]
    const results = [...turn([other, one]).results].map(([{ id }, made]) => {
      return [id, made.kind === 'planned' && made.plan.vms[1]?.message]
    })
    expect(Object.fromEntries(results))
      .to.have.property('AA')
      .that.matches(/^best of/)
    expect(Object.fromEntries(results))
      .to.have.property('BB')
      .that.matches(/^vm DC01: range AA is just creating VM 1010011 under that name/)
  })

  it('places ranges each alone when placing them together breaks, each after what those before it took', () => {
    const bad = range('AA', {
      vms: [
        {
          ...vm('AA-BAD'),
          get targetNode(): never {
            throw new TypeError('bug')
          },
        },
      ],
    })
    const big = (id: string) => range(id, { vms: [vm(`${id}-BIG`, { memoryMiB: 40 * 1024 })] })
    const specs = [big('BB'), big('CC')]
    const { results, joint, jointError } = turn(
      [bad, ...specs],
      NOTHING,
      cluster({ nodes: [node('pve1'), node('pve2')] }),
    )
    expect(joint).to.equal(undefined)
    expect(jointError).to.be.instanceOf(TypeError)
    expect(results.get(bad)).to.deep.include({ kind: 'broken' }).with.property('error').that.is.instanceOf(TypeError)
    const nodes = specs.map((spec) => {
      const made = results.get(spec)
      const plan = made?.kind === 'planned' ? made.plan.vms[1] : undefined
      return plan && nodeOf(plan.step)
    })
    expect(new Set(nodes)).to.deep.equal(new Set(['pve1', 'pve2']))
  })
})
