import { z } from 'zod'
import { RANGE_NUMBERS } from '../identity.ts'

/**
 * Lanista's own keys, under `ludus_extensions.lanista`, where Ludus looks at nothing. A key that Lanista does not act
 * on is refused: an author who asks for something must not believe to have got it.
 */
export const lanistaKeys = z.strictObject({
  range_number: z
    .int()
    .min(RANGE_NUMBERS.first)
    .max(RANGE_NUMBERS.last)
    .describe('The N of 10.N.0.0/16. Default: the lowest free one.')
    .optional(),
})
