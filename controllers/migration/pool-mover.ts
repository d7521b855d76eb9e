import type { Clock } from '../../model/clock.ts'
import type { JournalNic } from '../../model/migration-journal.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import { processOf } from '../../reconcilers/migration/old-mtu.ts'
import { bridgeOf } from '../../reconcilers/migration/old-networks.ts'
import { type NicBack, whysOfStaying } from '../../reconcilers/migration/way-back.ts'
import type { LinkCheck } from './link-check.ts'
import type { JournalKeeper } from './journal-keeper.ts'
import type { KnownOfNic, NicChange, NicPut, NicWriter } from './nic-writer.ts'
import { RangeWrite } from './range-write.ts'
import { sideBySide } from './side-by-side.ts'
import { vmsOf } from './moved-vm.ts'
import { isUntold, toldPlace } from './told-place.ts'
import type { VmFinder } from './vm-finder.ts'

/** What became of a pool. */
export type PoolMoved =
  | { readonly kind: 'moved'; readonly nics: number }
  /** Its NICs are as they were. */
  | { readonly kind: 'put back'; readonly why: string }
  /** Some of them could not be put back either. */
  | { readonly kind: 'stuck'; readonly why: string; readonly left: readonly string[] }

/** So many VMs are looked at at once after their writes, as many as Proxmox has workers and one. */
const AT_ONCE = 4

/** Tells of NICs whether they can go back, as it is just now. */
export type JudgeWayBack = (nics: readonly JournalNic[]) => Promise<readonly NicBack[]>

/** What moving a pool works with, besides NICs and journal. */
export interface PoolMoverParts {
  readonly clock: Pick<Clock, 'now'>
  readonly say: (line: string) => void
  readonly judge: JudgeWayBack
  /** What is told of links inside of VMs before they move; left out: nothing is. */
  readonly links?: Pick<LinkCheck, 'before'>
  /** Pool -> the nodes on which its new networks are in force; left out: nothing is moved onto them. */
  readonly inForce?: ReadonlyMap<string, ReadonlySet<string>>
}

/**
 * Moves the NICs of a pool, and puts all of them back where one can't be moved. All are looked at first, then written with nothing in
 * between, some VMs side by side, and then each is looked for where it is to be: so machines and their router are on
 * different networks for no longer than the writes take.
 */
export class PoolMover {
  readonly #writer: NicWriter
  readonly #keeper: JournalKeeper
  readonly #finder: VmFinder
  readonly #clock: Pick<Clock, 'now'>
  readonly #say: (line: string) => void
  readonly #judge: JudgeWayBack
  readonly #links: Pick<LinkCheck, 'before'> | undefined
  readonly #inForce: ReadonlyMap<string, ReadonlySet<string>>

  /** @param links what is told of links inside of VMs before they move; left out: nothing is */
  constructor(
    writer: NicWriter,
    keeper: JournalKeeper,
    finder: VmFinder,
    { clock, say, judge, links, inForce = new Map() }: PoolMoverParts,
  ) {
    this.#writer = writer
    this.#keeper = keeper
    this.#finder = finder
    this.#clock = clock
    this.#say = say
    this.#judge = judge
    this.#links = links
    this.#inForce = inForce
  }

  async move(pool: string): Promise<PoolMoved> {
    const open = this.#keeper.of(pool).filter(({ proven }) => proven !== true)
    const why = await this.#moveAll(pool, open)
    if (why === undefined) return { kind: 'moved', nics: open.length }
    this.#say(`  ! ${why}; the NICs of ${pool} are put back`)
    const left = await this.back(pool)
    if (left.length === 0) return { kind: 'put back', why }
    const half = `some NICs of ${pool} have moved and others have not; once that is mended, lanista migrate run moves the rest, and lanista migrate rollback --range ${pool} puts all of them back`
    this.#say(`  ! ${half}`)
    return { kind: 'stuck', why, left: [...left, half] }
  }

