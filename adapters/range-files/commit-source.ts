import type { CommitFile, CommitSnapshot } from '../../model/commit-snapshot.ts'
import { type CommitStamp, stampOf } from '../../model/revision.ts'
import { UserError } from '../../model/user-error.ts'
import { decodeText } from '../yaml-file/decode-text.ts'
import { changedIds, looksOfFiles } from './range-looks.ts'
import type { RangeSource, RangeView } from './range-source.ts'
import type { ReadUnlessSeen } from './read-safely.ts'

/** What is read instead of a folder's files: the commit in force, which one assignment replaces by another. */
export class CommitSource implements RangeSource {
  #snapshot: CommitSnapshot | undefined
  #view: RangeView | undefined
  /** Which commit brought what a range's files are now, where that is known. */
  #broughtBy: ReadonlyMap<string, CommitStamp> = new Map()
  #why: string
  readonly #open: () => Promise<void>
  readonly #listeners = new Set<(rangeId: string) => void>()

  /**
   * @param why nothing is in force, as finding and remedy
   * @param open called when somebody looks while nothing is in force, and may swap something in
   */
  constructor(why: string, open: () => Promise<void> = () => Promise.resolve()) {
    this.#why = why
    this.#open = open
  }

  /** What is in force now; undefined when nothing is. */
  get snapshot(): CommitSnapshot | undefined {
    return this.#snapshot
  }

  /** Puts a commit in force: whoever looks from now on sees all of it, and nothing of the one before. */
  swap(snapshot: CommitSnapshot): void {
    const [before, after] = [looksOfFiles(this.#snapshot?.files ?? []), looksOfFiles(snapshot.files)]
    const changes = changesOf(snapshot)
    // Nobody need have read what the commit before brought.
    const kept = [...this.#broughtBy].filter(([id]) => before.get(id) === after.get(id))
    this.#broughtBy = new Map([...kept, ...changes])
    this.#snapshot = snapshot
    this.#view = viewOf(snapshot, this.#broughtBy)
    for (const id of changedIds(before, after)) for (const tell of this.#listeners) tell(id)
  }

  /** Says why nothing is in force; what is stays in force. */
  explain(why: string): void {
    this.#why = why
  }

  async view(): Promise<RangeView> {
    if (this.#view === undefined) await this.#open()
    if (this.#view === undefined) throw new UserError(this.#why)
    return this.#view
  }

  watch(onChange: (rangeId: string) => void, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    this.#listeners.add(onChange)
    signal.addEventListener('abort', () => this.#listeners.delete(onChange), { once: true })
    return Promise.resolve()
  }
}

const changesOf = ({ changes = [] }: CommitSnapshot): ReadonlyMap<string, CommitStamp> =>
  new Map(changes.map((change) => [change.rangeId, stampOf(change.commit)]))

/** One commit, whatever is swapped in meanwhile. @param broughtBy which commit brought what a range's files are, where that is known */
export function viewOf(snapshot: CommitSnapshot, broughtBy = changesOf(snapshot)): RangeView {
  const { commit, files } = snapshot
  const byPath = new Map(files.map((file) => [file.path, file]))
  const families = new Map<string, CommitFile[]>()
  for (const file of files) {
    const family = families.get(file.id.toLowerCase())
    if (family === undefined) families.set(file.id.toLowerCase(), [file])
    else family.push(file)
  }
  return {
    head: stampOf(commit),
    changedBy: (rangeId) => broughtBy.get(rangeId),
    found: (onlyId) => Promise.resolve(onlyId === undefined ? files : (families.get(onlyId.toLowerCase()) ?? [])),
    read: (path, seen) => Promise.resolve(readFrom(byPath.get(path), seen)),
  }
}

/** What Git LFS puts in the place of a file begins so. */
const LFS_POINTER = 'version https://git-lfs.github.com/spec/'

function readFrom(file: CommitFile | undefined, seen: string | undefined): ReadUnlessSeen {
  if (file === undefined) return { kind: 'absent' }
  const { content, look } = file
  switch (content.kind) {
    case 'folder':
      return refused('this is not a regular file', 'replace it with one')
    case 'symlink':
      return refused('this is a symbolic link, and none is followed in a repository', 'commit the file itself there')
    case 'submodule':
      return refused(
        'this is a submodule, and what is in one is not read',
        'commit the range file itself to this repository, and remove the submodule from the folder of range files',
      )
    case 'tooLarge':
      return refused('the file is larger than 1 MiB', 'check that this is a range file')
    case 'bytes': {
      if (look === seen) return { kind: 'unchanged' }
      const decoded = decodeText(content.bytes)
      if (decoded.kind !== 'text') return { ...decoded, kind: 'refused' }
      return decoded.text.startsWith(LFS_POINTER)
        ? refused(
            'this is a pointer of Git LFS, not the file: nothing is fetched from there',
            'take the file out of LFS (git lfs untrack, git add --renormalize) and commit it',
          )
        : { ...decoded, look }
    }
  }
}

const refused = (finding: string, remedy: string): ReadUnlessSeen => ({ kind: 'refused', finding, remedy })
