import { randomUUID } from 'node:crypto'
import { access, constants, open, rm, stat, statfs } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { dirname, join } from 'node:path'
import type { DiskLook, FolderLook, PortLook } from '../../model/doctor-looks.ts'
import { causeInWords, errorCode } from '../error-code.ts'

/** More than any block that a full file system may still have left in a file. */
const PROBE = Buffer.alloc(8192)

/** Whether files can be made in a folder, tried with one that is taken away at once; of one that is not there, whether it could be made. */
export async function lookAtFolder(path: string): Promise<FolderLook> {
  const there = await stat(path).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined
    throw new Error(causeInWords(error), { cause: error })
  })
  if (there === undefined) {
    const parent = await nearestFolder(dirname(path))
    const unwritable = await access(parent, constants.W_OK | constants.X_OK).then(
      () => undefined,
      (error: unknown) => `${parent}: ${causeInWords(error)}`,
    )
    return { path, exists: false, unwritable, openToAll: false }
  }
  if (!there.isDirectory()) return { path, exists: true, unwritable: 'it is not a folder', openToAll: false }
  return { path, exists: true, unwritable: await whyUnwritable(path), openToAll: (there.mode & 0o002) !== 0 }
}

async function whyUnwritable(folder: string): Promise<string | undefined> {
  const probe = join(folder, `.doctor-${randomUUID()}`)
  try {
    const file = await open(probe, 'wx', 0o600)
    try {
      await file.write(PROBE)
      await file.sync()
    } finally {
      await file.close()
    }
    return undefined
  } catch (error) {
    return errorCode(error) === 'ENOSPC' ? 'the disk is full' : causeInWords(error)
  } finally {
    // Where nothing can be made, this may not even look.
    await rm(probe, { force: true }).catch(() => undefined)
  }
}

async function nearestFolder(path: string): Promise<string> {
  const isThere = await stat(path).then(
    (seen) => seen.isDirectory(),
    () => false,
  )
  return isThere || dirname(path) === path ? path : await nearestFolder(dirname(path))
}

/** What is free for this process where a folder is, or is to be. */
export async function lookAtDisk(path: string): Promise<DiskLook> {
  const { bavail, bsize, files, ffree } = await statfs(await nearestFolder(path))
  return { freeBytes: bavail * bsize, freeFiles: files === 0 ? undefined : ffree }
}

/** Whether an address can be listened on; where not, whether it is the Lanista's that runs on this state directory. */
export async function lookAtPort(listen: string, socket: string): Promise<PortLook> {
  const [, host = '', port = ''] = /^(.*):([0-9]+)$/.exec(listen) ?? []
  const why = await whyNotListening(host.replace(/^\[(.*)\]$/, '$1'), Number(port))
  if (why === undefined) return { kind: 'free' }
  return why.code === 'EADDRINUSE' && (await isAnswered(socket)) ? { kind: 'own' } : { kind: 'unusable', why: why.text }
}

const whyNotListening = (
  host: string,
  port: number,
): Promise<{ readonly code: string | undefined; readonly text: string } | undefined> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error) => resolve({ code: errorCode(error), text: causeInWords(error) }))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  })

/** A socket of a process that has died takes no connection. */
const isAnswered = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
