import { mkdir, open, rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { errorCode } from '../error-code.ts'
import type { Presence, PresenceClaim } from '../../model/presence.ts'

const NAME = 'lanista.sock'
/** A peer that says nothing for so long is none. */
const PATIENCE_MS = 5000
/** More than any range id with its line feed; whoever sends more is cut off. */
const LINE_AT_MOST = 300

/**
 * Presence as a Unix socket in the state directory, which only those may reach who may enter that: a socket's life ends
 * with its process, however that ends, so that it never tells of one that is dead.
 */
export const presenceSocket = (stateDir: string): Presence => ({
  claim: async (onLook) => {
    const folder = await openFolder(stateDir)
    const claimed = await claim(folder.path, onLook).catch(async (error: unknown) => {
      await folder.close()
      throw error
    })
    if (claimed.kind === 'taken') await folder.close()
    return claimed.kind === 'taken' ? claimed : { kind: 'claimed', release: () => claimed.release().then(folder.close) }
  },
  ask: async (rangeId) => {
    const folder = await openFolder(stateDir)
    try {
      return (await exchange(folder.path, rangeId)) === undefined ? 'nobody' : 'asked'
    } finally {
      await folder.close()
    }
  },
})

interface Folder {
  /** Of the socket, short whatever the folder's: the name of a socket has 107 characters at most. */
  readonly path: string
  readonly close: () => Promise<void>
}

async function openFolder(folder: string): Promise<Folder> {
  await mkdir(folder, { recursive: true })
  if (process.platform !== 'linux') return { path: join(folder, NAME), close: () => Promise.resolve() }
  const handle = await open(folder, 'r')
  return { path: `/proc/self/fd/${handle.fd}/${NAME}`, close: () => handle.close() }
}

async function claim(path: string, onLook: (rangeId: string) => void): Promise<PresenceClaim> {
  const other = await exchange(path, '')
  if (other !== undefined) return { kind: 'taken', pid: other }
  // Left behind by one that was killed.
  await rm(path, { force: true })
  const server = createServer((socket) => answer(socket, onLook))
  await listening(server, path)
  server.unref()
  return { kind: 'claimed', release: () => new Promise((resolve) => server.close(() => resolve())) }
}

const listening = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => resolve())
  })

function answer(socket: Socket, onLook: (rangeId: string) => void): void {
  let text = ''
  socket.setEncoding('utf8')
  socket.setTimeout(PATIENCE_MS, () => socket.destroy())
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk: string) => {
    text += chunk
    const end = text.indexOf('\n')
    if (end === -1 && text.length > LINE_AT_MOST) socket.destroy()
    if (end === -1) return
    if (end > 0) onLook(text.slice(0, end))
    socket.end(`${process.pid}\n`)
  })
}

/** Sends a line and resolves with the process id that comes back; undefined when nobody is there. */
function exchange(path: string, line: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    let text = ''
    socket.setEncoding('utf8')
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error(`${path}: no answer within ${PATIENCE_MS} ms`)))
    socket.on('connect', () => socket.write(`${line}\n`))
    socket.on('data', (chunk: string) => (text += chunk))
    socket.on('error', (error) => {
      const nobody = ['ENOENT', 'ECONNREFUSED'].includes(errorCode(error) ?? '')
      if (nobody) resolve(undefined)
      else reject(error)
    })
    socket.on('close', () => {
      const pid = Number.parseInt(text, 10)
      if (Number.isNaN(pid)) reject(new Error(`${path}: somebody is there and does not answer`))
      else resolve(pid)
    })
  })
}