  /**
   * Puts the NICs of a pool back that were written, the last first; none where it shows before that one of them can't be.
   *
   * @returns why some are not back
   */
  async back(pool: string): Promise<readonly string[]> {
    const ways = await this.#waysBack(pool)
    if (typeof ways === 'string') return this.#left([ways])
    const stays = whysOfStaying(ways)
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

  /** @returns why one can't be moved, as a sentence; the others may have been written by then */
  async #moveAll(pool: string, open: readonly JournalNic[]): Promise<string | undefined> {
    const vms = vmsOf(open)
    const writing = new RangeWrite(this.#writer, this.#keeper, this.#finder, {
      clock: this.#clock,
      links: this.#links,
      whyNotOn: (node) => this.#whyNotOn(pool, node),
    })
    const written = await writing.write(pool, vms)
    if (written.kind === 'failed') return written.why
    let why: string | undefined
    await sideBySide(written.vms, AT_ONCE, async ({ node, nics, refused, since }) => {
      let known: KnownOfNic = { since }
      for (const nic of nics) {
        if (why !== undefined) return
        const put = await this.#forward(nic, node, { ...known, refused: refused.get(nic.key) })
        if (put.kind === 'there') known = { look: put.look }
        else why ??= `vm ${nic.name}: ${nic.key}: ${whyOf(put)}`
      }
    })
    return why
  }

  /** Networks are looked at where VMs were then; one that was migrated since may be where they are not. */
  #whyNotOn(pool: string, node: string): string | undefined {
    return this.#inForce.get(pool)?.has(node) === false
      ? `its VM has come to node ${node} meanwhile, and its new networks are not in force there; run this again`
      : undefined
  }

  /** Sees to it that a NIC is where it is to be, and notes it. */
  async #forward(nic: JournalNic, node: string | undefined, known: KnownOfNic): Promise<NicPut> {
    let written = this.#keeper.of(nic.pool).find(({ vmid, key }) => vmid === nic.vmid && key === nic.key) ?? nic
    let first = node
    const nodeOf = async (): Promise<string | undefined> => {
      const here = first ?? (await this.#finder.inPool(nic.pool, nic.vmid))
      first = undefined
      return here
    }
    const change = { expected: nic.before, wanted: nic.after, onto: 'vnets' } as const
    const onWrite = async (): Promise<string | undefined> => {
      // Whatever has kept it from being written with the others may have come with a new owner.
      const here = await toldPlace(this.#finder.inPool(nic.pool, nic.vmid))
      if (isUntold(here)) return here.untold
      const why = here === undefined ? NOT_IN_POOL : this.#whyNotOn(nic.pool, here)
      if (why !== undefined) return why
      written = { ...written, writtenAt: this.#clock.now() }
      await this.#keeper.note(written)
      return undefined
    }
    const put = await this.#putAt(nic, nodeOf, change, onWrite, known)
    if (put.kind !== 'there') return put
    await this.#keeper.note({ ...written, proven: true, process: processOf(written, put.look, this.#clock.now()) })
    const from = bridgeOf(nic.before) ?? ''
    const unseen = put.seen ? '' : '; its node does not tell whether it is plugged in there, so look into the VM'
    this.#say(`  ~ vm ${nic.name}: ${nic.key} ${from} -> ${bridgeOf(nic.after) ?? ''}${unseen}`)
    return put
  }

  async #back(nic: JournalNic): Promise<NicPut> {
    const nodeOf = (): Promise<string | undefined> => this.#finder.anywhere(nic.pool, nic.vmid)
    const change = { expected: nic.after, wanted: nic.before, onto: 'bridges' } as const
    const put = await this.#putAt(nic, nodeOf, change, () => Promise.resolve(undefined))
    // Its NIC may be on the VNet still: only what the whole cluster does not have any more is gone.
    if (put.kind !== 'gone' || put.what === 'nic') return put
    const node = await toldPlace(nodeOf())
    if (isUntold(node)) return { kind: 'failed', why: node.untold }
    return node === undefined
      ? put
      : { kind: 'failed', why: 'its VM is on its way to another node; run this again when it is there' }
  }

  /** A VM that is migrated meanwhile is followed once. One that can't be looked for is that pool's trouble. */
  async #putAt(
    { vmid, key }: JournalNic,
    nodeOf: () => Promise<string | undefined>,
    change: NicChange,
    onWrite: () => Promise<string | undefined>,
    known: KnownOfNic = {},
  ): Promise<NicPut> {
    for (let look = 0; look < 2; look += 1) {
      const node = await toldPlace(nodeOf())
      if (isUntold(node)) return { kind: 'failed', why: node.untold }
      if (node === undefined) break
      const put = await this.#writer.put({ node, vmid, key }, change, onWrite, look === 0 ? known : {})
      if (put.kind !== 'gone' || put.what === 'nic') return put
    }
    return { kind: 'gone', what: 'vm' }
  }
}

function endOf(put: NicPut | Extract<NicBack, { kind: 'is back' }>, { name, key, before }: JournalNic): string {
  if (put.kind === 'is back') return put.why
  const end = put.kind === 'gone' ? 'is gone, so there is nothing to put back' : `is back on ${bridgeOf(before) ?? ''}`
  return `vm ${name}: ${key} ${end}`
}

const NOT_IN_POOL = 'there is no such VM in its pool any more, or it is being migrated'

const asItWas = ({ writtenAt: _writtenAt, proven: _proven, process: _process, ...nic }: JournalNic): JournalNic => nic

function whyOf(put: Exclude<NicPut, { kind: 'there' }>): string {
  if (put.kind === 'failed') return put.why
  return put.what === 'nic' ? 'it has no such NIC any more' : NOT_IN_POOL
}
