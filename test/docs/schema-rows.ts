import type { JsonSchema } from '../../model/json-schema.ts'

/** One key as a reference page shows it. */
export interface KeyRow {
  readonly key: string
  readonly type: string
  /** Undefined when there is none. */
  readonly fallback: string | undefined
  readonly required: boolean
  readonly description: string
  readonly example: unknown
}

/** The keys of one map of a file. */
export interface MapSection {
  /** `ludus[].windows`; empty for the file itself. */
  readonly path: string
  readonly description: string
  readonly rows: readonly KeyRow[]
}

/** Every map of a schema that has keys of its own, in the order of the schema. */
export function sectionsOf(schema: JsonSchema, path = ''): readonly MapSection[] {
  const properties = Object.entries(schema.properties ?? {})
  const children = properties.flatMap(([key, child]) => (typeof child === 'boolean' ? [] : [{ key, child }]))
  const own =
    children.length === 0
      ? []
      : [
          {
            path,
            description: schema.description ?? '',
            rows: children.map(({ key, child }) => rowOf(key, child, schema.required?.includes(key) ?? false)),
          },
        ]
  const below = children.flatMap(({ key, child }) => sectionsWithin(child, path === '' ? key : `${path}.${key}`))
  return [...own, ...below]
}

/** The maps that a value may be or hold, through lists and alternatives. */
function sectionsWithin(schema: JsonSchema, path: string): readonly MapSection[] {
  const { items, anyOf = [], additionalProperties: named } = schema
  if (typeof named === 'object' && schema.properties === undefined) return sectionsWithin(named, `${path}.<name>`)
  if (typeof items === 'object' && !Array.isArray(items)) return sectionsWithin(items, `${path}[]`)
  if (anyOf.length > 0)
    return anyOf.flatMap((option) => (typeof option === 'boolean' ? [] : sectionsWithin(option, path)))
  return sectionsOf(schema, path)
}

function rowOf(key: string, schema: JsonSchema, required: boolean): KeyRow {
  const { description = '' } = schema
  // What the schema can't say as a value is said in the description.
  const [, before = description, told, after = ''] = /^(.*?)\s*Default: (.+?)\.(?=\s|$)(.*)$/s.exec(description) ?? []
  const text = `${before}${after}`.trim()
  const isMap = schema.properties !== undefined
  const value = schema.default === undefined || isMap ? undefined : code(schema.default)
  return { key, type: typeOf(schema), fallback: value ?? told, required, description: text, example: exampleOf(schema) }
}

/** A value as it can stand in the file: JSON is YAML. */
export const code = (value: unknown): string => `\`${JSON.stringify(value)}\``

function exampleOf(schema: JsonSchema): unknown {
  if (schema.examples?.[0] !== undefined) return schema.examples[0]
  if (schema.enum !== undefined) return schema.enum[0]
  if (schema.const !== undefined) return schema.const
  return schema.type === 'boolean' ? true : schema.minimum
}

function typeOf(schema: JsonSchema): string {
  if (schema.const !== undefined) return code(schema.const)
  if (schema.enum !== undefined) return schema.enum.map(code).join(', ')
  if (schema.anyOf !== undefined)
    return [...new Set(schema.anyOf.map((option) => (typeof option === 'boolean' ? 'anything' : typeOf(option))))].join(
      ' or ',
    )
  switch (schema.type) {
    case 'array':
      return typeof schema.items === 'object' && !Array.isArray(schema.items)
        ? `list: ${typeOf(schema.items)}`
        : 'list'
    case 'object':
      return 'map'
    case 'integer':
    case 'number':
      return `${schema.type === 'integer' ? 'whole number' : 'number'}${boundsOf(schema)}`
    case 'boolean':
      return '`true`, `false`'
    case 'string':
      return 'text'
    default:
      return 'anything'
  }
}

function boundsOf({ minimum, maximum }: JsonSchema): string {
  if (minimum === undefined && maximum === undefined) return ''
  if (maximum === undefined) return ` from ${minimum}`
  return minimum === undefined ? ` to ${maximum}` : ` from ${minimum} to ${maximum}`
}
