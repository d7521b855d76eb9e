import { jsonSchemaOf, SCHEMA_NAMES } from '../../model/json-schema.ts'
import { UserError } from '../../model/user-error.ts'

/**
 * `lanista schema [range|config|doctor]`: the JSON schema of range files or of the configuration, for editors, or of a report.
 *
 * @returns the exit status
 */
export function schemaCommand(name: string, print: (line: string) => void): number {
  const known = SCHEMA_NAMES.find((each) => each === name)
  if (known === undefined)
    throw new UserError(`schema: there is none of ${JSON.stringify(name)}; choose ${SCHEMA_NAMES.join(' or ')}`)
  print(JSON.stringify(jsonSchemaOf(known), undefined, 2))
  return 0
}
