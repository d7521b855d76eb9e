import { chmodSync, mkdtempSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { hostJournalFolder } from '../../../adapters/state/host-journal-folder.ts'
import type { HostJournal } from '../../../model/host-journal.ts'

const journal: HostJournal = {
  phase: 'changing',
  target: { bridge: 'vmbr1000', outgoing: 'eno1' },
  files: [{ path: '/etc/network/interfaces', before: 'a\u00e9\n', after: 'b\u00ff' }],
  steps: [{ kind: 'up', device: 'ludusnat' }],
  done: 0,
  before: {
    hadAddress: true,
    deviceHadAddress: false,
    masquerades: 1,
    routes: [{ destination: '10.3.0.0/16', via: '192.0.2.103', dev: 'vmbr1000', protocol: 3, metric: 0 }],
    ports: [{ name: 'tap1', isUp: true, addresses: [], master: 'vmbr1000', vlans: [] }],
  },
  told: ['done: \u00fc'],
  left: [],
}

describe('hostJournalFolder', () => {
  let folder: string
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'state-')), 'state/migrate-host')
  })

  it('keeps a journal with the bytes of the files, for its owner alone', async () => {
    const store = hostJournalFolder(folder)
    expect(await store.read()).to.equal(undefined)
    await store.prepare()
    await store.begin(journal)
    expect(await hostJournalFolder(folder).read()).to.deep.equal(journal)
    expect(readFileSync(join(folder, '0.before'))).to.deep.equal(Buffer.from([0x61, 0xe9, 0x0a]))
    expect(
      [folder, join(folder, 'journal.json'), join(folder, '0.before')].map((path) => statSync(path).mode & 0o777),
    ).to.deep.equal([0o700, 0o600, 0o600])
    await store.update({ ...journal, phase: 'waiting', done: 1 })
    expect(await store.read()).to.deep.include({ phase: 'waiting', done: 1 })
  })

  it("hands a person's word on once, and forgets it when a move begins", async () => {
    const store = hostJournalFolder(folder)
    await store.prepare()
    expect(await store.answered()).to.equal(undefined)
    await store.answer('confirm')
    expect(await store.answered()).to.equal('confirm')
    await store.begin(journal)
    expect(await store.answered()).to.equal(undefined)
  })

  it('takes nothing from a folder in which others may write, or that is a link', async () => {
    const store = hostJournalFolder(folder)
    await store.prepare()
    await store.begin(journal)
    const link = `${folder}-link`
    symlinkSync(folder, link)
    const refused = await hostJournalFolder(link).read().catch(String)
    expect(refused).to.include('somebody else may have written what is in there')
    chmodSync(folder, 0o770)
    expect(await store.read().catch(String)).to.include('somebody else may have written')
    expect(await store.prepare().catch(String)).to.include('somebody else may have written')
  })

  it('does not take one that is broken for none', async () => {
    const store = hostJournalFolder(folder)
    await store.prepare()
    await store.begin(journal)
    writeFileSync(join(folder, 'journal.json'), '{"phase":')
    expect(await store.read().catch(String)).to.include("it can't be understood; look at the copies in there")
  })
})
