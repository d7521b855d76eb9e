import type { RangeFileRead } from '../model/ports.ts'
import { rangeFileSchema } from '../model/range-file.ts'
import { buildSpec } from './range-file/build-spec.ts'
import { checkedRange } from './range-file/checked-range.ts'
import { errorsIn, warningsIn } from './range-file/check-spec.ts'
import { fillNames } from './range-file/fill-names.ts'
import { noRangeFile } from './range-file/no-range-file.ts'
import { saidPrintOf } from './range-file/said-print.ts'
import { issueDiagnostics } from './yaml-file/issue-diagnostics.ts'
import type { MovedKeys } from './yaml-file/unknown-key.ts'
import { readYaml } from './yaml-file/read-yaml.ts'

/** A range file's text, the name to show for the file, and the range id its name stands for. */
export interface RangeText {
  readonly text: string
  readonly file: string
  readonly rangeId: string
}

/** What a range file's text asks for, or all that is wrong with it. */
export type ParsedRange = Extract<RangeFileRead, { kind: 'ok' | 'invalid' }>

/** Keys and values of range files of earlier releases of Ludus. */
const MOVED: MovedKeys = new Map([
  ['defaults.router_vm_name', 'router.vm_name'],
  ['network.rules.protocol: icmpv6', 'ipv6-icmp'],
])

/**
 * Reads a Ludus range file: YAML, then the schema, then names, then what the schema can't say. Each stage reports all
 * it finds, at file, line and column; a later stage runs only on what the earlier ones passed. Never throws.
 */
export function parseRange({ text, file, rangeId }: RangeText): ParsedRange {
  const read = readYaml(text, file, 'ludus')
  if (read.kind === 'invalid') {
    const none = read.isOther === true ? noRangeFile(text, file, { kind: 'no YAML' }) : undefined
    return { kind: 'invalid', diagnostics: none === undefined ? read.diagnostics : [none] }
  }
  const { yaml } = read
  const checked = rangeFileSchema.safeParse(yaml.value)
  if (!checked.success) {
    const none = noRangeFile(text, file, { kind: 'value', value: yaml.value })
    const diagnostics =
      none === undefined ? issueDiagnostics(yaml, rangeFileSchema, checked.error.issues, MOVED) : [none]
    return { kind: 'invalid', diagnostics }
  }

  const filled = fillNames(checked.data, rangeId, yaml)
  if (filled.diagnostics.length > 0) return { kind: 'invalid', diagnostics: filled.diagnostics }

  const spec = buildSpec(filled.file, rangeId, file)
  const range = checkedRange(spec, filled.file, yaml)
  const diagnostics = errorsIn(range)
  if (diagnostics.length > 0) return { kind: 'invalid', diagnostics }
  return { kind: 'ok', spec, warnings: warningsIn(range), said: saidPrintOf(yaml.value) }
}
