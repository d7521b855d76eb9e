import { UserError } from '../../model/user-error.ts'
import { goalGiven } from '../seeing/goal.ts'
import { durationGiven } from '../seeing/since.ts'
import type { Composition } from './composition.ts'
import { withoutKind } from './get.ts'
import { type LanistaOptions, runningLanista } from './open-lanista.ts'
import type { SeeingTerminal } from './seeing-terminal.ts'
import { waitFor } from './wait-for.ts'

export interface WaitOptions extends LanistaOptions {
  readonly ranges: readonly string[]
  readonly all: boolean
  readonly for: string
  readonly timeout: string
}

/**
 * `lanista wait`: until ranges are Ready, gone, or have a condition.
 *
 * @returns the exit status: 0, or 1 when time is up, or one can't get there by itself
 */
export async function waitCommand(
  options: WaitOptions,
  composition: Composition,
  terminal: SeeingTerminal,
  signal: AbortSignal,
): Promise<number> {
  const goal = goalGiven(options.for)
  const timeoutMs = durationGiven('--timeout', options.timeout)
  if (options.all === options.ranges.length > 0)
    throw new UserError('wait: name the ranges, or say --all for those that there are')
  const api = await runningLanista(options, composition, 'wait', signal)
  const ranges = options.all ? undefined : options.ranges.map((name) => withoutKind('ranges', name))
  return await waitFor({ ranges, goal, timeoutMs }, api, terminal, signal)
}
