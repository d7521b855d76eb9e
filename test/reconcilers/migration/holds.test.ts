import { expect } from 'chai'
import type { JournalNic } from '../../../model/migration-journal.ts'
import { holdsOf } from '../../../reconcilers/migration/holds.ts'
import { holdOn } from '../../../reconcilers/hold-on.ts'
import { journalWith, openNics, withNic, withoutArrived } from '../../../reconcilers/migration/journal-of-plan.ts'
import { guest } from '../../builders/cluster.ts'
import type { PoolMove } from '../../../model/plan/migration-plan.ts'

const nic = (pool: string, traits: Partial<JournalNic> = {}): JournalNic => ({
  pool,
  vmid: 100,
  name: `${pool}-a`,
  node: 'pve1',
  key: 'net0',
  before: 'virtio=BC:24:11:00:00:01,bridge=vmbr1001',
  after: 'virtio=BC:24:11:00:00:01,bridge=r1',
  ...traits,
})
const journal = (...nics: readonly JournalNic[]) => ({ begunAt: 1, zone: 'ludus', natBridge: 'vmbr1000', nics })

const poolOf = (before: string): PoolMove => ({
  pool: 'AB',
  number: 1,
  vms: [
    {
      vmid: 100,
      name: 'AB-a',
      node: 'pve1',
      running: true,
      template: false,
      router: false,
      reboot: false,
      nics: [{ key: 'net0', from: 'vmbr1001', to: 'r1', before, after: nic('AB').after }],
    },
  ],
  obstacles: [],
  remarks: [],
})

describe('what a move holds', () => {
  const reasons = (...args: Parameters<typeof holdsOf>) =>
    [...holdsOf(...args)].map(([pool, { reason }]) => [pool, reason])

  it('is every range with a NIC that is not known to have arrived, in either mode', () => {
    const half = journal(nic('AB', { proven: true }), nic('AB', { key: 'net1' }), nic('CD', { proven: true }))
    expect(reasons(half, 'vnets')).to.deep.equal([['AB', 'Migrating']])
    expect(reasons(half, 'bridges')).to.deep.equal([
      ['AB', 'Migrating'],
      ['CD', 'Migrated'],
    ])
  })

  it('is a range that was put back where ranges get VNets, as long as it has a VM on a bridge', () => {
    const back = { ...journal(), onBridges: ['AB', 'CD'] }
    expect(reasons(back, 'bridges')).to.deep.equal([])
    const held = holdsOf(back, 'vnets')
    expect(holdOn('AB', held, [{ pool: 'AB' }])?.reason).to.equal('NotMigrated')
    expect(holdOn('AB', held, [{ pool: 'CD' }])).to.equal(undefined)
    const on = (pool: string, bridge: string) => ({
      guest: guest(100, { pool }),
      nics: { net0: `virtio=BC:24:11:00:00:01,bridge=${bridge}` },
      waiting: [],
      snapshots: {},
    })
    const seen = { guests: [on('AB', 'r1'), on('CD', 'vmbr1002')], unread: [] }
    expect(withoutArrived(back, seen).onBridges).to.deep.equal(['CD'])
    const unread = [{ guest: guest(101, { pool: 'AB' }), why: 'its node is off' }]
    expect(withoutArrived(back, { ...seen, unread }).onBridges).to.deep.equal(['AB', 'CD'])
  })

  it('goes on from where a way back was cut off, with what the journal says', () => {
    const was = nic('AB', { writtenAt: 3, proven: true })
    const planned = (before: string) =>
      journalWith(journal(was), { zone: 'ludus', pools: [poolOf(before)] }, { natBridge: 'vmbr1000' }, 7)
    expect(planned(`${was.before},firewall=1,link_down=1`).nics).to.deep.equal([{ ...was, proven: undefined }])
    expect(planned(`${was.before},firewall=1`).nics[0]?.before).to.equal(`${was.before},firewall=1`)
  })

  it('is nothing where nothing was ever moved', () => {
    expect(reasons(undefined, 'bridges')).to.deep.equal([])
  })
})

describe('the journal of a move', () => {
  const pool = (traits: Partial<PoolMove> = {}): PoolMove => ({ ...poolOf(nic('AB').before), ...traits })

  it('has what is planned, and nothing of a range that something is in the way of', () => {
    expect(journalWith(undefined, { zone: 'ludus', pools: [pool()] }, { natBridge: 'vmbr1000' }, 7)).to.deep.equal({
      ...journal(nic('AB')),
      begunAt: 7,
    })
    const blocked = pool({ obstacles: [{ reason: 'MoveBlocked', message: 'no' }] })
    expect(
      journalWith(undefined, { zone: 'ludus', pools: [blocked] }, { natBridge: 'vmbr1000' }, 7).nics,
    ).to.deep.equal([])
  })

  it('goes on telling what a NIC was in the beginning, and takes up one that is on its bridge again', () => {
    const before = journal(nic('AB', { writtenAt: 3, proven: true }), nic('CD', { vmid: 200, proven: true }))
    expect(journalWith(before, { zone: 'ludus', pools: [] }, { natBridge: 'vmbr1000' }, 7)).to.deep.equal(before)
    const finishing = { ...before, going: [{ node: 'pve1', bridges: ['vmbr1001'], before: {} }], removed: [] }
    const more = journalWith(finishing, { zone: 'ludus', pools: [] }, { natBridge: 'vmbr1000' }, 7)
    expect(more).to.deep.equal(finishing)
    const again = journalWith(before, { zone: 'ludus', pools: [pool()] }, { natBridge: 'vmbr1000' }, 7)
    expect(openNics(again)).to.deep.equal([nic('AB')])
    const onItsWay = journal(nic('AB', { writtenAt: 3 }))
    expect(journalWith(onItsWay, { zone: 'ludus', pools: [pool()] }, { natBridge: 'vmbr1000' }, 7).nics).to.deep.equal(
      onItsWay.nics,
    )
    expect(withNic(again, nic('AB', { writtenAt: 9 })).nics[0]?.writtenAt).to.equal(9)
  })
})
