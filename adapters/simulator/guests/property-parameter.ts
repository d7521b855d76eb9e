import { text, type ParameterSchema } from '../parameters.ts'
import { parsePropertyString, type PropertyFormat } from './property-string.ts'

/** A parameter whose value is a property string; its errors name `name`. */
export const property = (
  name: string,
  format: PropertyFormat,
  limits: Partial<ParameterSchema> = {},
): ParameterSchema => text({ check: (value) => parsePropertyString(format, value, name).problem, ...limits })

/** The same parameter for each of a family: `net0`, `net1`, ... */
export const numbered = (
  prefix: string,
  count: number,
  schema: (name: string) => ParameterSchema,
): Record<string, ParameterSchema> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`${prefix}${index}`, schema(`${prefix}${index}`)] as const),
  )

/** One parameter that knows its own name. */
export const named = (name: string, schema: (name: string) => ParameterSchema): Record<string, ParameterSchema> => ({
  [name]: schema(name),
})
