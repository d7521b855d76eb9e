import { randomUUID } from 'node:crypto'
import { link, lstat, open, readdir, rename, rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { errorCode } from '../error-code.ts'
import { makeFolder } from './make-folder.ts'
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
    const claimed = await claim(folder.place, onLook).catch(async (error: unknown) => {
      await folder.close()
      throw error
    })
    if (claimed.kind === 'taken') await folder.close()
    return claimed.kind === 'taken' ? claimed : { kind: 'claimed', release: () => claimed.release().then(folder.close) }
  },
  ask: async (rangeId) => {
    const folder = await openFolder(stateDir)
    try {
      return (await exchange(join(folder.place, NAME), rangeId)) === undefined ? 'nobody' : 'asked'
    } finally {
      await folder.close()
    }
  },
})

interface Folder {
  /** Short whatever the folder's path is: the name of a socket has 107 characters at most. */
  readonly place: string
  readonly close: () => Promise<void>
}

async function openFolder(folder: string): Promise<Folder> {
  await makeFolder(folder)
  if (process.platform !== 'linux') return { place: folder, close: () => Promise.resolve() }
  const handle = await open(folder, 'r')
  return { place: `/proc/self/fd/${handle.fd}`, close: () => handle.close() }
}

/**
 * Binding the name is what makes it one's own: of any number at once one succeeds. A name that a killed process left is taken
 * away before that, and whoever takes a name away looks again whether it was a dead one: another may have bound it
 * meanwhile, and gets it back. Until then that one is found under the name that it was put aside with, so who binds the free
 * name in between gives way.
 */
async function claim(folder: string, onLook: (rangeId: string) => void): Promise<PresenceClaim> {
  const path = join(folder, NAME)
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    // No range's id.
    const own = `.${randomUUID()}`
    let askedItself = false
    const server = createServer((socket) =>
      answer(socket, (line) => (line === own ? (askedItself = true) : onLook(line))),
    )
    const release = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()))
    if (await isBound(server, path)) {
      const moved = await otherAmong(await putAside(folder), own, () => {
        const was = askedItself
        askedItself = false
        return was
      })
      if (moved === undefined) {
        server.unref()
        return { kind: 'claimed', release }
      }
      await release()
      return { kind: 'taken', pid: moved }
    }
    const other = await exchange(path, '')
    if (other !== undefined) return { kind: 'taken', pid: other }
    const mistaken = await removeDead(folder, path)
    if (mistaken !== undefined) return { kind: 'taken', pid: mistaken }
  }
  throw new Error(`${NAME} changes hands all the time; try again`)
}

const ATTEMPTS = 100
const ASIDE = `.${NAME}-`

/** False when the name is somebody's. */
async function isBound(server: Server, path: string): Promise<boolean> {
  try {
    await listening(server, path)
    return true
  } catch (error) {
    if (errorCode(error) !== 'EADDRINUSE') throw error
    return false
  }
}

/** Takes a dead socket's name away. @returns the process that had bound it meanwhile, and has it back */
async function removeDead(folder: string, path: string): Promise<number | undefined> {
  const found = await lstat(path).catch(unlessAbsent)
  if (found === undefined) return undefined
  if (!found.isSocket()) throw new Error(`${path} is no socket; remove it`)
  const aside = join(folder, `${ASIDE}${randomUUID()}`)
  if ((await rename(path, aside).then(() => true, unlessAbsent)) === undefined) return undefined
  const alive = await exchange(aside, '')
  if (alive !== undefined) await putBack(aside, path)
  await rm(aside, { force: true })
  return alive
}

/** Whoever bound the free name in between gives way as soon as he finds the one that was put aside. */
async function putBack(aside: string, path: string): Promise<void> {
  for (;;) {
    try {
      return await link(aside, path)
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
    }
  }
}

const putAside = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder)).filter((name) => name.startsWith(ASIDE)).map((name) => join(folder, name))

/**
 * The first other process that answers; those who don't are left to whom put them aside.
 *
 * @param wasOwn whether it was oneself that answered last
 */
async function otherAmong(sockets: readonly string[], own: string, wasOwn: () => boolean): Promise<number | undefined> {
  for (const socket of sockets) {
    const pid = await exchange(socket, own)
    if (pid !== undefined && !wasOwn()) return pid
  }
  return undefined
}

function unlessAbsent(error: unknown): undefined {
  if (errorCode(error) === 'ENOENT') return undefined
  throw error
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
