import { expect } from 'chai'
import { JournalKeeper } from '../../../controllers/migration/journal-keeper.ts'
import { sideBySide } from '../../../controllers/migration/side-by-side.ts'
import type { JournalNic, MigrationJournal, MigrationJournalStore } from '../../../model/migration-journal.ts'

const nic = (vmid: number): JournalNic => ({
  pool: 'AB',
  vmid,
  name: `AB-vm${vmid}`,
  key: 'net0',
  before: 'virtio=BC:24:11:00:00:01,bridge=vmbr1001',
  after: 'virtio=BC:24:11:00:00:01,bridge=r1',
})
const VMIDS = [1, 2, 3, 4, 5, 6]
const JOURNAL: MigrationJournal = { begunAt: 1, zone: 'ludus', natBridge: 'vmbr1000', nics: VMIDS.map(nic) }

/** A store that takes its time, and that nobody may write to twice at once, as its file has one name beside it. */
class SlowStore implements MigrationJournalStore {
  onDisk: MigrationJournal = JOURNAL
  writes = 0
  fails = false
  #isWriting = false

  read = () => Promise.resolve(this.onDisk)
  clear = () => Promise.resolve()
  async write(journal: MigrationJournal): Promise<void> {
    expect(this.#isWriting, 'two writes at once').to.equal(false)
    this.#isWriting = true
    this.writes += 1
    await new Promise((resolve) => setImmediate(resolve))
    this.#isWriting = false
    if (this.fails) throw new Error('no space left on device')
    this.onDisk = journal
  }
}

describe('the journal of a move whose VMs move at once', () => {
  it('has on disk what is noted by the time that is told, and is written by one at a time', async () => {
    const store = new SlowStore()
    const keeper = new JournalKeeper(store, JOURNAL)
    await sideBySide(VMIDS, 4, async (vmid) => {
      await keeper.note({ ...nic(vmid), writtenAt: vmid })
      expect(store.onDisk.nics.find((each) => each.vmid === vmid)?.writtenAt).to.equal(vmid)
      await keeper.noteReboot(vmid, 7)
      expect(store.onDisk.reboots?.some((each) => each.vmid === vmid)).to.equal(true)
      await keeper.noteUp(vmid)
    })
    expect(store.onDisk).to.deep.equal({ ...JOURNAL, nics: VMIDS.map((vmid) => ({ ...nic(vmid), writtenAt: vmid })) })
    expect(store.writes).to.be.lessThan(3 * VMIDS.length)
  })

  it('fails for all whose notes are not on disk, and nothing else of the range is begun then', async () => {
    const store = new SlowStore()
    const keeper = new JournalKeeper(store, JOURNAL)
    store.fails = true
    const begun: number[] = []
    const done: number[] = []
    const all = sideBySide(VMIDS, 2, async (vmid) => {
      begun.push(vmid)
      await keeper.note({ ...nic(vmid), writtenAt: vmid })
      done.push(vmid)
    })
    const error = await all.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(error).to.match(/no space left/)
    expect([begun, done]).to.deep.equal([[1, 2], []])
    store.fails = false
    await keeper.note({ ...nic(3), writtenAt: 3 })
    expect(store.onDisk.nics.map(({ writtenAt }) => writtenAt)).to.deep.equal([
      1,
      2,
      3,
      undefined,
      undefined,
      undefined,
    ])
  })
})
