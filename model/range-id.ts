/**
 * What may be a range id: Ludus' own rule without its nested ids (`a/b`), and short enough that names made of it stay
 * DNS labels. It becomes a Proxmox pool, a tag, part of a VNet's alias and of VM names, and a file's name.
 */
const RANGE_ID = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/

/** The rule in words, for messages. */
export const RANGE_ID_RULE = 'a letter, then up to 31 letters, digits, hyphens or underscores'

export const isRangeId = (text: string): boolean => RANGE_ID.test(text)

/**
 * Ids that are no range's, in any case: Ludus' own users and pools (`SHARED` has the templates, `ADMIN` its services), and the
 * tag by which Lanista knows its VMs.
 */
const RESERVED: ReadonlySet<string> = new Set(['admin', 'shared', 'root', 'cicd', 'lanista'])

export const isReservedRangeId = (text: string): boolean => RESERVED.has(text.toLowerCase())
