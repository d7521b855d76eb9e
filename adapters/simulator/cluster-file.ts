import { readFile } from 'node:fs/promises'
import { diagnosticLine } from '../../model/diagnostic.ts'
import { printable } from '../../model/printable.ts'
import { UserError } from '../../model/user-error.ts'
import { causeInWords } from '../error-code.ts'
import { clusterDescriptionSchema } from './cluster-description.ts'
import { clusterFrom } from './cluster-from.ts'
import type { World } from './world.ts'
import { issueDiagnostics } from '../yaml-file/issue-diagnostics.ts'
import { readYaml } from '../yaml-file/read-yaml.ts'

/**
 * The simulated cluster that a YAML file describes. Throws a `UserError` with a line per problem, each with its place
 * in the file.
 */
export async function clusterOfFile(file: string): Promise<World> {
  const shown = printable(file, 4096)
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UserError(
      `${shown}: the description of a cluster can't be read: ${causeInWords(error)}; name a YAML file with --cluster`,
      error,
    )
  })
  const read = readYaml(text, shown, 'yaml 1.2')
  if (read.kind === 'invalid') throw new UserError(read.diagnostics.map(diagnosticLine).join('\n'))
  const described = clusterDescriptionSchema.safeParse(read.yaml.value)
  if (described.success) return clusterFrom(described.data)
  const diagnostics = issueDiagnostics(read.yaml, clusterDescriptionSchema, described.error.issues)
  throw new UserError(diagnostics.map(diagnosticLine).join('\n'))
}
