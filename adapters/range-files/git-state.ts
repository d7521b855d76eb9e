import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { lstat, realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { GitState } from '../../model/prune.ts'
import { causeInWords, errorCode } from '../error-code.ts'

const run = promisify(execFile)

/** A repository that hangs, on a dead mount for example, holds up nothing for longer. */
const PATIENCE_MS = 10_000

/** Nothing of what a repository's configuration could make git run, no other objects than its own, and no network. */
const CAREFULLY = ['--no-replace-objects', '-c', 'core.fsmonitor=', '-c', 'core.hooksPath=/dev/null']
const NO_MORE = { GIT_NO_LAZY_FETCH: '1', GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' }

/** What git told: its output, and its exit status when it ended with one. */
type Answer = { readonly kind: 'told'; readonly status: number; readonly text: string; readonly complaint: string }
type NoAnswer = { readonly kind: 'untold'; readonly why: string }

/** What the working tree around a folder has checked out; undefined when there is none. */
export async function gitStateOf(folder: string): Promise<GitState | undefined> {
  if (!(await isInWorkingTree(folder))) return undefined
  const head = await git(folder, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'])
  const branch = await git(folder, ['symbolic-ref', '--quiet', '--short', 'HEAD'])
  const origin = await git(folder, ['config', '--get', 'remote.origin.url'])
  for (const answer of [head, branch, origin]) {
    if (answer.kind === 'untold') return answer
    // 1 means: there is none.
    if (answer.status > 1) return { kind: 'untold', why: answer.complaint }
  }
  return {
    kind: 'known',
    head: textOf(head),
    branch: textOf(branch),
    // A digest, since the address may hold a password.
    origin: digestOf(textOf(origin)),
  }
}

/** Whether a commit has another among its ancestors; false when git can't tell, as in a shallow clone. */
export async function isAncestor(folder: string, ancestor: string, commit: string): Promise<boolean> {
  if (![ancestor, commit].every((each) => /^[0-9a-f]{40,64}$/.test(each))) return false
  const answer = await git(folder, ['merge-base', '--is-ancestor', ancestor, commit])
  return answer.kind === 'told' && answer.status === 0
}

/** Looked for by hand: where git itself fails there may be one all the same. */
async function isInWorkingTree(folder: string): Promise<boolean> {
  for (let at = await realpath(folder); ; at = dirname(at)) {
    if (await exists(join(at, '.git'))) return true
    if (at === dirname(at)) return false
  }
}

const exists = async (path: string): Promise<boolean> =>
  await lstat(path).then(
    () => true,
    (error: unknown) => !['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? ''),
  )

async function git(folder: string, args: readonly string[]): Promise<Answer | NoAnswer> {
  const options = { env: environment(), timeout: PATIENCE_MS, killSignal: 'SIGKILL', maxBuffer: 1_048_576 } as const
  try {
    const { stdout } = await run('git', ['-C', folder, ...CAREFULLY, ...args], options)
    return { kind: 'told', status: 0, text: stdout, complaint: '' }
  } catch (error) {
    const failure = errorCode(error)
    if (failure === 'ENOENT') return { kind: 'untold', why: 'there is no git on this machine; install it' }
    if (failure !== undefined) return { kind: 'untold', why: causeInWords(error) }
    const status = error instanceof Error && 'code' in error ? error.code : undefined
    if (typeof status !== 'number') return { kind: 'untold', why: `it did not answer within ${PATIENCE_MS / 1000} s` }
    const complaint = error instanceof Error && 'stderr' in error ? String(error.stderr) : ''
    return { kind: 'told', status, text: '', complaint: complaint.split('\n')[0] ?? '' }
  }
}

/** Variables of git would turn it to another repository, or make it run something. */
const environment = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))),
  ...NO_MORE,
})

const textOf = (answer: Answer | NoAnswer): string | undefined =>
  answer.kind === 'told' && answer.status === 0 ? answer.text.trim() || undefined : undefined
const digestOf = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : createHash('sha256').update(text).digest('hex').slice(0, 16)
