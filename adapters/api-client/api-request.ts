import { setMaxListeners } from 'node:events'
import { readFile } from 'node:fs/promises'
import { type IncomingMessage, request as httpRequest, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { z } from 'zod'
import { problem } from '../../model/api/problem.ts'
import { UserError } from '../../model/user-error.ts'
import { causeInWords, errorCode } from '../error-code.ts'

/** Where a running Lanista is, and what it is shown of who asks. */
export interface ApiAddress {
  /** For people. */
  readonly where: string
  /** Path of its socket, or its URL. */
  readonly at: { readonly socket: string } | { readonly url: URL; readonly tokenFile: string | undefined }
  /** Who asks, as this machine knows. */
  readonly person: string
}

interface Asked {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** What can be read takes no longer, in milliseconds. */
const PATIENCE_MS = 30_000
/** The status of 153 ranges of 50 VMs is a few MiB. */
const LARGEST_ANSWER = 128 * 2 ** 20

/** Nobody is there: no socket, or none that takes a connection. */
export class NobodyThere extends UserError {}

/** An answer whose headers have come. Throws `UserError` when none comes, `NobodyThere` when there is nobody. */
export async function open(address: ApiAddress, asked: Asked, signal: AbortSignal): Promise<IncomingMessage> {
  const { at, where } = address
  const token = 'url' in at && at.tokenFile !== undefined ? await tokenIn(at.tokenFile) : undefined
  const headers = {
    'lanista-person': encodeURIComponent(address.person),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(asked.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...asked.headers,
  }
  // One signal stops all that a command asks: more than ten listeners are no leak.
  setMaxListeners(0, signal)
  const options: RequestOptions = { method: asked.method, headers, signal }
  return await new Promise((resolve, reject) => {
    const failed = (error: unknown): void => {
      if (signal.aborted) return reject(signal.reason)
      const finding = `${where}: no answer (${causeInWords(error)})`
      if (errorCode(error) === 'EACCES')
        return reject(
          new UserError(
            `${where}: this user may not speak with it; run this as root, or as the user that Lanista runs as`,
            error,
          ),
        )
      const isNobody = ['ENOENT', 'ECONNREFUSED'].includes(errorCode(error) ?? '')
      reject(
        isNobody
          ? new NobodyThere(`${where}: nobody is there; start it: lanista run`, error)
          : new UserError(`${finding}; look at its log, and at /readyz`, error),
      )
    }
    const request =
      'socket' in at
        ? httpRequest({ ...options, socketPath: at.socket, path: asked.path, host: 'localhost' }, resolve)
        : (at.url.protocol === 'https:' ? httpsRequest : httpRequest)(new URL(asked.path, at.url), options, resolve)
    request.on('error', failed)
    request.setTimeout(PATIENCE_MS, () => request.destroy(new Error(`nothing came within ${PATIENCE_MS / 1000} s`)))
    request.end(asked.body)
  })
}

/** A whole answer, as it should be. Throws `UserError` with what the other says of a refusal. */
export async function ask<T>(address: ApiAddress, asked: Asked, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
  const answer = await open(address, asked, signal)
  const text = await textOf(answer, address)
  const content = parsed(text)
  if (answer.statusCode !== 200) throw refusal(address, answer.statusCode ?? 0, content)
  const read = schema.safeParse(content)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new UserError(
    `${address.where}: its answer to ${asked.path} is not understood (${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}); use the release of lanista that runs there`,
  )
}

/** What was refused, and why. */
export function refusal({ where }: ApiAddress, status: number, content: unknown): UserError {
  const told = problem.safeParse(content)
  return new UserError(
    told.success ? told.data.detail : `${where}: it answers with status ${status}; is it a Lanista, of this release?`,
  )
}

async function textOf(answer: IncomingMessage, { where }: ApiAddress): Promise<string> {
  const pieces: Buffer[] = []
  let size = 0
  try {
    for await (const piece of answer as AsyncIterable<Buffer>) {
      size += piece.length
      if (size > LARGEST_ANSWER) throw new Error(`more than ${LARGEST_ANSWER / 2 ** 20} MiB`)
      pieces.push(piece)
    }
  } catch (error) {
    throw new UserError(`${where}: its answer broke off (${causeInWords(error)}); ask again`, error)
  }
  return Buffer.concat(pieces).toString('utf8')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function tokenIn(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UserError(`--token-file: ${file} can't be read: ${causeInWords(error)}`, error)
  })
  const token = text.trim()
  if (!/^\S+$/.test(token))
    throw new UserError(`--token-file: ${file} has no token alone in it; put it there, and nothing else`)
  return token
}
