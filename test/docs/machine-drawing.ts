/** What is drawn of a machine of xstate's: the part of its configuration that tells when it goes where. */
export interface MachineConfig {
  readonly initial?: unknown
  readonly on?: unknown
  readonly states?: unknown
}

/** From one state to another; `from` is undefined where it is from any state that does not say otherwise. */
interface Transition {
  readonly from: string | undefined
  /** Undefined: the state stays. */
  readonly to: string | undefined
  /** What has happened; empty where it is left at once. */
  readonly event: string
  /** The name of what must hold. */
  readonly guard: string | undefined
}

/** A machine's states and ways, as a drawing and as a table with a row per state. */
export const machineDrawing = (config: MachineConfig): string =>
  [diagram(config), '', table(config)].join('\n')

function diagram(config: MachineConfig): string {
  const ways = new Map<string, string[]>()
  for (const { from, to, event, guard } of transitionsOf(config)) {
    if (to === undefined) continue
    const way = `${from ?? 'any_other'} --> ${to}`
    const label = [event, guard === undefined ? '' : `[${guard}]`].filter((part) => part !== '').join(' ')
    ways.set(way, [...(ways.get(way) ?? []), label])
  }
  const isAnyNeeded = [...ways.keys()].some((way) => way.startsWith('any_other'))
  return [
    '```mermaid',
    'stateDiagram-v2',
    ...(isAnyNeeded ? ['  any_other: any other state'] : []),
    `  [*] --> ${String(config.initial)}`,
    ...[...ways].map(([way, labels]) => `  ${way}${labelOf(labels)}`),
    ...finalStates(config).map((state) => `  ${state} --> [*]`),
    '```',
  ].join('\n')
}

const labelOf = (labels: readonly string[]): string => {
  const told = labels.filter((label) => label !== '')
  return told.length === 0 ? '' : `: ${told.join(', ')}`
}

function table(config: MachineConfig): string {
  const all = transitionsOf(config)
  const rows = [...statesOf(config).keys(), undefined].flatMap((state) => {
    const own = all.filter(({ from }) => from === state)
    return own.length === 0 ? [] : [`| ${state === undefined ? 'any other' : `\`${state}\``} | ${sentence(own)} |`]
  })
  return ['| state | goes to |', '| --- | --- |', ...rows].join('\n')
}

const sentence = (transitions: readonly Transition[]): string =>
  transitions
    .map(({ to, event, guard }) =>
      [
        to === undefined ? 'stays' : `\`${to}\``,
        ...(event === '' ? [] : [event.startsWith('after ') ? event : `on ${event}`]),
        ...(guard === undefined ? [] : [`if ${guard}`]),
      ].join(' '),
    )
    .join('; ')

function transitionsOf(config: MachineConfig): readonly Transition[] {
  const own = [...statesOf(config)].flatMap(([state, node]) =>
    eventsOf(node).flatMap(([event, given]) => each(state, event, given)),
  )
  return [...own, ...entries(config.on).flatMap(([event, given]) => each(undefined, event, given))]
}

/** What a state listens to, each with what it then does: events, the ends of what it has begun, time, and nothing at all. */
function eventsOf(node: unknown): readonly (readonly [string, unknown])[] {
  const invoked = field(node, 'invoke')
  const source = String(field(invoked, 'src'))
  const ends: readonly (readonly [string, unknown])[] = [
    [`${source} done`, field(invoked, 'onDone')],
    [`${source} failed`, field(invoked, 'onError')],
    ['', field(node, 'always')],
  ]
  return [
    ...entries(field(node, 'on')),
    ...ends.filter(([, given]) => given !== undefined),
    ...entries(field(node, 'after')).map(([delay, given]) => [`after ${delay}`, given] as const),
  ]
}

function each(from: string | undefined, event: string, given: unknown): readonly Transition[] {
  const all: readonly unknown[] = Array.isArray(given) ? given : [given]
  return all.map((one) => {
    const target = typeof one === 'string' ? one : field(one, 'target')
    const to = typeof target === 'string' ? target.replace(/^\./, '') : undefined
    return { from, to, event, guard: guardName(field(one, 'guard')) }
  })
}

/** xstate's `not(...)` is a function that keeps what it denies. */
function guardName(guard: unknown): string | undefined {
  if (guard === undefined || typeof guard === 'string') return guard
  const denied = field(guard, 'guards')
  const [only] = Array.isArray(denied) ? (denied as readonly unknown[]) : []
  if (typeof only === 'string') return `not ${only}`
  throw new Error('a guard has no name; give it one in setup({ guards })')
}

const statesOf = (config: MachineConfig): ReadonlyMap<string, unknown> => new Map(entries(config.states))

const finalStates = (config: MachineConfig): readonly string[] =>
  [...statesOf(config)].flatMap(([state, node]) => (field(node, 'type') === 'final' ? [state] : []))

const entries = (value: unknown): readonly (readonly [string, unknown])[] =>
  typeof value === 'object' && value !== null ? Object.entries(value) : []

const field = (value: unknown, name: string): unknown =>
  (typeof value === 'object' || typeof value === 'function') && value !== null
    ? Object.getOwnPropertyDescriptor(value, name)?.value
    : undefined
