import { z } from 'zod'
import { doctorReportSchema } from './doctor-report.ts'
import { rangeFileSchema } from './range-file.ts'
import { serverConfigSchema } from './server-config.ts'

/** The files of which there is a schema. */
export const SCHEMA_NAMES = ['range', 'config', 'doctor'] as const

export type SchemaName = (typeof SCHEMA_NAMES)[number]

const SCHEMAS: Readonly<Record<SchemaName, z.ZodType>> = {
  range: rangeFileSchema,
  config: serverConfigSchema,
  doctor: doctorReportSchema,
}

/** A schema, or a part of one. Keys are JSON schema's. */
export type JsonSchema = z.core.JSONSchema.BaseSchema

/**
 * The JSON schema (draft-07) of a file as its author writes it, for editors. Rules that look at several places of a
 * file at once are not all in it: `lanista validate` knows those.
 */
export function jsonSchemaOf(name: SchemaName): JsonSchema {
  return z.toJSONSchema(SCHEMAS[name], {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => withoutNumberLimits(jsonSchema),
  })
}

/** The largest whole number that JavaScript can hold is nobody's rule, and would stand in every editor's help. */
function withoutNumberLimits(schema: JsonSchema): void {
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum
}
