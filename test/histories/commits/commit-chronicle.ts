import type { World } from '../../../adapters/simulator/world.ts'
import type { RevisionRecord } from '../../../model/revision.ts'
import type { VerifyMode } from '../../../reconcilers/git/judge-head.ts'
import { Chronicle } from '../chronicle.ts'
import type { RangeFile } from '../range-text.ts'
import { RANGES, type RangeId } from '../steps.ts'
import type { AmidRead } from './amid-read.ts'
import { AcceptedLine } from './accepted-line.ts'
import { ActedOn, isAbsent, machinesIn } from './acted-on.ts'
import { digestOf, filesIn, type Forge } from './forge.ts'
import { Freezes } from './freezes.ts'
import { type PruneOptions, Prunes } from './prunes.ts'
import { WaveWatch } from './wave-watch.ts'

/** What has happened so far in a repository, to what was acted on, and by whom; and what should not have. */
export class CommitChronicle {
  readonly forge: Forge
  readonly deeds: Chronicle
  readonly violations: string[]
  readonly line: AcceptedLine
  readonly actedOn: ActedOn
  readonly freezes: Freezes
  readonly prunes: Prunes
  readonly waves: WaveWatch
  /** Ranges that had no file when all that was known of them was lost: nothing prunes them. */
  readonly forgotten = new Set<RangeId>()
  readonly amidRead: AmidRead = { isDue: false }
  /** Orders to destroy ranges that are on disk, with the instant of those that are not any more. */
  readonly #orders = new Map<string, number>()
  readonly #orderedFor = new Map<string, string | undefined>()
  readonly #done = new Map<string, number>()
  readonly #reached = new Map<RangeId, string | undefined>()
  readonly #now: () => number
  /** When somebody did something to a range in Proxmox, or something went wrong there. */
  readonly #disturbed = new Map<RangeId, number>()

  constructor(
    world: World,
    forge: Forge,
    now: () => number,
    options: { readonly verify: VerifyMode; readonly prune: PruneOptions },
  ) {
    this.forge = forge
    this.#now = now
    this.deeds = new Chronicle(world)
    this.violations = this.deeds.violations
    this.line = new AcceptedLine(forge, options.verify, now, this.violations)
    this.actedOn = new ActedOn(this.line, forge, now)
    this.freezes = new Freezes(this.actedOn, now)
    this.prunes = new Prunes(options.prune, this.line, now)
    this.waves = new WaveWatch(this.line, this.actedOn, (range, file) => this.#isAway(range, file), this.violations)
  }

  accepted(id: string): void {
    const before = this.line.files()
    this.line.written(id)
    for (const range of RANGES) {
      const now = filesIn(this.forge.of(id).content).get(range)
      const was = before.get(range)
      if (now !== undefined) this.forgotten.delete(range)
      const gone = now === undefined ? was : isAbsent(now) ? now : undefined
      if (gone !== undefined) this.condemn(range, machinesIn(range, gone))
    }
  }

  recorded(record: RevisionRecord): void {
    this.waves.written(record, this.#now())
    this.actedOn.written(record)
    this.freezes.written(record.rangeId)
  }

  condemn(range: RangeId, names: readonly string[]): void {
    const { condemned } = this.deeds
    condemned.set(range, new Set([...(condemned.get(range) ?? []), ...names]))
  }

  /** @param file what its file said, as it was acted on */
  ordered(rangeId: string, file: string | undefined): void {
    this.#orders.set(rangeId, Number.POSITIVE_INFINITY)
    this.#orderedFor.set(rangeId, file)
    this.#done.delete(rangeId)
  }

  orderEnded(rangeId: string): void {
    if (this.#orders.has(rangeId)) this.#orders.set(rangeId, this.#now())
  }

  /** It is destroyed: the order keeps it away, and removes nothing more. */
  orderDone(rangeId: string): void {
    this.#done.set(rangeId, this.#now())
  }

  /** @returns the content that a status tells for the first time in a row to have been reached */
  reachedAnew(range: RangeId, digest: string | undefined): string | undefined {
    if (this.#reached.get(range) === digest) return undefined
    this.#reached.set(range, digest)
    return digest
  }

  /** A person has ordered it to be destroyed, until this very instant at least. */
  isOrdered(range: RangeId): boolean {
    return (this.#orders.get(range) ?? 0) >= this.#now() && (this.#done.get(range) ?? this.#now()) >= this.#now()
  }

  /** An order keeps it away that its file, as it is at some commit, has not overtaken. */
  #isAway(range: RangeId, file: RangeFile): boolean {
    const isUnchanged = file.broken || this.#orderedFor.get(range) === digestOf(file)
    return this.#orders.get(range) === Number.POSITIVE_INFINITY && isUnchanged
  }

  disturb(ranges: readonly RangeId[]): void {
    for (const range of ranges) this.#disturbed.set(range, this.#now())
  }

  isDisturbed(range: RangeId): boolean {
    const at = this.#disturbed.get(range)
    return at !== undefined && this.#now() - at < 180_000
  }

  /** The state directory is gone. */
  stateLost(): void {
    for (const range of RANGES) if (!this.line.files().has(range)) this.forgotten.add(range)
    this.line.lost()
    this.actedOn.lost()
    this.freezes.anew()
    this.#orders.clear()
  }
}
