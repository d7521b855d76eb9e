import type { Diagnostic } from '../../model/diagnostic.ts'
import { nearest } from '../../model/nearest.ts'
import { lanistaKeys } from '../../model/range-file/lanista-keys.ts'
import { vmEntry } from '../../model/range-file/vm-entry.ts'
import { rangeFileSchema } from '../../model/range-file.ts'

/** What other programs leave in place of a file, by the first words of the text. */
const INSTEAD: readonly (readonly [RegExp, string, string])[] = [
  [
    /^\$ANSIBLE_VAULT;/,
    'the file is encrypted with ansible-vault',
    'decrypt it: ansible-vault decrypt, and the name of the file',
  ],
  [
    /^version https:\/\/git-lfs\.github\.com\//,
    'this is what Git LFS keeps in place of the file',
    'fetch the file: git lfs pull',
  ],
  [/^<(?:!doctype|html|\?xml)/i, 'this is a web page, not YAML', 'download the file itself'],
]

/** Words of which a text that is meant to be a range has at least one. */
const OF_A_RANGE = /(?:^|[\s{,"'-])(?:ludus|vm_name|ip_last_octet|ludus_extensions)["']?\s*:/i

const REMEDY = 'take it out of the folder of range files, which has a file for each range and nothing else'

/**
 * Says once of a file that is no range file at all, such as another program's that is kept beside range files, instead of all that
 * keeps it from being one. Undefined for what may be meant to be a range.
 */
export function noRangeFile(
  text: string,
  file: string,
  read: { readonly kind: 'value'; readonly value: unknown } | { readonly kind: 'no YAML' },
): Diagnostic | undefined {
  const whole = (finding: string, remedy: string): Diagnostic => ({
    file,
    line: undefined,
    column: undefined,
    finding,
    remedy,
  })
  const instead = INSTEAD.find(([pattern]) => pattern.test(text.trimStart()))
  if (instead !== undefined) return whole(instead[1], instead[2])
  if (read.kind === 'no YAML')
    return OF_A_RANGE.test(text) ? undefined : whole('this is no range file: nothing in it is called ludus', REMEDY)
  const { value } = read
  if (value === null) return whole('the file is empty', 'write a range into it')
  if (typeof value !== 'object')
    return whole('this is no range file: it is a text, and a range is a map with the key ludus', REMEDY)
  if (Array.isArray(value))
    return OF_A_RANGE.test(text)
      ? undefined
      : whole('this is no range file: it is a list, and a range is a map with the key ludus', REMEDY)
  const keys = Object.keys(value)
  const isMeant = keys.some((key) => nearest(key, ['ludus'], 2) !== undefined || MEANT.has(key))
  const known = keys.filter((key) => KNOWN.has(key)).length
  if (isMeant || (keys.length > 0 && known * 2 >= keys.length)) return undefined
  return keys.length === 0
    ? whole('the file is empty', 'write a range into it')
    : whole('this is no range file: it lacks the key ludus, and its keys are those of something else', REMEDY)
}

const KNOWN: ReadonlySet<string> = new Set([
  ...Object.keys(rangeFileSchema.shape),
  ...Object.keys(vmEntry.shape),
  ...Object.keys(lanistaKeys.shape),
])

/** Nobody else has these. */
const MEANT: ReadonlySet<string> = new Set([
  'global_role_vars',
  'ludus_extensions',
  'vm_name',
  'ip_last_octet',
  'range_number',
])
