import { failure } from './api-error.ts'
import { splitList } from './formats.ts'
import type { ParameterTable } from './parameters.ts'
import { sdnDigest, sdnIds, pendingView, type SdnKind } from './sdn-state.ts'
import type { Parameters } from './verify.ts'
import type { SdnObject, SdnValue, World } from './world.ts'

/** Sorted as Perl sorts: by character code. */
export const byCode = (a: string, b: string): number => {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** Which keys an object may have, and which it must. */
export interface SectionOptions {
  readonly required: readonly string[]
  readonly optional: readonly string[]
}

/** Values in the types the file keeps: flags and integers as numbers. */
const typed = (table: ParameterTable, name: string, value: string): SdnValue =>
  table[name]?.type === 'integer' || table[name]?.type === 'boolean' ? Number(value) : value

/** A node list is kept sorted. */
const encoded = (name: string, value: SdnValue): SdnValue =>
  name === 'nodes' || name === 'exitnodes' ? [...new Set(splitList(String(value)))].toSorted(byCode).join(',') : value

/** The parameters that are an object's own, typed; throws for keys the object's type does not know or lacks. */
export const sectionValues = (
  table: ParameterTable,
  options: SectionOptions,
  params: Parameters,
  ignored: readonly string[],
  create: boolean,
): Record<string, SdnValue> => {
  const values: Record<string, SdnValue> = {}
  for (const [name, value] of Object.entries(params)) {
    if (ignored.includes(name)) continue
    if (!options.required.includes(name) && !options.optional.includes(name))
      throw failure(`unexpected property '${name}'`)
    values[name] = encoded(name, typed(table, name, value))
  }
  if (create)
    for (const name of options.required)
      if (values[name] === undefined) throw failure(`missing value for required option '${name}'`)
  return values
}

/**
 * What the file gives back of what was written: an empty text is no value, blanks around it are lost, and so is every
 * text with a character beyond ASCII. A line feed can't be written at all.
 */
export const storedValues = (object: Readonly<Record<string, SdnValue>>): SdnObject => {
  const stored: Record<string, SdnValue> = {}
  for (const [name, value] of Object.entries(object)) {
    if (String(value).includes('\n')) throw failure('property contains a line feed')
    const kept = typeof value === 'string' ? value.trim() : value
    if (kept !== '' && /^\p{ASCII}*$/u.test(String(kept))) stored[name] = kept
  }
  return stored
}

/** Throws when the caller saw another version of the file. */
export const assertDigest = (world: World, kind: SdnKind, digest: string | undefined): void => {
  if (digest !== undefined && digest !== '' && digest !== sdnDigest(world, kind))
    throw failure('detected modified configuration - file changed by other user? Try again.')
}

/** An object with keys removed and others set, as PUT does it: first `delete`, then the new values. */
export const changedSection = (
  before: SdnObject,
  options: SectionOptions,
  values: Readonly<Record<string, SdnValue>>,
  remove: string | undefined,
): Record<string, SdnValue> => {
  const after: Record<string, SdnValue> = { ...before }
  for (const name of splitList(remove ?? '')) {
    if (options.required.includes(name)) throw failure(`unable to delete required option '${name}'`)
    if (!options.optional.includes(name)) throw failure(`no such option '${name}'`)
    if (values[name] !== undefined) throw failure(`cannot set and delete property '${name}' at the same time!`)
    delete after[name]
  }
  return { ...after, ...values }
}

type Row = Readonly<Record<string, unknown>>

/** The rows of a list: configured, or with `pending` or `running` set in the parameters. `key` names the id. */
export const sectionRows = (world: World, kind: SdnKind, key: string, params: Parameters): readonly Row[] => {
  const { sdn } = world
  if (params['pending'] === '1')
    return sdnIds(sdn, kind).map((id) => {
      const { state, values, pending } = pendingView(sdn, kind, id)
      return { ...values, [key]: id, digest: null, ...(state === undefined ? {} : { state, pending }) }
    })
  const running = params['running'] === '1'
  const digest = running ? null : sdnDigest(world, kind)
  return [...(running ? sdn.running : sdn.configured)[kind]]
    .toSorted(([a], [b]) => byCode(a, b))
    .map(([id, values]) => ({ ...values, [key]: id, digest }))
}
