import { chmod, open, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { printable } from '../../model/printable.ts'
import { API_SOCKET } from '../state/api-socket.ts'
import { makeFolder } from '../state/make-folder.ts'
import type { Claim } from './access-tokens.ts'
import { inTurn } from './in-turn.ts'
import { closeOn, httpApp, type HttpProviders } from './serve-http.ts'

/** The header in which a command on this machine says who runs it: it is told, not proved, as whoever may open the socket may all. */
const PERSON_HEADER = 'lanista-person'

/**
 * Serves the same endpoints on a socket in the state directory until the signal aborts: for commands on this machine. Only the user that
 * this runs as, and root, may open it, so that everything may be asked. Only who has claimed the state directory may call this: it takes
 * away what is there. Throws when it can't be made.
 */
export async function serveSocket(stateDir: string, providers: HttpProviders, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  await makeFolder(stateDir)
  // A socket's name has 107 characters at most, whatever the folder's has.
  const folder = process.platform === 'linux' ? await open(stateDir, 'r') : undefined
  const place = folder === undefined ? stateDir : `/proc/self/fd/${folder.fd}`
  const path = join(place, API_SOCKET)
  const claim = ({ headers }: Request): Promise<Claim> => {
    const name = printable(decoded(headers.get(PERSON_HEADER) ?? ''), 64)
    return Promise.resolve({ kind: 'known', person: { name: name === '' ? 'somebody' : name, mayWrite: true } })
  }
  const app = httpApp(providers, claim, signal)
  const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false })
  const listener = inTurn((request, response) => {
    // It has no name that a page in a browser could ask for.
    request.headers.host = 'localhost'
    void answer(request, response)
  })
  const server = createServer(listener)
  await rm(path, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    // It is bound within the call, so that nobody else can open it for a moment.
    const umask = process.umask(0o177)
    server.listen(path, resolve)
    process.umask(umask)
  })
  await chmod(path, 0o600)
  closeOn(signal, server)
  signal.addEventListener('abort', () => void folder?.close().catch(() => undefined), { once: true })
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
