import type { z } from 'zod'
import type { Unquoted } from '../../model/diagnostic.ts'
import { nearest } from '../../model/nearest.ts'
import { printable } from '../../model/printable.ts'
import { pathText } from './path-text.ts'
import { knownKeysAt, placesBelow } from './schema-at.ts'
import { keyToTell } from './secret-keys.ts'

type Path = readonly PropertyKey[]

/** `network.rules.protocol`: a path without the places in lists. */
export const namesOf = (path: Path): string => path.filter((step) => typeof step === 'string').join('.')

/** What became of keys, and of values (`key: value`), that a file may have had once, by their names: what says the same now. */
export type MovedKeys = ReadonlyMap<string, string>

/**
 * What to say of a key that nobody knows there. In this order: it has another name by now, it is a slip of the keyboard, it is known
 * some levels further up or down. Who is told to remove a key that stands one level too deep loses what it says.
 *
 * @param path of the map that has the key
 */
export function unknownKey(
  key: string,
  path: Path,
  schema: z.core.$ZodType,
  moved: MovedKeys,
): Unquoted & { readonly unquoted: Unquoted } {
  const where = path.length === 0 ? '' : ` in ${pathText(path)}`
  const remedy = remedyFor(key, path, schema, moved)
  return {
    finding: `unknown key ${printable(key)}${where}`,
    remedy,
    unquoted: { finding: `unknown key ${keyToTell(key)}${where}`, remedy },
  }
}

/** The key that is most likely meant by one that nobody knows there; undefined where that is not a slip of the keyboard. */
export function meantBy(key: string, path: Path, schema: z.core.$ZodType, moved: MovedKeys): string | undefined {
  if (moved.has(namesOf([...path, key]))) return undefined
  const known = knownKeysAt(schema, path)
  const slip = nearest(key, known, 1)
  return slip ?? (placeOf(key, path, schema) === undefined ? nearest(key, known) : undefined)
}

function remedyFor(key: string, path: Path, schema: z.core.$ZodType, moved: MovedKeys): string {
  const known = knownKeysAt(schema, path)
  const now = moved.get(namesOf([...path, key]))
  if (now !== undefined) return `move it: by now it is ${now}`
  const meant = meantBy(key, path, schema, moved)
  if (meant !== undefined) return `did you mean ${meant}?`
  const place = placeOf(key, path, schema)
  return place === undefined ? `remove it; allowed are ${known.join(', ')}` : `move it ${place}`
}

/** Where a key of that very name belongs, further up or down; undefined where it is known nowhere on the way. */
function placeOf(key: string, path: Path, schema: z.core.$ZodType): string | undefined {
  for (let up = path.length - 1, levels = 0; up >= 0; up -= 1) {
    if (typeof path[up] === 'string') levels += 1
    if (!knownKeysAt(schema, path.slice(0, up)).includes(key)) continue
    const beside = printable(String(path[up]), 60)
    if (up === 0) return `to the top of the file, beside ${beside}`
    return levels === 1 ? `one level up, beside ${beside}` : `${levels} levels up, beside ${beside}`
  }
  const below = placesBelow(schema, path, key).map(wayText)
  return below.length === 0 || below.length > MOST_PLACES ? undefined : `into ${below.join(' or ')}`
}

/** A key that may belong to more places than this is a word that many maps have. */
const MOST_PLACES = 2

/** `an entry of ludus`, `ludus_extensions.lanista`. */
function wayText(way: readonly string[]): string {
  const last = way.lastIndexOf('[]')
  const names = (part: readonly string[]): string => part.filter((step) => step !== '[]').join('.')
  if (last < 0) return names(way)
  const inside = names(way.slice(last + 1))
  const entry = `an entry of ${names(way.slice(0, last))}`
  return inside === '' ? entry : `${inside} of ${entry}`
}
