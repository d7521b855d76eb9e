import { expect } from 'chai'
import { virtualClock } from '../../../adapters/simulator/clock.ts'
import { type HeldLock, SdnLock } from '../../../controllers/network/sdn-lock.ts'
import type { SdnLockNote } from '../../../model/network-ports.ts'
import { ProxmoxError } from '../../../model/proxmox-error.ts'
import { cluster } from '../../builders/cluster.ts'
import { FakeProxmox, memoryLockStore } from '../../builders/fake-proxmox.ts'
import { quiet } from '../../builders/quiet.ts'

const error = (kind: ProxmoxError['kind']): ProxmoxError => new ProxmoxError(kind, 'POST /cluster/sdn/lock', kind)

describe('the SDN lock', () => {
  let proxmox: FakeProxmox
  let store: ReturnType<typeof memoryLockStore>
  let takenBack: string[]
  beforeEach(() => {
    proxmox = new FakeProxmox(cluster())
    store = memoryLockStore()
    takenBack = []
  })
  const { signal } = new AbortController()
  const open = (): SdnLock =>
    new SdnLock(proxmox.sdn, store, virtualClock(), quiet, async (token) => void takenBack.push(token))
  const hold = (work: (lock: HeldLock) => Promise<string> = () => Promise.resolve('done'), allowPending = false) =>
    open().hold(allowPending, signal, work)
  const left = (note: Partial<Extract<SdnLockNote, { kind: 'held' }>> = {}): void => {
    store.note = { kind: 'held', token: 'ours', at: 1, ...note }
    proxmox.lockHolder = 'ours'
  }

  it('that an earlier life left behind is given back before it is asked for', async () => {
    left()
    expect(await hold()).to.deep.equal({ kind: 'done', value: 'done' })
    expect(proxmox.journal).to.deep.equal(['unlock', 'lock', 'unlock'])
    expect(takenBack).to.deep.equal(['ours'])
    expect(store.note).to.equal(undefined)
  })

  it('that an earlier life held beside changes of others is given back with them as they are', async () => {
    left({ besides: true })
    await open().giveBackLeftover(signal)
    expect(takenBack).to.deep.equal([])
    expect([proxmox.lockHolder, store.note]).to.deep.equal([undefined, undefined])
  })

  it('that work is done under is nothing left behind', async () => {
    const lock = open()
    await lock.hold(false, signal, async () => {
      await lock.giveBackLeftover(signal)
      expect([proxmox.lockHolder, takenBack.length]).to.deep.equal([store.note?.kind === 'held' && store.note.token, 0])
      return 'done'
    })
    expect(proxmox.journal).to.deep.equal(['lock', 'unlock'])
  })

  it('is given back at once, and nothing done under it, when its token can not be noted', async () => {
    const write = store.write.bind(store)
    store.write = async (note) => {
      if (note.kind === 'held') throw new Error('no space')
      await write(note)
    }
    const held = await hold(() => expect.fail('nothing is to be done'))
    expect(held.kind === 'refused' && held.finding.reason).to.equal('StateDirUnwritable')
    expect(proxmox.lockHolder).to.equal(undefined)
  })

  it('is counted: how long Proxmox took to answer, with what, and for how long it was held', async () => {
    const counted: string[] = []
    const clock = virtualClock()
    const lock = new SdnLock(proxmox.sdn, store, clock, quiet, undefined, {
      sdnLockAsked: (result) => counted.push(result),
      sdnLockHeld: (seconds) => counted.push(`held ${seconds} s`),
    })
    const work = async ({ released }: HeldLock): Promise<void> => {
      expect(lock.isHeld).to.equal(true)
      await clock.advance(2000)
      if (counted.length > 2) await released()
    }
    await lock.hold(false, signal, work)
    await lock.hold(false, signal, work)
    expect(lock.isHeld).to.equal(false)
    proxmox.lockHolder = 'theirs'
    await lock.hold(false, signal, work)
    proxmox.fail('lock', error('no-quorum'))
    await lock.hold(false, signal, work).catch(() => undefined)
    expect(counted).to.deep.equal(['granted', 'held 2 s', 'granted', 'held 2 s', 'taken', 'failed'])
  })

  it('leaves a note only while nobody knows whose it is', async () => {
    const rows: readonly (readonly [string, () => void, SdnLockNote['kind'] | undefined])[] = [
      ['somebody holds it', () => (proxmox.lockHolder = 'theirs'), undefined],
      ['changes are pending', () => (proxmox.snapshot = cluster({ otherPending: ['a subnet'] })), undefined],
      ['this Proxmox has none', () => (proxmox.lockUnsupported = true), undefined],
      ['it was refused', () => proxmox.fail('lock', error('no-quorum')), undefined],
      ['it was never sent', () => proxmox.fail('lock', error('transport')), undefined],
      ['the answer was lost', () => proxmox.fail('lock', error('timeout-unknown-outcome')), 'asked'],
    ]
    for (const [situation, happens, kind] of rows) {
      proxmox = new FakeProxmox(cluster())
      store = memoryLockStore()
      happens()
      await hold().catch(() => undefined)
      expect(store.note?.kind, situation).to.equal(kind)
    }
  })

  it('is told as most likely its own only after an answer to it was lost', async () => {
    const told = async (): Promise<string> => {
      proxmox.lockHolder = 'somebody'
      const held = await hold()
      return held.kind === 'refused' ? held.finding.message : held.kind
    }
    expect(await told()).to.contain('somebody holds the SDN lock')
    expect(await told()).to.contain('somebody holds the SDN lock')
    store.note = { kind: 'asked', at: 0 }
    expect(await told()).to.contain('probably by Lanista itself')
    expect(store.note?.kind, 'until it is free').to.equal('asked')
  })

  it('takes back what was begun under it only when that was broken off with nothing else pending', async () => {
    const breaksOff = (): Promise<string> => Promise.reject(new Error('broken off'))
    await hold(breaksOff).catch(() => undefined)
    expect(takenBack).to.deep.equal(['ours'])
    await hold(breaksOff, true).catch(() => undefined)
    await hold()
    expect(takenBack).to.deep.equal(['ours'])
    expect(proxmox.lockHolder).to.equal(undefined)
  })
})
