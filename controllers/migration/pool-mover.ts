import type { Clock } from '../../model/clock.ts'
import type { JournalNic } from '../../model/migration-journal.ts'
import { bridgeOf } from '../../reconcilers/migration/old-networks.ts'
import type { LinkCheck } from './link-check.ts'
import type { JournalKeeper } from './journal-keeper.ts'
import type { KnownOfNic, NicChange, NicPut, NicWriter } from './nic-writer.ts'
import { RangeWrite } from './range-write.ts'
import { sideBySide } from './side-by-side.ts'
import { vmsOf } from './moved-vm.ts'
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
  readonly #links: Pick<LinkCheck, 'before'> | undefined

  /** @param links what is told of links inside of VMs before they move; left out: nothing is */
  constructor(
    writer: NicWriter,
    keeper: JournalKeeper,
    finder: VmFinder,
    clock: Pick<Clock, 'now'>,
    say: (line: string) => void,
    links?: Pick<LinkCheck, 'before'>,
  ) {
    this.#writer = writer
    this.#keeper = keeper
    this.#finder = finder
    this.#clock = clock
    this.#say = say
    this.#links = links
  }

  async move(pool: string): Promise<PoolMoved> {
    const open = this.#keeper.of(pool).filter(({ proven }) => proven !== true)
    const why = await this.#moveAll(pool, open)
    if (why === undefined) return { kind: 'moved', nics: open.length }
    this.#say(`  ! ${why}; the NICs of ${pool} are put back`)
    const left = await this.back(this.#keeper.of(pool))
    return left.length === 0 ? { kind: 'put back', why } : { kind: 'stuck', why, left }
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

  /** @returns why one can't be moved, as a sentence; the others may have been written by then */
  async #moveAll(pool: string, open: readonly JournalNic[]): Promise<string | undefined> {
    const vms = vmsOf(open)
    const writing = new RangeWrite(this.#writer, this.#keeper, this.#finder, this.#clock, this.#links)
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
    const onWrite = async (): Promise<void> => {
      written = { ...written, writtenAt: this.#clock.now() }
      await this.#keeper.note(written)
    }
    const put = await this.#putAt(nic, nodeOf, change, onWrite, known)
    if (put.kind !== 'there') return put
    await this.#keeper.note({ ...written, proven: true })
    const from = bridgeOf(nic.before) ?? ''
    const unseen = put.seen ? '' : '; its node does not tell whether it is plugged in there, so look into the VM'
    this.#say(`  ~ vm ${nic.name}: ${nic.key} ${from} -> ${bridgeOf(nic.after) ?? ''}${unseen}`)
    return put
  }

  async #back(nic: JournalNic): Promise<NicPut> {
    const nodeOf = (): Promise<string | undefined> => this.#finder.anywhere(nic.pool, nic.vmid)
    const change = { expected: nic.after, wanted: nic.before, onto: 'bridges' } as const
    const put = await this.#putAt(nic, nodeOf, change, () => Promise.resolve())
    // Its NIC may be on the VNet still: only what the whole cluster does not have any more is gone.
    if (put.kind === 'gone' && put.what === 'vm' && (await nodeOf()) !== undefined)
      return { kind: 'failed', why: 'its VM is on its way to another node; run this again when it is there' }
    return put
  }

  /** A VM that is migrated meanwhile is followed once. */
  async #putAt(
    { vmid, key }: JournalNic,
    nodeOf: () => Promise<string | undefined>,
    change: NicChange,
    onWrite: () => Promise<void>,
    known: KnownOfNic = {},
  ): Promise<NicPut> {
    for (let look = 0; look < 2; look += 1) {
      const node = await nodeOf()
      if (node === undefined) break
      const put = await this.#writer.put({ node, vmid, key }, change, onWrite, look === 0 ? known : {})
      if (put.kind !== 'gone' || put.what === 'nic') return put
    }
    return { kind: 'gone', what: 'vm' }
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

function whyOf(put: Exclude<NicPut, { kind: 'there' }>): string {
  if (put.kind === 'failed') return put.why
  return put.what === 'nic'
    ? 'it has no such NIC any more'
    : 'there is no such VM in its pool any more, or it is being migrated'
}
