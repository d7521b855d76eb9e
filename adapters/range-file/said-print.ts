import { createHash } from 'node:crypto'

/**
 * Stands for what a file says, key by key: the same for the same keys and values, wherever the file is, in whatever order and
 * layout they stand there, and whatever a release makes of them. Hashed, as a range file may hold secrets.
 *
 * @param value of the parsed file
 */
export const saidPrintOf = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value, inOrder)).digest('hex')

function inOrder(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
