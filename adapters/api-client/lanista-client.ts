import { open as openFolder } from 'node:fs/promises'
import { userInfo } from 'node:os'
import type { z } from 'zod'
import { listOf } from '../../model/api/documents.ts'
import type { ApiPlace, LanistaApi, Listed, ViewKind, Views } from '../../model/api/lanista-api.ts'
import { logLine } from '../../model/api/log-line.ts'
import { viewLists } from '../../model/api/view-documents.ts'
import { steered } from '../../model/api/steering.ts'
import { UserError } from '../../model/user-error.ts'
import { API_SOCKET } from '../state/api-socket.ts'
import { type ApiAddress, ask, NobodyThere } from './api-request.ts'
import { followFeed } from './feed-client.ts'

type ListSchema<T> = z.ZodType<{ readonly asOf: string; readonly items: readonly T[] }>

const LISTS: { readonly [K in ViewKind]: ListSchema<Views[K]> } = viewLists

const logs = listOf('LogLineList', logLine)

/**
 * The Lanista that runs where one says, or on this machine by its state directory; undefined when none runs on this machine. Throws
 * `UserError` when the place can't be one.
 */
export async function findLanista(
  place: ApiPlace,
  stateDir: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<LanistaApi | undefined> {
  const person = personHere(environment)
  if (place.server !== undefined) {
    const url = URL.canParse(place.server) ? new URL(place.server) : undefined
    if (url === undefined || !/^https?:$/.test(url.protocol))
      throw new UserError(`--server: ${place.server} is no URL; write it as https://lanista.example.org:8480`)
    return clientAt({ where: url.origin, at: { url, tokenFile: place.tokenFile }, person })
  }
  if (place.tokenFile !== undefined) throw new UserError('--token-file: it is for --server; leave it out, or say where')
  const socket = await socketIn(stateDir)
  const client = clientAt({ where: 'the Lanista on this machine', at: { socket }, person })
  try {
    await client.list('templates', signal)
    return client
  } catch (error) {
    if (error instanceof NobodyThere) return undefined
    throw error
  }
}

function clientAt(address: ApiAddress): LanistaApi {
  return {
    where: address.where,
    list: async <K extends ViewKind>(kind: K, signal: AbortSignal): Promise<Listed<Views[K]>> => {
      const schema: ListSchema<Views[K]> = LISTS[kind]
      return await ask(address, { method: 'GET', path: `/api/v1/${kind}` }, schema, signal)
    },
    watch: (signal) => followFeed(address, signal),
    logs: async ({ range, vm }, signal) => {
      const query = vm === undefined ? '' : `?vm=${encodeURIComponent(vm)}`
      const path = `/api/v1/ranges/${encodeURIComponent(range)}/logs${query}`
      return (await ask(address, { method: 'GET', path }, logs, signal)).items
    },
    steer: async (asked, signal) =>
      await ask(address, { method: 'POST', path: '/api/v1/steer', body: JSON.stringify(asked) }, steered, signal),
  }
}

/** Short whatever the folder's path is: the name of a socket has 107 characters at most. */
async function socketIn(stateDir: string): Promise<string> {
  const path = `${stateDir}/${API_SOCKET}`
  if (process.platform !== 'linux' || Buffer.byteLength(path) < 100) return path
  const folder = await openFolder(stateDir, 'r').catch(() => undefined)
  // Left open for as long as the command runs.
  return folder === undefined ? path : `/proc/self/fd/${folder.fd}/${API_SOCKET}`
}

/** Who runs the command, also through sudo. */
function personHere(environment: NodeJS.ProcessEnv): string {
  const sudo = environment['SUDO_USER']
  if (sudo !== undefined && sudo !== '') return sudo
  try {
    return userInfo().username
  } catch {
    return `uid ${process.getuid?.() ?? ''}`
  }
}
