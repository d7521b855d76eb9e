import { execFileSync } from 'node:child_process'

/** Whether this machine has git. */
export const hasGit = (): boolean => {
  try {
    execFileSync('git', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Runs git in a folder as somebody without any configuration of their own. */
export function gitIn(folder: string): (...args: readonly string[]) => string {
  const nobody = {
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ann',
    GIT_AUTHOR_EMAIL: 'ann@example.org',
    GIT_COMMITTER_NAME: 'Ann',
    GIT_COMMITTER_EMAIL: 'ann@example.org',
  }
  return (...args) =>
    execFileSync('git', ['-C', folder, ...args], { env: { ...process.env, ...nobody }, stdio: 'pipe' })
      .toString()
      .trim()
}
