import { createHash } from 'node:crypto'
import { isRangeId } from '../../model/range-id.ts'

/** Ludus' name for a range's file inside the range's own folder. */
const LUDUS_FILE = /^range-config\.ya?ml$/i
const YAML_FILE = /\.ya?ml$/i

export const isLudusFile = (name: string): boolean => LUDUS_FILE.test(name)

/** What a directory entry's name says about it, whatever kind of entry it is. */
export type EntryName =
  /** Not for us: hidden. So are the swap and lock files of editors, and Kubernetes' `..data`. */
  | { readonly kind: 'ignored' }
  | { readonly kind: 'file'; readonly id: string; readonly misnamed: boolean }
  /** Holds a range file if it is a folder; otherwise not for us, such as an editor's backup `JD.yml~`. */
  | { readonly kind: 'folder'; readonly id: string; readonly misnamed: boolean }

/**
 * Reads an entry of the watched folder by its name. `JD.yml` and `JD` stand for the range JD. A name that is no range
 * id still gets an id, so that its problem is reported like any other: the name percent-encoded, which no range id is.
 */
export function entryName(name: string): EntryName {
  if (name.startsWith('.')) return { kind: 'ignored' }
  if (YAML_FILE.test(name)) {
    const stem = name.replace(YAML_FILE, '')
    // At the top this file has no folder to name its range.
    return isRangeId(stem) && !isLudusFile(name)
      ? { kind: 'file', id: stem, misnamed: false }
      : { kind: 'file', id: standIn(isLudusFile(name) ? name : stem), misnamed: true }
  }
  return isRangeId(name)
    ? { kind: 'folder', id: name, misnamed: false }
    : { kind: 'folder', id: standIn(name), misnamed: true }
}

const LONGEST_STAND_IN = 64

/** Printable, safe as a file's name, different for different names, and never itself a range id. */
function standIn(name: string): string {
  const bytes = Buffer.from(name)
  const encoded = Array.from(bytes, (byte) =>
    /[A-Za-z0-9._-]/.test(String.fromCharCode(byte))
      ? String.fromCharCode(byte)
      : `%${byte.toString(16).padStart(2, '0')}`,
  ).join('')
  const marked = isRangeId(encoded) || encoded === '' ? `%${encoded}` : encoded
  if (marked.length <= LONGEST_STAND_IN) return marked
  return `${marked.slice(0, LONGEST_STAND_IN - 18)}%%${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}`
}
