import type { RangeFileRead, ReadFile } from './ports.ts'

/** What is acted on of a file, or would be if nothing held its range: undefined when that is nothing valid. */
export function readInForce(read: RangeFileRead): ReadFile | undefined {
  switch (read.kind) {
    case 'ok':
      return read
    case 'held':
      return read.inForce
    case 'invalid':
    case 'absent':
      return undefined
  }
}
