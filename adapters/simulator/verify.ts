import { parameterError } from './api-error.ts'
import { formatProblem } from './formats.ts'
import type { ParameterSchema, ParameterTable } from './parameters.ts'

/** Parameters as they came: text from forms and queries; JSON bodies also bring numbers, flags, lists and objects. */
export type RawParameters = Readonly<Record<string, unknown>>

/** Verified parameters: all text, flags `0` or `1`. Those not sent are absent: the server fills in no defaults. */
export type Parameters = Readonly<Record<string, string>>

const isNumber = (value: string): boolean => /^[+-]?(\d+\.\d+|\d+\.|\.\d+|\d+)([eE][+-]?\d+)?$/.test(value)

const matchesWhole = (pattern: RegExp, value: string): boolean =>
  new RegExp(`^(?:${pattern.source})(?=\\n?$)`, pattern.flags.replace('g', '')).test(value)

const typeProblem = ({ type }: ParameterSchema, value: string): string | undefined => {
  const fits = {
    string: () => true,
    boolean: () => value === '0' || value === '1',
    integer: () => /^[+-]?\d+$/.test(value),
    number: () => isNumber(value),
  }[type]()
  return fits ? undefined : `type check ('${type}') failed - got '${value}'`
}

const lengthProblem = ({ maxLength, minLength }: ParameterSchema, length: number): string | undefined => {
  if (maxLength !== undefined && length > maxLength) return `value may only be ${maxLength} characters long`
  if (minLength !== undefined && length < minLength) return `value must be at least ${minLength} characters long`
  return undefined
}

const rangeProblem = ({ maximum, minimum }: ParameterSchema, value: string): string | undefined => {
  if (!isNumber(value)) return undefined
  if (maximum !== undefined && Number(value) > maximum) return `value must have a maximum value of ${maximum}`
  if (minimum !== undefined && Number(value) < minimum) return `value must have a minimum value of ${minimum}`
  return undefined
}

/** The first thing wrong with one value, in Proxmox' order: type, format, pattern, length, range, enumeration. */
export const valueProblem = (schema: ParameterSchema, value: string): string | undefined => {
  const type = typeProblem(schema, value)
  if (type !== undefined) return type
  const format =
    schema.check?.(value) ?? (schema.format === undefined ? undefined : formatProblem(schema.format, value))
  if (format !== undefined) return `invalid format - ${format}\n`
  if (schema.pattern !== undefined && !matchesWhole(schema.pattern, value))
    return 'value does not match the regex pattern'
  const limits = lengthProblem(schema, Array.from(value).length) ?? rangeProblem(schema, value)
  if (limits !== undefined) return limits
  if (schema.values !== undefined && !schema.values.includes(value))
    return `value '${value}' does not have a value in the enumeration '${schema.values.join(', ')}'`
  return undefined
}

/** A value as text; undefined where JSON brought something else: a list, an object, a flag where none is wanted. */
const asText = ({ type }: ParameterSchema, value: unknown): string | undefined => {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (typeof value === 'boolean' && type === 'boolean') return value ? '1' : '0'
  return undefined
}

/** Perl's word for what is no text. */
const referenceKind = (value: unknown): string => {
  if (typeof value === 'boolean') return 'JSON::PP::Boolean'
  return Array.isArray(value) ? 'ARRAY' : 'HASH'
}

const unexpected = 'property is not defined in schema and the schema does not allow additional properties'

/** Checks all parameters against the table; throws a 400 that names every wrong one. Unknown parameters are wrong. */
export const verifyParameters = (table: ParameterTable, raw: RawParameters): Parameters => {
  const errors: Record<string, string> = {}
  const verified: Record<string, string> = {}
  const given = Object.entries(raw).filter(([, value]) => value !== null && value !== undefined)
  for (const [name, value] of given) {
    const schema = Object.hasOwn(table, name) ? table[name] : undefined
    const word = schema === undefined ? undefined : asText(schema, value)
    if (schema === undefined) errors[name] = unexpected
    else if (word === undefined) errors[name] = `type check ('${schema.type}') failed - got ${referenceKind(value)}`
    else {
      verified[name] = word
      const problem = valueProblem(schema, word)
      if (problem !== undefined) errors[name] = problem
      if (schema.requires !== undefined && raw[schema.requires] === undefined)
        errors[schema.requires] ??= `missing property - '${name}' requires this property`
    }
  }
  const names = new Set(given.map(([name]) => name))
  for (const [name, schema] of Object.entries(table))
    if (schema.required && !names.has(name)) errors[name] = 'property is missing and it is not optional'
  if (Object.keys(errors).length > 0) throw parameterError(errors)
  return verified
}
