import type { Clock } from '../../model/clock.ts'
import type { FileRemoval } from '../../model/file-removal.ts'
import type { FolderProvenance, RangeFileRead, RangeFiles, SeenFilesStore } from '../../model/ports.ts'
import type { FolderIdentity } from '../../model/prune.ts'
import type { ReadyBefore } from '../../model/range-status.ts'
import { descentToCheck, doubtsOf } from '../../reconcilers/prune/doubt-file.ts'
import type { MissingRange } from '../../reconcilers/prune/judge-prune.ts'
import { type NamedMachines, twinOf } from '../../reconcilers/prune/renamed.ts'
import {
  afterLook,
  type FileWatch,
  type FolderLook,
  rememberedOf,
  type WatchedFile,
  watchFrom,
  without,
  withKnown,
  withRead,
} from '../../reconcilers/prune/watch-files.ts'

/** By what a folder is watched. */
export interface WatchTime {
  /** Milliseconds since some moment; setting the machine's date doesn't change it. */
  readonly stopwatch: () => number
  /** The date, for people. */
  readonly clock: Pick<Clock, 'now'>
  /** How often the folder is looked at, in milliseconds. */
  readonly resyncMs: () => number
}

/** So often it is looked anew when another commit went in force meanwhile. */
const MOST_TRIES = 10

/** A file that is not there. */
export type MissingFile = WatchedFile & { readonly missing: NonNullable<WatchedFile['missing']> }

/** What is known of the files that the folder has, or has had: which are missing, for how long, and with which doubts. */
export class MissingFiles {
  readonly #files: Pick<RangeFiles, 'list' | 'read'>
  readonly #provenance: FolderProvenance
  readonly #store: SeenFilesStore
  readonly #time: WatchTime
  #watch: FileWatch = watchFrom([])
  /** A write of what is remembered that is under way, and one that begins after it, with all that is known by then. */
  #writing: Promise<void> | undefined
  #nextWrite: Promise<void> | undefined
  /** Ranges whose files are gone -> the new range that waits, as it may be the same. */
  readonly #heldFor = new Map<string, string>()

  constructor(
    files: Pick<RangeFiles, 'list' | 'read'>,
    provenance: FolderProvenance,
    store: SeenFilesStore,
    time: WatchTime,
  ) {
    this.#files = files
    this.#provenance = provenance
    this.#store = store
    this.#time = time
  }

  /** Takes up what earlier lives remember. @param ready how ready they left each range */
  async start(ready: ReadonlyMap<string, Pick<ReadyBefore, 'reason' | 'source'>>): Promise<void> {
    const seen = await this.#store.read()
    // Of some nothing was left by then; if they have a file by now, a look finds it.
    const left = (rangeId: string): boolean => ready.get(rangeId)?.reason !== 'Absent'
    // Of others only the cluster told, and no file of them was ever seen here.
    const had = [...ready].flatMap(([rangeId, { source }]) => (source === rangeId ? [] : [rangeId]))
    this.#watch = withKnown(watchFrom(seen.filter(({ rangeId }) => left(rangeId))), had.filter(left))
  }

  /** A range has a file. @param names the machines that it names; undefined when it is not valid @returns whether these are news */
  seen(rangeId: string, names: readonly string[] | undefined): boolean {
    const before = this.#watch.files.get(rangeId)?.names
    this.#watch = withRead(this.#watch, rangeId, names)
    this.#heldFor.delete(rangeId)
    return names !== undefined && JSON.stringify(before) !== JSON.stringify(names)
  }

  /** Writes down what must outlast a restart; one write is for all that was seen until it began. Throws when that fails. */
  async remember(): Promise<void> {
    this.#nextWrite ??= this.#writeAfter(this.#writing)
    await this.#nextWrite
  }

