import { printable } from '../../model/printable.ts'
import { UserError } from '../../model/user-error.ts'
import { durationGiven, millisecondsOf } from '../seeing/since.ts'
import type { Composition } from './composition.ts'
import { withoutKind } from './get.ts'
import { type LanistaOptions, runningLanista } from './open-lanista.ts'
import type { SeeingTerminal } from './seeing-terminal.ts'
import { tellSteered } from './tell-steered.ts'

export interface SuspendOptions extends LanistaOptions {
  readonly range: string
  readonly reason: string
  /** A date, a moment with its zone, or so long from now; undefined: until it is resumed. */
  readonly until: string | undefined
}

/**
 * `lanista suspend`: has a range left alone by the running Lanista, without an edit of its file.
 *
 * @returns the exit status: 0, or 1 when it was refused
 */
export async function suspendCommand(
  options: SuspendOptions,
  composition: Composition,
  terminal: SeeingTerminal,
  signal: AbortSignal,
): Promise<number> {
  const reason = options.reason.trim()
  if (reason === '' || reason.length > 500)
    throw new UserError(
      '--reason: say in up to 500 characters why, as others will ask; such as --reason "exam in room 3"',
    )
  const until = options.until === undefined ? undefined : untilGiven(options.until, terminal.clock.now())
  const range = withoutKind('ranges', options.range)
  const api = await runningLanista(options, composition, 'suspend', signal)
  const asked = { action: 'suspend', range, reason, ...(until === undefined ? {} : { until }) } as const
  return tellSteered(await api.steer(asked, signal), terminal)
}

/**
 * `lanista resume`: has a range that `lanista suspend` had left alone go on.
 *
 * @returns the exit status: 0, or 1 when it was refused
 */
export async function resumeCommand(
  options: LanistaOptions & { readonly range: string },
  composition: Composition,
  terminal: SeeingTerminal,
  signal: AbortSignal,
): Promise<number> {
  const range = withoutKind('ranges', options.range)
  const api = await runningLanista(options, composition, 'resume', signal)
  return tellSteered(await api.steer({ action: 'resume', range }, signal), terminal)
}

const MOMENT = /^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2}))?$/

/** As a range file would say it. Throws `UserError` for what is no moment, or is past. */
function untilGiven(text: string, now: number): string {
  if (millisecondsOf(text) !== undefined) return new Date(now + durationGiven('--until', text)).toISOString()
  const at = MOMENT.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at))
    throw new UserError(
      `--until ${printable(text)}: it is no moment; write a date (its start in UTC), a moment with its zone such as 2026-12-24T18:00:00+01:00, or how long, such as 4h`,
    )
  if (at <= now) throw new UserError(`--until ${printable(text)}: that is past; name a moment to come`)
  return text
}
