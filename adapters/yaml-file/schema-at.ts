import { z } from 'zod'

type Schema = z.core.$ZodType

/** The schema without the wrappers that only say what happens when the value is absent. */
function bare(schema: Schema): Schema {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return bare(schema.unwrap())
  return schema instanceof z.ZodPipe ? bare(schema.in) : schema
}

/** The schemas a value at that path may follow: several where a union leaves the choice. */
function schemasAt(schema: Schema, path: readonly PropertyKey[]): readonly Schema[] {
  const here = bare(schema)
  if (here instanceof z.ZodUnion) return here.options.flatMap((option) => schemasAt(option, path))
  const [step, ...rest] = path
  if (step === undefined) return [here]
  if (here instanceof z.ZodArray) return schemasAt(here.element, rest)
  if (!(here instanceof z.ZodObject)) return []
  const shape: Readonly<Record<string, Schema>> = here.shape
  const child = Object.hasOwn(shape, String(step)) ? shape[String(step)] : undefined
  return child === undefined ? [] : schemasAt(child, rest)
}

/** The keys a map at that path may have. */
export const knownKeysAt = (schema: Schema, path: readonly PropertyKey[]): readonly string[] =>
  schemasAt(schema, path).flatMap((found) => (found instanceof z.ZodObject ? Object.keys(found.shape) : []))

/** Where a key is known below a map: keys to go through, with `[]` for an entry of a list. The shallowest places only. */
export function placesBelow(schema: Schema, path: readonly PropertyKey[], key: string): readonly (readonly string[])[] {
  let level: readonly Below[] = schemasAt(schema, path).flatMap((found) => childrenOf(found, []))
  for (let depth = 0; depth < DEEPEST && level.length > 0; depth += 1) {
    const found = level.filter(({ at }) => at instanceof z.ZodObject && Object.hasOwn(at.shape, key))
    if (found.length > 0) return found.map(({ way }) => way)
    level = level.flatMap(({ at, way }) => childrenOf(at, way))
  }
  return []
}

interface Below {
  readonly at: Schema
  readonly way: readonly string[]
}

/** Nobody who slips by more levels than this is told anything helpful by the schema. */
const DEEPEST = 4

function childrenOf(schema: Schema, way: readonly string[]): readonly Below[] {
  if (!(schema instanceof z.ZodObject)) return []
  const shape: Readonly<Record<string, Schema>> = schema.shape
  return Object.entries(shape).flatMap(([name, child]) => unwrapped(child, [...way, name]))
}

/** What a value may follow, an entry of a list being as near as the list itself. */
function unwrapped(schema: Schema, way: readonly string[]): readonly Below[] {
  const here = bare(schema)
  if (here instanceof z.ZodUnion) return here.options.flatMap((option) => unwrapped(option, way))
  return here instanceof z.ZodArray ? unwrapped(here.element, [...way, '[]']) : [{ at: here, way }]
}

/** `a whole number from 2 to 255` and the like, for the number at that path; undefined when there may be none. */
export function numberAt(schema: Schema, path: readonly PropertyKey[]): string | undefined {
  const number = schemasAt(schema, path).find((found) => found instanceof z.ZodNumber)
  if (number === undefined) return undefined
  const [least, most] = [finite(number.minValue), finite(number.maxValue)]
  const from = least === undefined ? '' : ` from ${least}`
  const to = most === undefined ? '' : ` to ${most}`
  return `${number.isInt ? 'a whole number' : 'a number'}${from}${to}`
}

const finite = (bound: number | null): number | undefined =>
  bound === null || Math.abs(bound) >= Number.MAX_SAFE_INTEGER ? undefined : bound
