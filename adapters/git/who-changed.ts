/** The commits that are new between two, of which the one has the other among its ancestors. */
export interface NewHistory {
  /** The newer of the two. */
  readonly head: string
  /** Parents of each new commit, the head among them, in order. */
  readonly parents: ReadonlyMap<string, readonly string[]>
}

/**
 * The latest new commit that changed something, as `git log -1 -- PATH` names it: where a merge has what one of its parents has, the commit
 * on that side; where it has what none of them has, the merge. Where the side has it from before, so that nothing new on it brought it
 * there, the merge that took it is who changed it. Undefined only when the two look the same.
 *
 * @param lookOf how it looks in a commit that is new, or is the parent of one; undefined: it is not there
 */
export function whoChanged(
  { head, parents }: NewHistory,
  lookOf: (commit: string) => string | undefined,
): string | undefined {
  const found = new Map<string, string | undefined>()
  // A history of a thousand commits in a row is no depth of calls.
  const path = [head]
  for (let commit = path.at(-1); commit !== undefined; commit = path.at(-1)) {
    const own = lookOf(commit)
    // One without parents has made what is in it.
    const before = parents.get(commit) ?? []
    const same = before.filter((parent) => lookOf(parent) === own)
    const side = same.find((parent) => parents.has(parent) && !found.has(parent))
    const answer = same.map((parent) => found.get(parent)).find((each) => each !== undefined)
    if (answer === undefined && side !== undefined) {
      path.push(side)
      continue
    }
    const isChange = before.length === 0 ? own !== undefined : same.length < before.length
    found.set(commit, answer ?? (isChange ? commit : undefined))
    path.pop()
  }
  return found.get(head)
}
