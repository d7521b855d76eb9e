import type { Clock } from '../../model/clock.ts'
import type { JournalNic } from '../../model/migration-journal.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import { bridgeOf } from '../../reconcilers/migration/old-networks.ts'
import type { NicBack } from '../../reconcilers/migration/way-back.ts'
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

/** Tells of NICs whether they can go back, as it is just now. */
export type JudgeWayBack = (nics: readonly JournalNic[]) => Promise<readonly NicBack[]>

/** Moves the NICs of a pool one after the other, and puts all of them back where one can't be moved. */
export class PoolMover {
  readonly #writer: NicWriter
  readonly #keeper: JournalKeeper
  readonly #finder: VmFinder
  readonly #clock: Pick<Clock, 'now'>
  readonly #say: (line: string) => void
  readonly #judge: JudgeWayBack

  constructor(
    writer: NicWriter,
    keeper: JournalKeeper,
    finder: VmFinder,
    {
      clock,
      say,
      judge,
    }: { readonly clock: Pick<Clock, 'now'>; readonly say: (line: string) => void; readonly judge: JudgeWayBack },
  ) {
    this.#writer = writer
    this.#keeper = keeper
    this.#finder = finder
    this.#clock = clock
    this.#say = say
    this.#judge = judge
  }

  async move(pool: string): Promise<PoolMoved> {
    const open = this.#keeper.of(pool).filter(({ proven }) => proven !== true)
    for (const nic of open) {
      const put = await this.#forward(nic)
      if (put.kind === 'there') continue
      const why = `vm ${nic.name}: ${nic.key}: ${whyOf(put)}`
      this.#say(`  ! ${why}; the NICs of ${pool} are put back`)
      const left = await this.back(pool)
      if (left.length === 0) return { kind: 'put back', why }
      const half = `some NICs of ${pool} have moved and others have not; once that is mended, lanista migrate run moves the rest, and lanista migrate rollback --range ${pool} puts all of them back`
      this.#say(`  ! ${half}`)
      return { kind: 'stuck', why, left: [...left, half] }
    }
    return { kind: 'moved', nics: open.length }
  }

  /**
   * Puts the NICs of a pool back that were written, the last first; none where it shows before that one of them can't be.
   *
   * @returns why some are not back
   */
  async back(pool: string): Promise<readonly string[]> {
    const ways = await this.#waysBack(pool)
    if (typeof ways === 'string') return this.#left([ways])
    const stays = ways.flatMap((way) => (way.kind === 'stays' ? [way.why] : []))
    if (stays.length > 0) return this.#left(stays.map((why) => `nothing of ${pool} is put back: ${why}`))
    const left: string[] = []
    for (const way of ways.toReversed()) {
      const { nic } = way
      const put = way.kind === 'is back' ? way : await this.#back(nic)
      if (put.kind === 'failed') {
        left.push(`vm ${nic.name}: ${nic.key} is not put back: ${put.why}`)
        continue
      }
      await this.#keeper.note(asItWas(nic))
      this.#say(`  ~ ${endOf(put, nic)}`)
    }
    return this.#left(left)
  }

  /** @returns a sentence where it can't be told */
  async #waysBack(pool: string): Promise<readonly NicBack[] | string> {
    try {
      return await this.#judge(this.#keeper.of(pool))
    } catch (error) {
      if (!isProxmoxError(error) || error.kind === 'unauthorized') throw error
      return `nothing of ${pool} is put back: it can't be seen whether all of it can be: ${error.message}; see to that, then run this again`
    }
  }

  #left(lines: readonly string[]): readonly string[] {
    for (const line of lines) this.#say(`  ! ${line}`)
    return lines
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
    if (put.kind !== 'gone' || put.what === 'nic') return put
    const node = await placeOf(nodeOf)
    if (typeof node === 'object') return node
    return node === undefined
      ? put
      : { kind: 'failed', why: 'its VM is on its way to another node; run this again when it is there' }
  }

  /** A VM that is migrated meanwhile is followed once. One that can't be looked for is that pool's trouble. */
  async #putAt(
    { vmid, key }: JournalNic,
    nodeOf: () => Promise<string | undefined>,
    expected: string,
    wanted: string,
    onWrite: () => Promise<void>,
  ): Promise<NicPut> {
    for (let look = 0; look < 2; look += 1) {
      const node = await placeOf(nodeOf)
      if (typeof node === 'object') return node
      if (node === undefined) break
      const put = await this.#writer.put({ node, vmid, key }, expected, wanted, onWrite)
      if (put.kind !== 'gone' || put.what === 'nic') return put
    }
    return { kind: 'gone', what: 'vm' }
  }
}

/** Where a VM is, or why that can't be told. */
async function placeOf(nodeOf: () => Promise<string | undefined>): Promise<string | undefined | NicPut> {
  try {
    return await nodeOf()
  } catch (error) {
    if (!isProxmoxError(error) || error.kind === 'unauthorized') throw error
    return { kind: 'failed', why: `it can't be told where its VM is: ${error.message}` }
  }
}

function endOf(put: NicPut | Extract<NicBack, { kind: 'is back' }>, { name, key, before }: JournalNic): string {
  if (put.kind === 'is back') return put.why
  const end = put.kind === 'gone' ? 'is gone, so there is nothing to put back' : `is back on ${bridgeOf(before) ?? ''}`
  return `vm ${name}: ${key} ${end}`
}

const asItWas = ({ writtenAt: _writtenAt, proven: _proven, ...nic }: JournalNic): JournalNic => nic

function whyOf(put: Exclude<NicPut, { kind: 'there' }>): string {
  if (put.kind === 'failed') return put.why
  return put.what === 'nic'
    ? 'it has no such NIC any more'
    : 'there is no such VM in its pool any more, or it is being migrated'
}
