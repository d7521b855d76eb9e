import { expect } from 'chai'
import type { RangeSpec } from '../../../model/range-spec.ts'
import type { ClusterSnapshot } from '../../../model/snapshot.ts'
import { fitCopies } from '../../../reconcilers/range/fit-copies.ts'
import { groundOf } from '../../../reconcilers/range/ground.ts'
import { planTurn } from '../../../reconcilers/range/plan-turn.ts'
import { cluster, GIB, guest, node, storage } from '../../builders/cluster.ts'
import { range, settings, vm } from '../../builders/range.ts'
import { NO_PROMISES } from '../../../reconcilers/range/promises.ts'

/** A router that counts with half a GiB, and a VM of 7.5 GiB. */
const SPEC = range('SOC', { number: 7, vms: [vm('SOC-a', { memoryMiB: 7680 })] })
const two = (gib: number) =>
  ['pve1', 'pve2'].map((name) => node(name, { memoryBytes: 64 * GIB, memoryUsedBytes: (64 - gib) * GIB }))
const fit = (copies: number, seen: ClusterSnapshot, spec: RangeSpec = SPEC, own = {}) =>
  fitCopies(spec, copies, seen, settings(own), 'vnets')

describe('fitCopies', () => {
  it('counts the copies that fit, and says what runs out first and where', () => {
    const report = fit(40, cluster({ nodes: two(20) }))
    expect(report.fits).to.equal(4)
    expect(report.perCopy).to.deep.equal({ vms: 2, memoryBytes: 8 * GIB, cores: 4 })
    expect(report.shortage?.resource).to.equal('memory')
    expect(report.shortage?.message).to.match(
      /^vm SOC-a needs 7\.5 GiB; pve\d has [0-9.]+, pve\d has [0-9.]+ GiB left$/,
    )
    expect(report.nodes.map(({ vms }) => vms).reduce((sum, each) => sum + each, 0)).to.equal(8)
  })

  it('says nothing runs out when all fit', () => {
    const report = fit(4, cluster({ nodes: two(20) }))
    expect([report.fits, report.shortage]).to.deep.equal([4, undefined])
  })

  it('counts what is promised already', () => {
    const guests = [guest(900, { pool: 'WEB', tags: ['lanista', 'web'], memoryBytes: 16 * GIB })]
    expect(fit(40, cluster({ nodes: two(20), guests })).fits).to.equal(2)
  })

  it('says that the space of a storage runs out', () => {
    const spec = range('SOC', { vms: [vm('SOC-a', { memoryMiB: 1024, fullClone: true })] })
    const storages = ['pve1', 'pve2'].flatMap((at) => [
      storage('shared', at),
      storage('fast', at, { totalBytes: 200 * GIB }),
    ])
    const report = fit(40, cluster({ nodes: two(60), storages }), spec, { storage: 'fast' })
    expect(report.fits).to.equal(3)
    expect(report.shortage).to.deep.equal({
      resource: 'space on storage fast',
      message: 'vm SOC-a needs 32.0 GiB for a full clone; pve1 has 4.0, pve2 has 4.0 GiB left',
    })
  })

  it('says that range numbers run out', () => {
    const tiny = range('SOC', { vms: [] })
    const reservedNumbers = Array.from({ length: 150 }, (_, index) => index + 1)
    const report = fit(5, cluster(), tiny, { reservedNumbers })
    expect([report.fits, report.shortage?.resource]).to.deep.equal([3, 'range numbers'])
  })

  it('says what else is in the way of a single copy', () => {
    const spec = range('SOC', { vms: [vm('SOC-a', { template: 'gone' })] })
    const { fits, shortage } = fit(3, cluster(), spec)
    expect(fits).to.equal(0)
    expect(shortage?.message).to.match(/^vm SOC-a: the cluster does not have its template gone; build it/)
  })

  it('keeps wishes within each copy', () => {
    const vms = [
      vm('SOC-a', {
        memoryMiB: 1024,
        wishes: [{ kind: 'apart_from', vms: ['SOC-router-debian11-x64'], required: true }],
      }),
    ]
    const first = { clusterMode: true }
    expect(fit(3, cluster({ nodes: ['pve1'] }), range('SOC', { vms }), first).fits).to.equal(0)
    expect(fit(3, cluster({ nodes: ['pve1', 'pve2'] }), range('SOC', { vms })).fits).to.equal(3)
  })

  it('agrees with a turn in which so many ranges arrive', () => {
    const ids = Array.from({ length: 5 }, (_, index) => `C${index}`)
    const specs = ids.map((id) => range(id, { vms: [vm(`${id}-a`, { memoryMiB: 7680 })] }))
    const shortOf = (count: number) =>
      planTurn(specs.slice(0, count), groundOf(cluster({ nodes: two(20) }), settings(), 'vnets'), NO_PROMISES).joint
        ?.placements.short.length
    expect([shortOf(4), (shortOf(5) ?? 0) > 0]).to.deep.equal([0, true])
  })
})
