import { z } from 'zod'

/** An error of the API, by RFC 9457 (`application/problem+json`). */
export const problem = z.object({
  type: z.string().meta({ description: 'Always `about:blank`: the status says what kind it is.' }),
  title: z.string(),
  status: z.number(),
  detail: z.string().meta({ description: 'Subject, finding, remedy.' }),
})
export type Problem = z.infer<typeof problem>
