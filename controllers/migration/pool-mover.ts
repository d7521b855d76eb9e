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

/** Where a VM is just now: a move takes long, and VMs are migrated meanwhile. Undefined when there is none. */
export interface VmFinder {
  inPool(pool: string, vmid: number): Promise<string | undefined>
  /** Wherever it is: it may have been put into another pool since it was moved. */
  anywhere(pool: string, vmid: number): Promise<string | undefined>
}

/** Moves the NICs of a pool one after the other, and puts all of them back where one can't be moved. */
export class PoolMover {
  readonly #writer: NicWriter
  readonly #keeper: JournalKeeper
  readonly #finder: VmFinder
  readonly #clock: Pick<Clock, 'now'>
  readonly #say: (line: string) => void

  constructor(
    writer: NicWriter,
    keeper: JournalKeeper,
    finder: VmFinder,
    clock: Pick<Clock, 'now'>,
    say: (line: string) => void,
  ) {
    this.#writer = writer
    this.#keeper = keeper
    this.#finder = finder
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
      const put = await this.#back(nic)
      if (put.kind === 'failed') left.push(`vm ${nic.name}: ${nic.key} is not put back: ${put.why}`)
      else {
        await this.#keeper.note(asItWas(nic))
        const end =
          put.kind === 'gone' ? 'is gone, so there is nothing to put back' : `is back on ${bridgeOf(nic.before) ?? ''}`
        this.#say(`  ~ vm ${nic.name}: ${nic.key} ${end}`)
      }
    }
    for (const line of left) this.#say(`  ! ${line}`)
    return left
  }

  async #forward(nic: JournalNic): Promise<NicPut> {
    let written = nic
    const nodeOf = (): Promise<string | undefined> => this.#finder.inPool(nic.pool, nic.vmid)
    const put = await this.#putAt(nic, nodeOf, nic.before, nic.after, async () => {
      written = { ...nic, writtenAt: this.#clock.now() }
      await this.#keeper.note(written)
    })
    if (put.kind !== 'there') return put
    await this.#keeper.note({ ...written, proven: true })
    const from = bridgeOf(nic.before) ?? ''
    const unseen = put.seen ? '' : '; its node does not tell whether it is plugged in there, so look into the VM'
    this.#say(`  ~ vm ${nic.name}: ${nic.key} ${from} -> ${bridgeOf(nic.after) ?? ''}${unseen}`)
    return put
  }

  async #back(nic: JournalNic): Promise<NicPut> {
    const nodeOf = (): Promise<string | undefined> => this.#finder.anywhere(nic.pool, nic.vmid)
    const put = await this.#putAt(nic, nodeOf, nic.after, nic.before, () => Promise.resolve())
    // Its NIC may be on the VNet still: only what the whole cluster does not have any more is gone.
    if (put.kind === 'gone' && put.what === 'vm' && (await nodeOf()) !== undefined)
      return { kind: 'failed', why: 'its VM is on its way to another node; run this again when it is there' }
    return put
  }

  /** A VM that is migrated meanwhile is followed once. */
  async #putAt(
    { vmid, key }: JournalNic,
    nodeOf: () => Promise<string | undefined>,
    expected: string,
    wanted: string,
    onWrite: () => Promise<void>,
  ): Promise<NicPut> {
    for (let look = 0; look < 2; look += 1) {
      const node = await nodeOf()
      if (node === undefined) break
      const put = await this.#writer.put({ node, vmid, key }, expected, wanted, onWrite)
      if (put.kind !== 'gone' || put.what === 'nic') return put
    }
    return { kind: 'gone', what: 'vm' }
  }
}

const asItWas = ({ writtenAt: _writtenAt, proven: _proven, ...nic }: JournalNic): JournalNic => nic

function whyOf(put: Exclude<NicPut, { kind: 'there' }>): string {
  if (put.kind === 'failed') return put.why
  return put.what === 'nic'
    ? 'it has no such NIC any more'
    : 'there is no such VM in its pool any more, or it is being migrated'
}
