import type { z } from 'zod'
import { ProxmoxError } from '../../model/proxmox-error.ts'
import type { Request } from './calls.ts'
import type { Answer } from './http.ts'

/** Which part of a reply a schema describes. */
export type Part = 'data' | 'whole'

/** What that part of the reply is, or the route and the field that don't fit. */
export const parseReply = <T>(request: Request, answer: Answer, schema: z.ZodType<T>, part: Part): T => {
  const misfit = (what: string): ProxmoxError =>
    new ProxmoxError('unexpected-reply', request.title, `${request.title}: the reply does not fit: ${what}`)
  let body: unknown
  try {
    body = JSON.parse(answer.body)
  } catch {
    throw misfit(`it is not JSON (${answer.body.length} characters); is this a Proxmox VE API?`)
  }
  if (typeof body !== 'object' || body === null || !('data' in body)) throw misfit('it has no field "data"')
  const parsed = schema.safeParse(part === 'data' ? body.data : body)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const place = (issue?.path ?? []).map((key) => `[${String(key)}]`).join('')
  throw misfit(`${part === 'data' ? 'data' : 'reply'}${place}: ${issue?.message ?? 'unknown'}`)
}

/**
 * Takes the secret out of an answer, should anything ever repeat it: an error page, a task's log. A secret too short to
 * be one of Proxmox' (UUIDs) is left, as it would be found everywhere.
 */
export const redactorOf = (authorization: string): ((answer: Answer) => Answer) => {
  const secret = authorization.slice(authorization.indexOf('=', authorization.indexOf('!')) + 1)
  if (secret.length < 16) return (answer) => answer
  const without = (text: string): string => text.replaceAll(secret, '***')
  return ({ status, reason, body }) => ({ status, reason: without(reason), body: without(body) })
}
