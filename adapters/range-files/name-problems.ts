import type { Diagnostic } from '../../model/diagnostic.ts'
import { printable } from '../../model/printable.ts'
import { RANGE_ID_RULE } from '../../model/range-id.ts'
import type { FoundFile } from './find-range-files.ts'

/** A problem of a file as a whole. */
export const aboutFile = (path: string, finding: string, remedy: string): Diagnostic => ({
  file: printable(path, 4096),
  line: undefined,
  column: undefined,
  finding,
  remedy,
})

/** That a file's name is no range id. */
export const misnamed = ({ path }: FoundFile): Diagnostic =>
  aboutFile(path, `this name gives no range id: ${RANGE_ID_RULE}`, 'rename it')

/** That a file's name is an id that means something else on every Ludus server, or to Lanista. */
export const reserved = ({ path, id }: FoundFile): Diagnostic =>
  aboutFile(path, `the range id ${id} is reserved: pool and tags of that name are not a range's`, 'rename it')

/** That a file has rivals in its family: further files of its id, or of ids that differ from it only in case. */
export function rivalry(file: FoundFile, family: readonly FoundFile[]): Diagnostic {
  const others = family.filter(({ path }) => path !== file.path)
  const [names, sameId] = [
    others.map(({ path }) => printable(path, 4096)).join(', '),
    others.some(({ id }) => id === file.id),
  ]
  const finding = sameId
    ? `the range ${file.id} has another file: ${names}`
    : `another id differs only in case: ${names}`
  return aboutFile(file.path, finding, sameId ? 'keep one of them' : 'rename one of them')
}
