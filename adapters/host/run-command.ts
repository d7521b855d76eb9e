import { spawn } from 'node:child_process'
import { HostError } from '../../model/host-ports.ts'
import { printable } from '../../model/printable.ts'
import { errorCode } from '../error-code.ts'

/** What a program that ended well has printed. */
export interface Printed {
  readonly stdout: string
}

/** More than any of these programs prints; what comes after is dropped. */
const MAX_OUTPUT = 8 * 1024 * 1024
/** What a program has printed is there when it ends; one that it left behind may hold the pipe open for ever. In milliseconds. */
const DRAIN_MS = 250

/**
 * Runs a program without a shell, in a process group of its own. At its time limit all of the group is ended; what it left
 * behind in the background when it ended well is not waited for.
 *
 * @param limitMs milliseconds
 * @throws HostError when it is not there, ended with another status than 0, or not in time
 */
export function runCommand([program = '', ...args]: readonly string[], limitMs: number): Promise<Printed> {
  const title = [program, ...args].join(' ')
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Nothing else of the environment, which may hold the API token. Scripts of ifupdown expect the address family.
      env: { PATH: searchPath(process.env['PATH']), LC_ALL: 'C', ADDRFAM: 'inet' },
    })
    const said = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const)
      child[name].on('data', (chunk: Buffer) => {
        if (said[name].length < MAX_OUTPUT) said[name] += chunk.toString()
      })
    let isLate = false
    const late = setTimeout(() => {
      isLate = true
      killGroup(child.pid)
    }, limitMs)
    child.once('error', (error) => {
      clearTimeout(late)
      const isAbsent = ['ENOENT', 'EACCES'].includes(errorCode(error) ?? '')
      reject(
        new HostError(
          isAbsent ? `there is no program ${program} that may be run` : `${title}: ${error.message}`,
          error,
        ),
      )
    })
    child.once('exit', (status) => {
      clearTimeout(late)
      const end = (): void => {
        child.stdout.destroy()
        child.stderr.destroy()
        if (status === 0) resolve({ stdout: said.stdout })
        else if (isLate) reject(new HostError(`${title}: it did not end within ${limitMs / 1000} s, and was ended`))
        else reject(new HostError(`${title}: it ended with status ${status ?? 'none'} and said "${saying(said)}"`))
      }
      const drained = setTimeout(end, DRAIN_MS)
      child.once('close', () => {
        clearTimeout(drained)
        end()
      })
    })
  })
}

/** Where the programs of an administrator are: a PATH may lack them. */
const searchPath = (path = ''): string =>
  [...new Set([...path.split(':'), '/usr/sbin', '/usr/bin', '/sbin', '/bin'])].filter(Boolean).join(':')

const saying = ({ stdout, stderr }: Record<'stdout' | 'stderr', string>): string =>
  printable((stderr.trim() || stdout.trim()).slice(-400), 400)

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has just ended.
  }
}
