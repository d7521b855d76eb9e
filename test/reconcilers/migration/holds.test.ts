import { expect } from 'chai'
import type { JournalNic } from '../../../model/migration-journal.ts'
import { holdsOf } from '../../../reconcilers/migration/holds.ts'
import { journalWith, openNics, withNic } from '../../../reconcilers/migration/journal-of-plan.ts'
import type { PoolMove } from '../../../model/plan/migration-plan.ts'

const nic = (pool: string, traits: Partial<JournalNic> = {}): JournalNic => ({
  pool,
  vmid: 100,
  name: `${pool}-a`,
  key: 'net0',
  before: 'virtio=BC:24:11:00:00:01,bridge=vmbr1001',
  after: 'virtio=BC:24:11:00:00:01,bridge=r1',
  ...traits,
})
const journal = (...nics: readonly JournalNic[]) => ({ begunAt: 1, zone: 'ludus', natBridge: 'vmbr1000', nics })

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

  it('is nothing where nothing was ever moved', () => {
    expect(reasons(undefined, 'bridges')).to.deep.equal([])
  })
})

describe('the journal of a move', () => {
  const pool = (traits: Partial<PoolMove> = {}): PoolMove => ({
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
        nics: [{ key: 'net0', from: 'vmbr1001', to: 'r1', before: nic('AB').before, after: nic('AB').after }],
      },
    ],
    obstacles: [],
    remarks: [],
    ...traits,
  })

  it('has what is planned, and nothing of a range that something is in the way of', () => {
    expect(journalWith(undefined, { zone: 'ludus', pools: [pool()] }, 'vmbr1000', 7)).to.deep.equal({
      ...journal(nic('AB')),
      begunAt: 7,
    })
    const blocked = pool({ obstacles: [{ reason: 'MoveBlocked', message: 'no' }] })
    expect(journalWith(undefined, { zone: 'ludus', pools: [blocked] }, 'vmbr1000', 7).nics).to.deep.equal([])
  })

  it('goes on telling what a NIC was in the beginning, and takes up one that is on its bridge again', () => {
    const before = journal(nic('AB', { writtenAt: 3, proven: true }), nic('CD', { vmid: 200, proven: true }))
    expect(journalWith(before, { zone: 'ludus', pools: [] }, 'vmbr1000', 7)).to.deep.equal(before)
    const again = journalWith(before, { zone: 'ludus', pools: [pool()] }, 'vmbr1000', 7)
    expect(openNics(again)).to.deep.equal([nic('AB')])
    expect(withNic(again, nic('AB', { writtenAt: 9 })).nics[0]?.writtenAt).to.equal(9)
  })
})
