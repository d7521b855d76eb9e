import { GitTrouble } from '../../model/git-trouble.ts'
import { printable } from '../../model/printable.ts'
import { CAREFULLY, gitEnvironment, type GitHome } from './git-environment.ts'
import { runProgram } from './run-program.ts'

/** The first git that takes its configuration from the one file that it is given (GIT_CONFIG_GLOBAL). */
const LEAST = [2, 32] as const

/** Throws `GitTrouble` unless there is a git that has all that is used here. */
export async function checkGit(home: GitHome, signal: AbortSignal): Promise<void> {
  const end = await runProgram(
    {
      program: 'git',
      args: [...CAREFULLY, 'version'],
      environment: gitEnvironment(home, undefined),
      folder: '/',
      patience: 10_000,
      mostOutput: 4096,
    },
    signal,
  )
  if (end.kind === 'absent')
    throw new GitTrouble(
      'GitMissing',
      'git: it is not on this machine, or not in PATH, and lanista.git needs it; install it',
    )
  const text = end.kind === 'ended' ? end.stdout.toString('utf8').trim() : ''
  const [, major, minor] = /^git version (\d+)\.(\d+)/.exec(text) ?? []
  if (major === undefined || minor === undefined)
    throw new GitTrouble('GitMissing', `git: it does not tell its version (${printable(text)}); install git anew`)
  if (Number(major) < LEAST[0] || (Number(major) === LEAST[0] && Number(minor) < LEAST[1]))
    throw new GitTrouble(
      'GitMissing',
      `git: this is version ${major}.${minor}, and lanista.git needs ${LEAST.join('.')} or later; install a newer one`,
    )
}
