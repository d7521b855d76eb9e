import type { NodeView } from '../../model/api/cluster-views.ts'
import type { ConditionView, RangeState, RangeView } from '../../model/api/range-view.ts'
import type { NodeNetworkState } from '../../model/node-network-state.ts'
import type { VmPhase } from '../../model/vm-phase.ts'

/**
 * The shapes that stand beside a word, each to be told from the others without its colour: `good` a tick, `work` an arc that goes
 * round, `bad` a cross, `rest` two bars, `doubt` a question, `none` a ring, `warn` an exclamation.
 */
export type Mark = 'good' | 'work' | 'bad' | 'rest' | 'doubt' | 'none' | 'warn'

/** How something is called on the page, and its mark. */
export interface Shown {
  readonly word: string
  readonly mark: Mark
}

/** In the order in which a person wants to see them: what needs one first. */
export const RANGE_STATES: Readonly<Record<RangeState, Shown>> = {
  NotReady: { word: 'Not ready', mark: 'bad' },
  Unknown: { word: 'Unknown', mark: 'doubt' },
  Progressing: { word: 'Progressing', mark: 'work' },
  Suspended: { word: 'Suspended', mark: 'rest' },
  Ready: { word: 'Ready', mark: 'good' },
  Absent: { word: 'Absent', mark: 'none' },
}

export const STATE_NAMES = [
  'NotReady',
  'Unknown',
  'Progressing',
  'Suspended',
  'Ready',
  'Absent',
] as const satisfies readonly RangeState[]

export const PHASES: Readonly<Record<VmPhase, Shown>> = {
  blocked: { word: 'blocked', mark: 'bad' },
  unknown: { word: 'unknown', mark: 'doubt' },
  cloning: { word: 'cloning', mark: 'work' },
  configuring: { word: 'configuring', mark: 'work' },
  starting: { word: 'starting', mark: 'work' },
  stopping: { word: 'stopping', mark: 'work' },
  deleting: { word: 'deleting', mark: 'work' },
  absent: { word: 'absent', mark: 'none' },
  stopped: { word: 'stopped', mark: 'rest' },
  running: { word: 'running', mark: 'good' },
}

export const NODE_STATES: Readonly<Record<NodeView['state'], Shown>> = {
  Online: { word: 'Online', mark: 'good' },
  Silent: { word: 'Silent', mark: 'doubt' },
  Offline: { word: 'Offline', mark: 'bad' },
  Maintenance: { word: 'Maintenance', mark: 'rest' },
}

export const NETWORK_STATES: Readonly<Record<NodeNetworkState['state'], Shown>> = {
  available: { word: 'available', mark: 'good' },
  absent: { word: 'not applied yet', mark: 'none' },
  pending: { word: 'not in force yet', mark: 'doubt' },
  reloading: { word: 'reloading', mark: 'work' },
  hanging: { word: 'reload hangs', mark: 'warn' },
  failed: { word: 'reload failed', mark: 'bad' },
  offline: { word: 'node offline', mark: 'bad' },
  excluded: { word: 'zone leaves it out', mark: 'rest' },
}

export const CONDITION_STATES: Readonly<Record<ConditionView['status'], Shown>> = {
  True: { word: 'True', mark: 'good' },
  False: { word: 'False', mark: 'bad' },
  Unknown: { word: 'Unknown', mark: 'doubt' },
}

/** What the signs of a plan mean, as the reference has it. */
export const SIGNS: Readonly<Record<'+' | '~' | '!' | '?' | '-', Shown>> = {
  '+': { word: 'creates', mark: 'good' },
  '~': { word: 'changes', mark: 'work' },
  '-': { word: 'removes', mark: 'warn' },
  '!': { word: 'in the way', mark: 'bad' },
  '?': { word: 'waits', mark: 'doubt' },
}

/** What the controller does about a range just now. */
export const STANDINGS: Readonly<Record<NonNullable<RangeView['work']>['standing'], string>> = {
  waiting: 'has nothing to do',
  stalled: 'waits until what is in its way has changed',
  backingOff: 'tries again by itself',
  rechecking: 'looks again by itself',
  reconciling: 'is at work on it now',
}

/** Whether all that its last plan holds is done: it has become Ready since, and the next plan is made when it is looked at again. */
export const isCarriedOut = ({ state, since, plan }: RangeView): boolean =>
  state === 'Ready' && plan !== undefined && Date.parse(since) >= Date.parse(plan.at)

/** Whether the message of a range tells of something in the way, with its remedy. */
export const isInTheWay = ({ state }: RangeView): boolean => state === 'NotReady'

/** A finding and its remedy: messages end in what to do, after their last semicolon. */
export function findingAndRemedy(message: string): readonly [finding: string, remedy: string | undefined] {
  const at = message.lastIndexOf('; ')
  return at === -1 ? [message, undefined] : [message.slice(0, at), message.slice(at + 2)]
}