  async #writeAfter(before: Promise<void> | undefined): Promise<void> {
    await before?.catch(() => undefined)
    this.#writing = this.#nextWrite
    this.#nextWrite = undefined
    await this.#store.write(rememberedOf(this.#watch))
  }

  /** Neither a file nor anything else of a range is left. */
  forget(rangeId: string): void {
    this.#watch = without(this.#watch, rangeId)
    this.#heldFor.delete(rangeId)
  }

  /** Nobody watches for now: what is missing begins anew afterwards. */
  pause(): void {
    this.#watch = watchFrom(rememberedOf(this.#watch))
  }

  /**
   * Looks into the folder once, and remembers what it showed. Throws when that can't be written down.
   *
   * @returns what the folder is; undefined when it can't be read, which is said by the resync, which lists it as well
   */
  async look(): Promise<FolderIdentity | undefined> {
    const look = await this.#listed()
    this.#watch = afterLook(this.#watch, look)
    if (look.kind === 'unread') return undefined
    await this.remember()
    return look.folder
  }

  /** The files that were missing at the last look. */
  missing(): readonly MissingFile[] {
    return [...this.#watch.files.values()].filter((file): file is MissingFile => file.missing !== undefined)
  }

  /** The machines that a range's file named when it was last valid. */
  namesOf(rangeId: string): readonly string[] {
    return this.#watch.files.get(rangeId)?.names ?? []
  }

  /**
   * The range whose file is gone just now and named the same machines: this one is it under another id, perhaps, and that one
   * does not go without a person's word as long as this one waits for it.
   */
  async goneTwinOf(range: NamedMachines): Promise<string | undefined> {
    const twin = twinOf(range, [...this.#watch.files.values()])
    if (twin === undefined || (await this.#files.list()).includes(twin.rangeId)) return undefined
    this.#heldFor.set(twin.rangeId, range.rangeId)
    return twin.rangeId
  }

  /** For how long each has been missing, and why that may be an accident. @param folder what it is now */
  async judged(missing: readonly MissingFile[], folder: FolderIdentity): Promise<readonly MissingRange[]> {
    // Asked once for all files that were last seen with the same commit.
    const answers = new Map<string, boolean>()
    const judged: MissingRange[] = []
    for (const file of missing) {
      const descent = descentToCheck(file.folder, folder)
      const { commit = '', ancestor = '' } = descent ?? {}
      const follows =
        descent === undefined || (answers.get(ancestor) ?? (await this.#provenance.follows(commit, ancestor)))
      answers.set(ancestor, follows)
      const twin = this.#heldFor.get(file.rangeId)
      const renamed =
        twin === undefined || this.#watch.files.get(twin)?.missing !== undefined
          ? []
          : [
              `the file of ${twin} names the same VMs as that of ${file.rangeId} did, so it may be ${file.rangeId} under another name`,
            ]
      judged.push({
        id: file.rangeId,
        watched: file.missing.watched,
        doubts: [...doubtsOf(file, folder, follows), ...renamed],
        removal: file.removal,
      })
    }
    return judged
  }

  async #listed(): Promise<FolderLook> {
    const { stopwatch, clock, resyncMs } = this.#time
    try {
      const { folder, ids, sound, removals } = await this.#atOnce()
      const [at, now, mostStep] = [stopwatch(), clock.now(), 2 * resyncMs()]
      return { kind: 'listed', ids, sound, folder, at, now, mostStep, removals }
    } catch {
      return { kind: 'unread' }
    }
  }

  /** What there is, all of it of the same commit where commits are in force. Throws when it can't be told. */
  async #atOnce(): Promise<
    Pick<Extract<FolderLook, { readonly kind: 'listed' }>, 'folder' | 'ids' | 'sound'> & {
      readonly removals: ReadonlyMap<string, FileRemoval>
    }
  > {
    const { removals } = this.#provenance
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const before = removals?.inForce()
      const folder = await this.#provenance.identity()
      const ids = await this.#files.list()
      const sound = await this.#hasValid(ids)
      if (before !== removals?.inForce()) continue
      const gone = [...this.#watch.files.values()].filter(({ rangeId }) => !ids.includes(rangeId))
      return { folder, ids, sound, removals: removals?.of(gone) ?? new Map<string, FileRemoval>() }
    }
    throw new Error('commits go in force faster than they can be looked at')
  }

  /** Reads no further than to the first valid one, and no text twice that has not changed. */
  async #hasValid(ids: readonly string[]): Promise<boolean> {
    for (const id of ids) if (isSound(await this.#files.read(id))) return true
    return false
  }
}

/** Its file as it is now is valid, whatever is in force. */
const isSound = (read: RangeFileRead): boolean =>
  (read.kind === 'ok' || read.kind === 'held') && read.problem === undefined
