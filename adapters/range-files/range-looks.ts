/** Range id -> what its files look like from outside; a change of it means: read again. */
export type Looks = ReadonlyMap<string, string>

/** The looks of ranges, each of all its files. */
export function looksOfFiles(
  files: readonly { readonly id: string; readonly path: string; readonly look: string }[],
): Looks {
  const looks = new Map<string, string>()
  for (const { id, path, look } of files) looks.set(id, `${looks.get(id) ?? ''}\n${path} ${look}`)
  return looks
}

/** Ids whose looks differ, and the ids that differ from those only in case: they are valid or not together. */
export function changedIds(before: Looks, after: Looks): readonly string[] {
  const ids = [...new Set([...before.keys(), ...after.keys()])]
  const changed = new Set(ids.filter((id) => before.get(id) !== after.get(id)).map((id) => id.toLowerCase()))
  return ids.filter((id) => changed.has(id.toLowerCase()))
}
