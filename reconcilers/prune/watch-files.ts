import { type FileRemoval, removalKey } from '../../model/file-removal.ts'
import type { FolderIdentity, SeenFile } from '../../model/prune.ts'
import { isRangeId } from '../../model/range-id.ts'

/** What is known of the files that a folder has, or has had. */
export interface FileWatch {
  /** By range id. */
  readonly files: ReadonlyMap<string, WatchedFile>
  /** How the look before ended. A look after a break says nothing of the time in between. */
  readonly last: { readonly kind: 'none' | 'unread' } | { readonly kind: 'listed'; readonly at: number }
}

export interface WatchedFile extends SeenFile {
  /** Undefined while it is there. */
  readonly missing: Missing | undefined
}

interface Missing {
  /** For how long it was watched to be gone without a break, in milliseconds. */
  readonly watched: number
  /** When that began, in epoch milliseconds, for people. */
  readonly since: number
}

/** One look into the folder. */
export type FolderLook =
  | {
      readonly kind: 'listed'
      readonly ids: readonly string[]
      /**
       * One of them at least is a valid range file. Without one the folder may be another, whatever else is in it: a broken or an
       * empty file, or YAML of some other program.
       */
      readonly sound: boolean
      /** Taken before the listing, so that no file counts as seen in what took its folder away. */
      readonly folder: FolderIdentity
      /** In milliseconds of a clock that is never set. */
      readonly at: number
      /** In epoch milliseconds. */
      readonly now: number
      /** What the time since the look before counts at most, in milliseconds: nobody watched a longer gap. */
      readonly mostStep: number
      /** How files that are not listed left, by range id, as far as it is known and not remembered. Default: not at all. */
      readonly removals?: ReadonlyMap<string, FileRemoval>
    }
  | { readonly kind: 'unread' }

/** A watch that begins with what an earlier life remembered. */
export const watchFrom = (seen: readonly SeenFile[]): FileWatch => ({
  files: new Map(seen.map((file) => [file.rangeId, { ...file, missing: undefined }])),
  last: { kind: 'none' },
})

/** What is to be remembered of a watch, in order of range id. */
export const rememberedOf = ({ files }: FileWatch): readonly SeenFile[] =>
  [...files.values()].map(({ missing: _, ...seen }) => seen).sort((a, b) => (a.rangeId < b.rangeId ? -1 : 1))

/** The watch with ranges of which it is only known that the folder has had their files. */
export function withKnown({ files, last }: FileWatch, rangeIds: readonly string[]): FileWatch {
  const known = rangeIds.filter((id) => isRangeId(id) && !files.has(id)).map((id) => [id, blank(id)] as const)
  return { files: new Map([...files, ...known]), last }
}

const blank = (rangeId: string): WatchedFile => ({
  rangeId,
  names: [],
  folder: undefined,
  emptied: false,
  unread: false,
  missing: undefined,
})

/**
 * The watch after a range's file was read between two looks: the time of its absence begins anew.
 *
 * @param names the machines that it names; undefined when it is not valid
 */
export function withRead(watch: FileWatch, rangeId: string, names: readonly string[] | undefined): FileWatch {
  if (!isRangeId(rangeId)) return watch
  const file = watch.files.get(rangeId) ?? blank(rangeId)
  const read = { ...back(file), names: names ?? file.names }
  return { ...watch, files: new Map(watch.files).set(rangeId, read) }
}

/** The watch without a range, of which nothing is left. */
export const without = ({ files, last }: FileWatch, rangeId: string): FileWatch => ({
  files: new Map([...files].filter(([id]) => id !== rangeId)),
  last,
})

/** The watch after one more look. A folder that can't be read makes the time of every absence begin anew. */
export function afterLook(watch: FileWatch, look: FolderLook): FileWatch {
  if (look.kind === 'unread') return { files: mapValues(watch.files, startedAnew), last: { kind: 'unread' } }
  const present = look.ids.filter(isRangeId)
  const families = new Set(present.map((id) => id.toLowerCase()))
  const { last } = watch
  const step = last.kind === 'listed' ? Math.min(Math.max(0, look.at - last.at), look.mostStep) : 0
  const known = withKnown(watch, present)
  const files = mapValues(known.files, (file): WatchedFile => {
    if (present.includes(file.rangeId)) return { ...back(file), folder: look.folder, emptied: false, unread: false }
    // Ids that differ only in case have trouble with each other, and none of them is gone.
    if (families.has(file.rangeId.toLowerCase())) return back(file)
    const { missing } = file
    const removal = look.removals?.get(file.rangeId) ?? file.removal
    // It was back in between.
    const isAnother = keyOf(removal) !== keyOf(file.removal)
    return {
      ...file,
      ...(removal === undefined ? {} : { removal }),
      emptied: file.emptied || !look.sound,
      unread: file.unread || (missing === undefined && last.kind === 'unread'),
      missing:
        missing === undefined || last.kind !== 'listed' || isAnother
          ? { watched: 0, since: look.now }
          : { ...missing, watched: missing.watched + step },
    }
  })
  return { files, last: { kind: 'listed', at: look.at } }
}

const keyOf = (removal: FileRemoval | undefined): string | undefined => removal && removalKey(removal)

/** A file that is there: of its absence nothing counts any more. */
const back = ({ removal: _, ...file }: WatchedFile): WatchedFile => ({ ...file, missing: undefined })

const startedAnew = (file: WatchedFile): WatchedFile => ({
  ...file,
  missing: file.missing === undefined ? undefined : { ...file.missing, watched: 0 },
})

const mapValues = <K, V>(map: ReadonlyMap<K, V>, change: (value: V) => V): ReadonlyMap<K, V> =>
  new Map([...map].map(([key, value]) => [key, change(value)]))
