import { createHash } from 'node:crypto'
import type { RangeSpec } from '../../model/range-spec.ts'
import { stableJson } from '../../reconcilers/saved-plan/listed-actions.ts'

/** Stands for a value, whatever the order of its keys. */
export const digestOf = (value: unknown): string => createHash('sha256').update(stableJson(value)).digest('hex')

/** Stands for what a file asks for: not its path, and not how it is written. */
export const digestOfSpec = ({ source: _, ...asked }: RangeSpec): string => digestOf(asked)
