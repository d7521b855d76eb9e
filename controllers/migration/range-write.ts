import type { Clock } from '../../model/clock.ts'
import type { JournalNic } from '../../model/migration-journal.ts'
import type { NicLook } from '../../model/nic-look.ts'
import { inOrderOfMove } from '../../reconcilers/migration/order-of-move.ts'
import { isSameText } from '../../reconcilers/migration/old-networks.ts'
import type { LinkCheck } from './link-check.ts'
import type { JournalKeeper } from './journal-keeper.ts'
import { isOnNat, isRouter, type MovedVm } from './moved-vm.ts'
import type { NicWriter } from './nic-writer.ts'
import type { VmFinder } from './vm-finder.ts'
import { sideBySide } from './side-by-side.ts'
import { isUntold, toldPlace } from './told-place.ts'

/** A VM whose NICs were written, as far as they had to be, and that nobody has looked at since. */
interface WrittenVm {
  /** Where it was; undefined: somewhere else by now. */
  readonly node: string | undefined
  readonly nics: readonly JournalNic[]
  /** Such as `net0` -> why Proxmox did not take it. */
  readonly refused: ReadonlyMap<string, string>
  /** When all was written, by the clock of looks. */
  readonly since: number
}

/** What came of writing a range. */
type RangeWritten =
  | { readonly kind: 'written'; readonly vms: readonly WrittenVm[] }
  /** As a sentence. */
  | { readonly kind: 'failed'; readonly why: string }

/** A VM as it was seen before its writes. */
interface SeenVm {
  readonly vm: MovedVm
  readonly node: string
  readonly look: NicLook
  readonly router: boolean
  readonly running: boolean
}

/** What writing a range works with, besides NICs and journal. */
interface RangeWriteParts {
  readonly clock: Pick<Clock, 'now'>
  readonly links: Pick<LinkCheck, 'before'> | undefined
  /** Why nothing may be moved on a node, as the end of a sentence about a NIC. */
  readonly whyNotOn: (node: string) => string | undefined
}

/** A node looks at so many VMs and plugs so many NICs in at once; Proxmox has three workers. */
const AT_ONCE = 4

/**
 * Writes the NICs of a range with nothing in between but what a write needs. Whatever can be seen to be in the way is seen before the
 * first, when the whole range is still where it was; the first refusal keeps the rest from being written.
 */
export class RangeWrite {
  readonly #writer: NicWriter
  readonly #keeper: JournalKeeper
  readonly #finder: VmFinder
  readonly #clock: Pick<Clock, 'now'>
  readonly #links: Pick<LinkCheck, 'before'> | undefined
  readonly #whyNotOn: (node: string) => string | undefined

  constructor(writer: NicWriter, keeper: JournalKeeper, finder: VmFinder, { clock, links, whyNotOn }: RangeWriteParts) {
    this.#writer = writer
    this.#keeper = keeper
    this.#finder = finder
    this.#clock = clock
    this.#links = links
    this.#whyNotOn = whyNotOn
  }

