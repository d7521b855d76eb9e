import type { Clock } from '../../model/clock.ts'
import type { JournalNic } from '../../model/migration-journal.ts'
import { bridgeOf } from '../../reconcilers/migration/old-networks.ts'
import type { JournalKeeper } from './journal-keeper.ts'
import type { NicPut, NicWriter } from './nic-writer.ts'

/** What became of a pool. */
export type PoolMoved =
  | { readonly kind: 'moved'; readonly nics: number }
  /** Its NICs are as they were. */
  | { readonly kind: 'put back'; readonly why: string }
  /** Some of them could not be put back either. */
  | { readonly kind: 'stuck'; readonly why: string; readonly left: readonly string[] }

/** Moves the NICs of a pool one after the other, and puts all of them back where one can't be moved. */
export class PoolMover {
  readonly #writer: NicWriter
  readonly #keeper: JournalKeeper
  readonly #nodeOf: (pool: string, vmid: number) => Promise<string | undefined>
  readonly #clock: Pick<Clock, 'now'>
  readonly #say: (line: string) => void

  /** @param nodeOf where a VM is just now; undefined when nobody has it any more */
  constructor(
    writer: NicWriter,
    keeper: JournalKeeper,
    nodeOf: (pool: string, vmid: number) => Promise<string | undefined>,
    clock: Pick<Clock, 'now'>,
    say: (line: string) => void,
  ) {
    this.#writer = writer
    this.#keeper = keeper
    this.#nodeOf = nodeOf
    this.#clock = clock
    this.#say = say
  }

  async move(pool: string): Promise<PoolMoved> {
    const open = this.#keeper.of(pool).filter(({ proven }) => proven !== true)
    for (const nic of open) {
      const put = await this.#forward(nic)
      if (put.kind === 'there') continue
      const why = `vm ${nic.name}: ${nic.key}: ${whyOf(put)}`
      this.#say(`  ! ${why}; the NICs of ${pool} are put back`)
      const left = await this.back(this.#keeper.of(pool))
      return left.length === 0 ? { kind: 'put back', why } : { kind: 'stuck', why, left }
    }
    return { kind: 'moved', nics: open.length }
  }

  /** Puts NICs back that were written, the last first. @returns why some could not be */
  async back(nics: readonly JournalNic[]): Promise<readonly string[]> {
    const left: string[] = []
    for (const nic of nics.toReversed()) {
      if (nic.writtenAt === undefined) continue
      const put = await this.#putAt(nic, nic.after, nic.before, () => Promise.resolve())
      // One that is gone has nothing left to put back.
      if (put.kind === 'failed') left.push(`vm ${nic.name}: ${nic.key} is not put back: ${put.why}`)
      else {
        await this.#keeper.note(asItWas(nic))
        this.#say(`  ~ vm ${nic.name}: ${nic.key} is back on ${bridgeOf(nic.before) ?? ''}`)
      }
    }
    for (const line of left) this.#say(`  ! ${line}`)
    return left
  }

  async #forward(nic: JournalNic): Promise<NicPut> {
    let written = nic
    const put = await this.#putAt(nic, nic.before, nic.after, async () => {
      written = { ...nic, writtenAt: this.#clock.now() }
      await this.#keeper.note(written)
    })
    if (put.kind !== 'there') return put
    await this.#keeper.note({ ...written, proven: true })
    const from = bridgeOf(nic.before) ?? ''
    this.#say(`  ~ vm ${nic.name}: ${nic.key} ${from} -> ${bridgeOf(nic.after) ?? ''}`)
    return put
  }

  /** A VM that is migrated meanwhile is followed once. */
  async #putAt(nic: JournalNic, expected: string, wanted: string, onWrite: () => Promise<void>): Promise<NicPut> {
    const { pool, vmid, key } = nic
    for (let look = 0; look < 2; look += 1) {
      const node = await this.#nodeOf(pool, vmid)
      if (node === undefined) return { kind: 'gone' }
      const put = await this.#writer.put({ node, vmid, key }, expected, wanted, onWrite)
      if (put.kind !== 'gone') return put
    }
    return { kind: 'gone' }
  }
}

const asItWas = ({ pool, vmid, name, key, before, after }: JournalNic): JournalNic => ({
  pool,
  vmid,
  name,
  key,
  before,
  after,
})

const whyOf = (put: Exclude<NicPut, { kind: 'there' }>): string =>
  put.kind === 'gone' ? 'there is no such VM any more, or it is being migrated' : put.why
