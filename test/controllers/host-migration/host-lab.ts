import { parse } from 'yaml'
import type { HostAnswer, HostJournal, HostJournalStore } from '../../../model/host-journal.ts'
import { serverConfigSchema } from '../../../model/server-config.ts'
import { carryOut } from '../../../controllers/host-migration/carry-out.ts'
import { beginMove } from '../../../controllers/host-migration/begin.ts'
import type { HostParts } from '../../../controllers/host-migration/host-parts.ts'
import { lookAndPlan } from '../../../controllers/host-migration/look-at-ground.ts'
import { FakeHost } from '../../builders/fake-host.ts'

/** A host in memory with its journal, a clock that jumps, and an API that can go away. */
export class HostLab {
  readonly host = new FakeHost()
  readonly journal = new MemoryJournal()
  isApiThere = true
  /** Milliseconds since the beginning. */
  now = 0
  /** Throws once the process is killed: nothing that it does counts any more. */
  die: () => void = () => undefined
  /** Called whenever time goes on. */
  onTime: () => void = () => undefined
  readonly signal = new AbortController().signal

  constructor() {
    this.journal.before = () => this.die()
    this.host.before = () => this.die()
  }

  readonly parts: HostParts = {
    system: this.host,
    journal: this.journal,
    probe: async () => await Promise.resolve(this.isApiThere ? undefined : 'https://pve1:8006: no answer'),
    clock: {
      now: () => this.now,
      steady: () => this.now,
      sleep: async (milliseconds, signal) => {
        signal?.throwIfAborted()
        this.now += milliseconds
        this.onTime()
        await new Promise((resolve) => {
          setImmediate(resolve)
        })
      },
    },
    presence: {
      claim: async () => await Promise.resolve({ kind: 'claimed', release: () => Promise.resolve() }),
      ask: async () => await Promise.resolve('nobody'),
    },
    isRoot: true,
    countNodes: async () => await Promise.resolve(3),
    readMapping: (text) => parse(text),
    startWorker: async () => await Promise.resolve({ pid: 1, ended: Promise.resolve() }),
  }

  plan() {
    const text = this.host.files.get('/opt/ludus/config.yml') ?? ''
    const config = serverConfigSchema.parse(parse(text))
    return lookAndPlan(this.parts, { configFile: '/opt/ludus/config.yml', config, outgoing: undefined }, this.signal)
  }

  /** Begins a move; `carryOut` does it. */
  async begin(): Promise<void> {
    await beginMove(this.parts, await this.plan())
  }

  carryOut = () => carryOut(this.parts, this.signal)
}

class MemoryJournal implements HostJournalStore {
  readonly folder = '/var/lib/lanista/migrate-host'
  kept: HostJournal | undefined
  word: HostAnswer | undefined
  before: () => void = () => undefined
  /** Called after each write. */
  onWrite: (journal: HostJournal) => void = () => undefined

  async prepare(): Promise<void> {
    await Promise.resolve()
  }
  async read(): Promise<HostJournal | undefined> {
    return await Promise.resolve(this.kept)
  }
  async begin(journal: HostJournal): Promise<void> {
    this.word = undefined
    await this.update(journal)
  }
  async update(journal: HostJournal): Promise<void> {
    this.before()
    this.kept = structuredClone(journal)
    this.onWrite(journal)
    await Promise.resolve()
  }
  async answer(word: HostAnswer): Promise<void> {
    this.word = word
    await Promise.resolve()
  }
  async answered(): Promise<HostAnswer | undefined> {
    return await Promise.resolve(this.word)
  }
  async forgetAnswer(): Promise<void> {
    this.word = undefined
    await Promise.resolve()
  }
}
