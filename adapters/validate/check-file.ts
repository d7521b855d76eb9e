import type { CheckedFile } from '../../model/checked-file.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { printable } from '../../model/printable.ts'
import { aboutFile } from '../range-files/name-problems.ts'
import type { SafeRead } from '../range-files/read-safely.ts'
import type { RangeParser } from '../range-parser/range-parser.ts'
import type { NamedFile } from './named-files.ts'

/** Reads a file that was named. Never throws. */
export type ReadNamed = (file: Pick<NamedFile, 'path' | 'folder'>) => Promise<SafeRead>

/** Reads and checks one file. Rivals are reported together with what is wrong inside. Never throws. */
export async function checkFile(
  { path, folder, id, problem }: NamedFile,
  parser: Pick<RangeParser, 'parse'>,
  readNamed: ReadNamed,
): Promise<CheckedFile> {
  const result = (problems: readonly Diagnostic[]): CheckedFile => {
    const all = problem === undefined ? problems : [problem, ...problems]
    return { path, folder, rangeId: id, problems: inOrder(all), warnings: [], spec: undefined }
  }
  if (id === undefined) return result([])
  const read = await readNamed({ folder, path })
  if (read.kind === 'absent') return result([aboutFile(path, 'the file is gone', 'correct the path')])
  if (read.kind === 'refused') return result([aboutFile(path, read.finding, read.remedy)])

  const parsed = await parser.parse({ text: read.text, file: printable(path, 4096), rangeId: id })
  if (parsed.kind === 'failed') return result([aboutFile(path, parsed.finding, parsed.remedy)])
  if (parsed.kind === 'invalid') return result(parsed.diagnostics)
  return problem === undefined ? { ...result([]), warnings: inOrder(parsed.warnings), spec: parsed.spec } : result([])
}

/** By place in the file; what concerns the file as a whole comes first. */
export const inOrder = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] =>
  [...diagnostics].sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))
