import { Counter } from 'prom-client'
import type { GitStatus } from '../../model/accepted-commit.ts'
import type { Metrics } from '../../model/metrics-port.ts'
import { gaugeOf, type Registers, secondsOf, valueOf } from './gauge-of.ts'

/** The repository of range files, where there is one, and the forge that it is on. */
export function gitMetrics(registers: Registers): Pick<Metrics, 'git' | 'forgeStatus' | 'gitHook'> {
  let git: GitStatus | undefined
  const at = (moment: string | undefined): number | undefined =>
    moment === undefined ? undefined : secondsOf(Date.parse(moment))
  valueOf(
    registers,
    'lanista_git_commit_timestamp_seconds',
    'When the commit of range files in force was written, by its author, in Unix time.',
    () => at(git?.commit?.at),
  )
  valueOf(
    registers,
    'lanista_git_last_successful_ask_timestamp_seconds',
    'When the server of the repository last told where the branch is, in Unix time.',
    () => at(git?.askedAt),
  )
  gaugeOf(
    registers,
    {
      name: 'lanista_git_finding_since_timestamp_seconds',
      help: 'Since when no newer commit goes in force, by reason, in Unix time; absent when the newest one is.',
      labelNames: ['reason'] as const,
    },
    () => {
      const since = at(git?.finding?.since)
      return git?.finding === undefined || since === undefined ? [] : [[{ reason: git.finding.reason }, since]]
    },
  )
  const statuses = new Counter({
    name: 'lanista_git_statuses_total',
    help: 'Statuses of commits that the forge was told, by result: delivered, refused, or failed and tried again.',
    labelNames: ['result'] as const,
    registers,
  })
  const hooks = new Counter({
    name: 'lanista_git_hooks_total',
    help: 'Requests to the webhook by result: accepted, refused for want of the secret, limited, tooLarge, tooSlow, wrongMethod, broken.',
    labelNames: ['result'] as const,
    registers,
  })
  return {
    git: (status) => {
      git = status
    },
    forgeStatus: (result) => statuses.inc({ result }),
    gitHook: (result) => hooks.inc({ result }),
  }
}
