import type { ParameterSchema } from '../parameters.ts'
import { valueProblem } from '../verify.ts'

/** One key of a property string; `defaultKey` marks the one that may be given as a bare first value. */
export interface Property extends ParameterSchema {
  readonly defaultKey?: boolean
}

/** Another name of a key. With `keyAlias` the name itself becomes that key's value: `virtio=MAC` sets model and MAC. */
interface PropertyAlias {
  readonly alias: string
  readonly keyAlias?: string
}

/** Keys of a property string, as in `virtio,bridge=vmbr0,tag=7`. */
export type PropertyFormat = Readonly<Record<string, Property | PropertyAlias>>

/** A parsed property string: flags are `0` or `1`. */
export type Properties = Readonly<Record<string, string>>

export type ParsedProperties =
  | { readonly properties: Properties; readonly problem?: never }
  | { readonly problem: string }

const isAlias = (entry: Property | PropertyAlias): entry is PropertyAlias => 'alias' in entry

const booleans = new Map<string, string>([
  ...['1', 'on', 'yes', 'true'].map((word) => [word, '1'] as const),
  ...['0', 'off', 'no', 'false'].map((word) => [word, '0'] as const),
])

const defaultKeyOf = (format: PropertyFormat): string | undefined =>
  Object.entries(format).find(([, entry]) => !isAlias(entry) && entry.defaultKey === true)?.[0]

interface Scan {
  readonly found: Record<string, string>
  bareSeen: boolean
}

const takeBare = (format: PropertyFormat, scan: Scan, part: string): string | undefined => {
  const key = defaultKeyOf(format)
  if (key === undefined) return 'value without key, but schema does not define a default key'
  if (scan.bareSeen || scan.found[key] !== undefined) return `duplicate key in comma-separated list property: ${key}`
  scan.bareSeen = true
  scan.found[key] = part
  return undefined
}

const takePair = (format: PropertyFormat, { found }: Scan, given: string, value: string): string | undefined => {
  if (found[given] !== undefined) return `duplicate key in comma-separated list property: ${given}`
  let key = given
  let entry = Object.hasOwn(format, key) ? format[key] : undefined
  if (entry !== undefined && isAlias(entry)) {
    const { alias, keyAlias } = entry
    if (keyAlias !== undefined) {
      if (found[keyAlias] !== undefined) return `key alias '${keyAlias}' is already defined`
      found[keyAlias] = given
    }
    key = alias
    entry = format[key]
  }
  if (entry === undefined || isAlias(entry)) return `invalid key in comma-separated list property: ${key}`
  found[key] = entry.type === 'boolean' ? (booleans.get(value.toLowerCase()) ?? value) : value
  return undefined
}

const takePart = (format: PropertyFormat, scan: Scan, part: string): string | undefined => {
  const [, key = '', value = ''] = /^([^=]+)=(.+)$/s.exec(part) ?? []
  if (key !== '') return takePair(format, scan, key, value)
  return part.includes('=') ? 'missing key in comma-separated list property' : takeBare(format, scan, part)
}

const problemsOf = (format: PropertyFormat, found: Properties, path: string): readonly string[] =>
  Object.entries(format).flatMap(([key, entry]) => {
    if (isAlias(entry)) return []
    const value = found[key]
    if (value === undefined) return entry.required ? [`${path}.${key}: property is missing and it is not optional`] : []
    const problem = valueProblem(entry, value)
    if (problem !== undefined) return [`${path}.${key}: ${problem.trimEnd()}`]
    const { requires } = entry
    return requires === undefined || found[requires] !== undefined
      ? []
      : [`${path}.${requires}: missing property - '${path}.${key}' requires this property`]
  })

/**
 * Parses a comma-separated property string. `problem` is worded as Proxmox does; `path` is the parameter's name, which
 * its errors mention (`net2.model: ...`).
 */
export const parsePropertyString = (format: PropertyFormat, value: string, path: string): ParsedProperties => {
  const scan: Scan = { found: {}, bareSeen: false }
  for (const part of value.split(',')) {
    if (part.trim() === '') continue
    const problem = takePart(format, scan, part)
    if (problem !== undefined) return { problem }
  }
  const problems = problemsOf(format, scan.found, path)
  return problems.length > 0 ? { problem: ['format error', ...problems].join('\n') } : { properties: scan.found }
}

/** Parses a string that was accepted before; an empty result where it no longer fits. */
export const readProperties = (format: PropertyFormat, value: string, path = ''): Properties => {
  const parsed = parsePropertyString(format, value, path)
  return 'properties' in parsed ? parsed.properties : {}
}
