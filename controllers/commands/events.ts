import type { EventView } from '../../model/api/event-view.ts'
import { printable } from '../../model/printable.ts'
import { UserError } from '../../model/user-error.ts'
import { momentGiven } from '../seeing/since.ts'
import type { Composition } from './composition.ts'
import { getViews, withoutKind } from './get.ts'
import type { LanistaOptions } from './open-lanista.ts'
import type { SeeingTerminal } from './seeing-terminal.ts'

export interface EventsOptions extends LanistaOptions {
  /** Undefined: of everything. */
  readonly range: string | undefined
  readonly since: string | undefined
  /** `Normal`, `Warning`, or reasons such as `Ready`, with commas between them. */
  readonly types: string | undefined
  readonly output: string
  readonly selector: string | undefined
  readonly watch: boolean
  readonly header: boolean
}

/** `lanista events`: what has happened, of a range and its VMs or of everything. As `lanista get events`, and chosen by time and type. */
export async function eventsCommand(
  { range, since, types, ...options }: EventsOptions,
  composition: Composition,
  terminal: SeeingTerminal,
  signal: AbortSignal,
): Promise<number> {
  const from = since === undefined ? undefined : momentGiven('--since', since, terminal.clock.now())
  const isOfType = typesGiven(types)
  const name = range === undefined ? undefined : withoutKind('ranges', range)
  const wanted = (event: EventView): boolean =>
    isOfType(event) &&
    (from === undefined || Date.parse(event.lastTime) >= from) &&
    (name === undefined || event.range === name || event.object.name === name)
  // A range of which nothing has happened is no error.
  return await getViews('events', { ...options, names: [], wanted }, composition, terminal, signal)
}

/** Whether an event is of one of these types, or has one of these reasons. */
function typesGiven(types: string | undefined): (event: EventView) => boolean {
  if (types === undefined) return () => true
  const wanted = types
    .split(',')
    .map((each) => each.trim().toLowerCase())
    .filter((each) => each !== '')
  if (wanted.length === 0)
    throw new UserError(`--types ${printable(types)}: it names none; write Warning, Normal, or reasons such as Ready`)
  return ({ type, reason }) => wanted.includes(type.toLowerCase()) || wanted.includes(reason.toLowerCase())
}
