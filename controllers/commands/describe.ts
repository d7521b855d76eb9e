import type { EventView } from '../../model/api/event-view.ts'
import type { LanistaApi, ViewKind, Views } from '../../model/api/lanista-api.ts'
import { UserError } from '../../model/user-error.ts'
import { describeNetwork, describeNode, describeVm } from '../seeing/describe-others.ts'
import { type AskedOfRange, describeRange } from '../seeing/describe-range.ts'
import type { Describing } from '../seeing/description.ts'
import { kindCalled, NAMES_OF, noneCalled } from '../seeing/kinds.ts'
import type { Composition } from './composition.ts'
import { withoutKind } from './get.ts'
import { knownLanista, type LanistaOptions } from './open-lanista.ts'
import type { SeeingTerminal } from './seeing-terminal.ts'

export interface DescribeOptions extends LanistaOptions {
  readonly kind: string
  readonly names: readonly string[]
}

const DESCRIBED = ['ranges', 'vms', 'nodes', 'networks'] as const satisfies readonly ViewKind[]
type Described = (typeof DESCRIBED)[number]

/**
 * `lanista describe`: all that is known of a range, a VM, a node or a network; of several one after the other.
 *
 * @returns the exit status: 0, or 1 when one of them is not there
 */
export async function describeCommand(
  options: DescribeOptions,
  composition: Composition,
  { print, warn, paint, width, clock }: SeeingTerminal,
  signal: AbortSignal,
): Promise<number> {
  const [word = '', ...rest] = options.kind.split('/')
  const kind = kindCalled(word, DESCRIBED)
  const names = [...(rest.length === 0 ? [] : [rest.join('/')]), ...options.names].map((name) =>
    withoutKind(kind, name),
  )
  if (names.length === 0) throw new UserError(`describe ${kind}: name one; \`lanista get ${kind}\` lists what there is`)
  const { api } = await knownLanista(options, composition, warn, signal)
  const looks: Looks = { api, options, composition, describing: { paint, width, now: clock.now() }, signal }
  const { items } = await api.list(kind, signal)
  let missing = 0
  let isFirst = true
  for (const name of names) {
    const found = items.filter((view) => namesOf(view).includes(name))
    if (found.length === 0) {
      missing += 1
      warn(noneCalled(kind, items, name))
    }
    for (const view of found) {
      if (!isFirst) print('')
      isFirst = false
      for (const line of await describe(view, looks)) print(line)
    }
  }
  return missing === 0 ? 0 : 1
}

type DescribedView = Views[Described]

function namesOf(view: DescribedView): readonly string[] {
  switch (view.kind) {
    case 'Range':
      return NAMES_OF.ranges(view)
    case 'Vm':
      return NAMES_OF.vms(view)
    case 'Node':
      return NAMES_OF.nodes(view)
    case 'Network':
      return NAMES_OF.networks(view)
  }
}

/** Where a description gets what else it tells. */
interface Looks {
  readonly api: LanistaApi
  readonly options: LanistaOptions
  readonly composition: Composition
  readonly describing: Describing
  readonly signal: AbortSignal
}

async function describe(view: DescribedView, looks: Looks): Promise<readonly string[]> {
  const { name } = view
  const { describing } = looks
  switch (view.kind) {
    case 'Range': {
      const events = await eventsOf(looks, (event) => event.range === name || isAbout(event, 'Range', name))
      return describeRange(view, await askedOf(name, looks), events, describing)
    }
    case 'Vm': {
      const isOurs = (event: EventView): boolean => (event.range ?? view.range) === view.range
      const events = await eventsOf(looks, (event) => isAbout(event, 'Vm', name) && isOurs(event))
      return describeVm(view, await rangeCalled(view.range, looks), events, describing)
    }
    case 'Node': {
      const { items } = await looks.api.list('networks', looks.signal)
      const events = await eventsOf(looks, (event) => isAbout(event, 'Node', name))
      return describeNode(view, items, events, describing)
    }
    case 'Network': {
      const range = view.range === undefined ? undefined : await rangeCalled(view.range, looks)
      const events = await eventsOf(looks, (event) => isAbout(event, 'Network', name))
      return describeNetwork(view, range, events, describing)
    }
  }
}

const isAbout = ({ object }: EventView, kind: EventView['object']['kind'], name: string): boolean =>
  object.kind === kind && object.name === name

const eventsOf = async (
  { api, signal }: Looks,
  isWanted: (event: EventView) => boolean,
): Promise<readonly EventView[]> => (await api.list('events', signal)).items.filter(isWanted)

const rangeCalled = async (name: string, { api, signal }: Looks) =>
  (await api.list('ranges', signal)).items.find((range) => range.name === name)

/** What the range's file asks for, where this machine has it. It is a help, and its lack stops no description. */
async function askedOf(rangeId: string, { options, composition }: Looks): Promise<AskedOfRange> {
  if (options.server !== undefined) return { untold: 'its file is read on the machine that Lanista runs on alone' }
  try {
    const config = await composition.loadConfig(options.config)
    const { files } = await composition.connect(
      config,
      composition.openTroubles(() => undefined),
    )
    const read = await files.read(rangeId)
    if (read.kind === 'ok') return { spec: read.spec }
    if (read.kind === 'held' && read.inForce !== undefined) return { spec: read.inForce.spec }
    return { untold: read.kind === 'absent' ? 'it has no file' : 'its file is not valid' }
  } catch (error) {
    return { untold: `its file could not be read: ${error instanceof Error ? error.message : String(error)}` }
  }
}
