import type { AcceptedCommit } from '../../model/accepted-commit.ts'
import type { Commit } from '../../model/commit-snapshot.ts'
import { familiesIn, type FileRemoval, removalsIn, type Succession } from '../../model/file-removal.ts'
import type { FileRemovals } from '../../model/ports.ts'
import type { SeenFile } from '../../model/prune.ts'
import { stampOf } from '../../model/revision.ts'

/** Of no more ranges it is known for longer than until the next look who removed their files. */
const MOST_REMOVALS = 10_000

/** What is in force, and where it is of. */
interface InForce {
  /** What tells its folder from others, as `FolderIdentity.place`. */
  readonly place: string
  readonly commit: () => Commit | undefined
  readonly accepted: () => AcceptedCommit | undefined
}

/** Who removed which range's file while this process ran, until somebody looks and remembers it. */
export class RemovedFiles implements FileRemovals {
  readonly #inForce: InForce
  /** By range id, the latest last. */
  readonly #removals = new Map<string, FileRemoval>()

  constructor(inForce: InForce) {
    this.#inForce = inForce
  }

  /** One commit goes in force after another. */
  succeeded(succession: Succession): void {
    const there = familiesIn(succession.after)
    for (const id of this.#removals.keys()) if (there.has(id.toLowerCase())) this.#removals.delete(id)
    for (const [id, removal] of removalsIn(succession)) {
      this.#removals.delete(id)
      this.#removals.set(id, removal)
    }
    for (const id of [...this.#removals.keys()].slice(0, -MOST_REMOVALS)) this.#removals.delete(id)
  }

  inForce(): string | undefined {
    return this.#inForce.commit()?.id
  }

  of(gone: readonly SeenFile[]): ReadonlyMap<string, FileRemoval> {
    const told = gone.flatMap(({ rangeId }) => {
      const removal = this.#removals.get(rangeId)
      return removal === undefined ? [] : [[rangeId, removal] as const]
    })
    const untold = gone.filter(({ rangeId, removal }) => removal === undefined && !this.#removals.has(rangeId))
    return new Map([...told, ...this.#guessed(untold)])
  }

  /** What an earlier life did not live to tell: the commit with which it was last seen is known, and the one in force now. */
  #guessed(files: readonly SeenFile[]): readonly (readonly [string, FileRemoval])[] {
    const commit = this.#inForce.commit()
    const seenAt = ({ folder }: SeenFile): string | undefined =>
      folder?.place === this.#inForce.place && folder.git?.kind === 'known' ? folder.git.head : undefined
    return files.flatMap((file) => {
      const after = seenAt(file)
      if (commit === undefined || after === undefined || after === commit.id) return []
      const line = this.#inForce.accepted()?.line ?? []
      const ranges = files.filter((other) => seenAt(other) === after).length
      const removal: FileRemoval = {
        by: undefined,
        after,
        upTo: stampOf(commit),
        commits: undefined,
        rewritten: !line.includes(after),
        ranges,
      }
      return [[file.rangeId, removal] as const]
    })
  }
}
