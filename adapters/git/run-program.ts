import { type ChildProcess, spawn } from 'node:child_process'
import { causeInWords, errorCode } from '../error-code.ts'

/** How a program is run. */
export interface ProgramRun {
  readonly program: string
  readonly args: readonly string[]
  /** All of its environment. */
  readonly environment: Readonly<Record<string, string>>
  readonly folder: string
  readonly input?: string | Uint8Array
  /** It is ended after so many milliseconds. */
  readonly patience: number
  /** It is ended when it has printed more bytes. */
  readonly mostOutput: number
}

/** What became of it. */
export type ProgramEnd =
  | { readonly kind: 'ended'; readonly status: number; readonly stdout: Buffer; readonly stderr: string }
  | { readonly kind: 'timedOut'; readonly stderr: string }
  | { readonly kind: 'tooMuch' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unstartable'; readonly why: string }

/** Of complaints no more is kept. In bytes. */
const MOST_COMPLAINT = 65_536

/**
 * Runs a program without a shell, in a process group of its own, all of which is killed when time, output or the caller's signal
 * says so. Rejects only when the signal aborts.
 */
export async function runProgram(run: ProgramRun, signal: AbortSignal): Promise<ProgramEnd> {
  signal.throwIfAborted()
  const { program, args, environment, folder, input, patience, mostOutput } = run
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...environment },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  return await new Promise<ProgramEnd>((resolve, reject) => {
    const [out, complaint]: [Buffer[], Buffer[]] = [[], []]
    let [outBytes, complaintBytes] = [0, 0]
    let early: 'timedOut' | 'tooMuch' | 'aborted' | undefined
    const stderr = (): string => Buffer.concat(complaint).toString('utf8')
    const end = (why: typeof early): void => {
      early ??= why
      killGroup(child.pid)
      // A grandchild that has left the group may hold the pipes open.
      for (const stream of child.stdio) stream?.destroy()
    }
    const timer = setTimeout(() => end('timedOut'), patience)
    const onAbort = (): void => end('aborted')
    signal.addEventListener('abort', onAbort, { once: true })
    const settle = (ended: ProgramEnd): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      if (early === 'aborted') reject(signal.reason)
      else if (early === 'timedOut') resolve({ kind: 'timedOut', stderr: stderr() })
      else resolve(early === 'tooMuch' ? { kind: 'tooMuch' } : ended)
    }
    child.once('error', (error) => {
      settle(errorCode(error) === 'ENOENT' ? { kind: 'absent' } : { kind: 'unstartable', why: causeInWords(error) })
    })
    // Without a file descriptor left there are no pipes, whatever the types say; the error that tells so is on its way.
    if (isWithoutPipes(child)) return
    child.stdout.on('data', (chunk: Buffer) => {
      outBytes += chunk.length
      if (outBytes > mostOutput) end('tooMuch')
      else out.push(chunk)
    })
    child.stderr.on('data', (chunk: Buffer) => {
      if (complaintBytes < MOST_COMPLAINT) complaint.push(chunk)
      complaintBytes += chunk.length
    })
    child.once('close', (status) => {
      // What it left running in its group is none of ours any more, and must not outlive it.
      killGroup(child.pid)
      settle({ kind: 'ended', status: status ?? 128, stdout: Buffer.concat(out), stderr: stderr() })
    })
    // One that ends without reading is judged by its status.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input ?? '')
  })
}

const isWithoutPipes = ({
  stdin,
  stdout,
  stderr,
}: Partial<Pick<ChildProcess, 'stdin' | 'stdout' | 'stderr'>>): boolean => !stdin || !stdout || !stderr

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // All of it has ended.
  }
}
