import type { FormatName } from './formats.ts'

/** What a parameter may be. Facts from the API's own schema; written compactly. */
export interface ParameterSchema {
  readonly type: 'string' | 'integer' | 'number' | 'boolean'
  readonly required: boolean
  /** Parts of a `-list` format are separated by `,`, `;` or blanks. */
  readonly format?: FormatName | `${FormatName}-list` | `${FormatName}-opt`
  /** An own check in place of a named format: returns what is wrong, or undefined. */
  readonly check?: (value: string) => string | undefined
  /** Source of a regular expression the whole value matches. */
  readonly pattern?: RegExp
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly values?: readonly string[]
  /** This parameter makes sense only together with the named one. */
  readonly requires?: string
}

export type ParameterTable = Readonly<Record<string, ParameterSchema>>

type Limits = Partial<Omit<ParameterSchema, 'type' | 'required'>>

/** An optional text. */
export const text = (limits: Limits = {}): ParameterSchema => ({ type: 'string', required: false, ...limits })

/** An optional integer. */
export const integer = (minimum?: number, maximum?: number, limits: Limits = {}): ParameterSchema => ({
  type: 'integer',
  required: false,
  ...(minimum === undefined ? {} : { minimum }),
  ...(maximum === undefined ? {} : { maximum }),
  ...limits,
})

/** An optional number, with or without fraction. */
export const decimal = (minimum?: number, maximum?: number): ParameterSchema => ({
  ...integer(minimum, maximum),
  type: 'number',
})

/** An optional flag: `0` or `1` in forms, also true and false in JSON. */
export const flag: ParameterSchema = { type: 'boolean', required: false }

/** One of the given words, optional. */
export const oneOf = (...values: readonly string[]): ParameterSchema => text({ values })

/** The same parameter, but it must be there. */
export const required = (schema: ParameterSchema): ParameterSchema => ({ ...schema, required: true })

/** Parameters many routes share. */
export const shared = {
  node: required(text({ format: 'pve-node' })),
  vmid: required(integer(100, 999_999_999, { format: 'pve-vmid' })),
  digest: text({ maxLength: 64 }),
  configidList: text({ format: 'pve-configid-list' }),
  storage: required(text({ format: 'pve-storage-id' })),
} as const
