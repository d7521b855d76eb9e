import { STATUS_CODES } from 'node:http'
import type { Problem } from '../../model/api/problem.ts'

/** An error as the API tells of it (RFC 9457). @param detail subject, finding, remedy */
export function problemResponse(
  status: number,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const problem: Problem = { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail }
  return new Response(`${JSON.stringify(problem)}\n`, {
    status,
    headers: { 'Content-Type': 'application/problem+json', ...headers },
  })
}
