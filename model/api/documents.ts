import { z } from 'zod'

/** What every document of the API and of `-o json` says of itself. It changes with the first change that would break a reader. */
export const API_VERSION = 'lanista/v1'

const apiVersion = z.literal(API_VERSION)

/** A list of one kind of thing, as the API answers and `lanista get -o json` prints it. */
export const listOf = <T extends z.ZodType, K extends string>(
  kind: K,
  item: T,
): z.ZodObject<{
  apiVersion: typeof apiVersion
  kind: z.ZodLiteral<K>
  asOf: z.ZodISODateTime
  items: z.ZodArray<T>
}> =>
  z.object({
    apiVersion,
    kind: z.literal(kind),
    asOf: z.iso.datetime().meta({ description: 'When what it tells was last known to be so.' }),
    items: z.array(item),
  })

/** A moment, in ISO 8601 and UTC. */
export const moment = z.iso.datetime()