  async write(pool: string, vms: readonly MovedVm[]): Promise<RangeWritten> {
    const before = await toldPlace(this.#finder.allIn(pool))
    const seen = isUntold(before) ? `vm ${vms[0]?.name ?? pool}: ${before.untold}` : await this.#see(before, vms)
    if (typeof seen === 'string') return { kind: 'failed', why: seen }
    // Looking takes long where there are many: one that has left the range meanwhile is not its any more.
    const nodes = await toldPlace(this.#finder.allIn(pool))
    if (isUntold(nodes)) return { kind: 'failed', why: `vm ${vms[0]?.name ?? pool}: ${nodes.untold}` }
    const refusals = new Map<number, ReadonlyMap<string, string>>()
    await sideBySide(inOrderOfMove(seen), AT_ONCE, async ({ vm, node, look }) => {
      if (nodes.get(vm.vmid) !== node || refusals.size > 0) return
      const refused = await this.#writeVm(vm, node, look)
      if (refused.size > 0) refusals.set(vm.vmid, refused)
    })
    const since = this.#writer.now()
    const none: ReadonlyMap<string, string> = new Map()
    const written = seen.map(({ vm, node }): WrittenVm => {
      const refused = refusals.get(vm.vmid) ?? none
      return { node: nodes.get(vm.vmid) === node ? node : undefined, nics: vm.nics, refused, since }
    })
    // What was refused comes first, as nothing else of the range need be looked at then.
    return { kind: 'written', vms: written.toSorted((a, b) => b.refused.size - a.refused.size) }
  }

  /** @returns why one can't be moved, as a sentence */
  async #see(nodes: ReadonlyMap<number, string>, vms: readonly MovedVm[]): Promise<readonly SeenVm[] | string> {
    const seen = new Map<MovedVm, SeenVm>()
    let why: string | undefined
    await sideBySide(vms, AT_ONCE, async (vm) => {
      if (why !== undefined) return
      const found = await this.#seeVm(vm, nodes.get(vm.vmid))
      if (typeof found === 'string') why ??= `vm ${vm.name}: ${found}`
      else seen.set(vm, found)
    })
    return why ?? vms.flatMap((vm) => seen.get(vm) ?? [])
  }

  /** A VM that is migrated meanwhile is followed once. @returns why it can't be moved, as the end of a sentence about it */
  async #seeVm(vm: MovedVm, first: string | undefined): Promise<SeenVm | string> {
    let node = first
    for (let looks = 0; looks < 2 && node !== undefined; looks += 1) {
      const look = await this.#writer.look({ node, vmid: vm.vmid })
      if (typeof look === 'string') return look
      if (look !== undefined) {
        const why = this.#whyNot(vm, node, look)
        if (why !== undefined) return why
        if (look.running && look.agent) await this.#links?.before(vm, node)
        return { vm, node, look, router: isRouter(vm), running: look.running }
      }
      const place = await toldPlace(this.#finder.inPool(vm.pool, vm.vmid))
      if (isUntold(place)) return place.untold
      node = place
    }
    return 'there is no such VM in its pool any more, or it is being migrated'
  }

  #whyNot({ vmid, nics }: MovedVm, node: string, look: NicLook): string | undefined {
    for (const { key, before, after } of nics) {
      const is = look.nics[key]
      if (is === undefined) return `${key}: it has no such NIC any more`
      const change = { expected: before, wanted: after, onto: 'vnets' } as const
      const why = this.#writer.whyNot({ node, vmid, key }, change, look) ?? this.#whyNotOn(node)
      if (why !== undefined && !isSameText(is, after)) return `${key}: ${why}`
    }
    return undefined
  }

  /** @returns what Proxmox did not take, and why */
  async #writeVm({ vmid, nics }: MovedVm, node: string, before: NicLook): Promise<ReadonlyMap<string, string>> {
    let look: NicLook | undefined = before
    // What machines point at comes before what is behind it.
    for (const nic of [...nics.filter((each) => !isOnNat(each)), ...nics.filter(isOnNat)]) {
      if (look === undefined) {
        const seen = await this.#writer.look({ node, vmid })
        if (seen === undefined || typeof seen === 'string') return new Map()
        look = seen
      }
      // Whatever is not just as it was in the beginning is for whoever looks after the writes.
      if (
        !isSameText(look.nics[nic.key] ?? '', nic.before) ||
        look.waiting.includes(nic.key) ||
        look.lock !== undefined
      )
        continue
      await this.#keeper.note({ ...nic, writtenAt: this.#clock.now() })
      const refused = await this.#writer.send({ node, vmid, key: nic.key }, nic.after, look)
      if (refused !== undefined) return new Map([[nic.key, refused]])
      look = undefined
    }
    return new Map()
  }
}
