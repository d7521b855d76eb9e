import type { GitHook } from '../../adapters/http/git-hook.ts'
import { readSecretFile } from '../../adapters/secret-file.ts'
import { type Allowance, type Pace, takeOne } from '../../model/allowance.ts'
import type { Clock } from '../../model/clock.ts'
import type { HookResult, Metrics } from '../../model/metrics-port.ts'
import type { Logger } from '../../model/ports.ts'
import type { GitSource } from '../git/git-source.ts'

interface Around {
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'gitHook'>
  readonly clock: Pick<Clock, 'steady'>
}

const SUBJECT = 'lanista.git.webhook.secret_file'
/** What can be tried at leisure is guessed when it is shorter. */
const SHORTEST = 16
/** Whoever likes can fill the log otherwise. */
const REFUSALS_TOLD: Pace = { atOnce: 1, everyMs: 600_000 }

const REFUSED: Partial<Record<HookResult, string>> = {
  refused: `the signature or token is wrong, or missing; give the forge the secret that is in ${SUBJECT}`,
  tooLarge: 'its body is larger than 1 MiB; have the forge send pushes alone',
  tooSlow: 'its body did not arrive within 10 s; look at the network, or the proxy, between the forge and Lanista',
}

/**
 * The webhook of a repository. Its secret is read anew for each request, so that another one needs no restart; what is wrong with the
 * file is told now, and whenever that changes.
 */
export async function gitHookOf(
  secretFile: string,
  git: Pick<GitSource, 'hint'>,
  { logger, metrics, clock }: Around,
): Promise<GitHook> {
  let told: string | undefined
  let allowance: Allowance | undefined
  const tell = (trouble: string | undefined): void => {
    if (trouble !== undefined && trouble !== told) logger.warn(`git hook: ${trouble}`)
    told = trouble
  }
  const secret = async (): Promise<string | undefined> => {
    const read = await readSecretFile(secretFile, SUBJECT, SHORTEST)
    tell(read.kind === 'read' ? read.warning : `${read.why}; until then every hook is refused`)
    return read.kind === 'read' ? read.secret : undefined
  }
  await secret()
  return {
    secret,
    hint: () => git.hint(),
    onResult: (result) => {
      metrics.gitHook(result)
      const why = REFUSED[result]
      if (why === undefined) return
      const taken = takeOne(allowance, REFUSALS_TOLD, clock.steady())
      allowance = taken.allowance
      if (taken.waitMs === 0) logger.warn(`git hook: a request was refused: ${why}`, { result })
    },
    steady: () => clock.steady(),
  }
}
