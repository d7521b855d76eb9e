import type { NodeView } from '../../model/api/cluster-views.ts'
import type { RangeState } from '../../model/api/range-view.ts'
import type { NodeNetworkState } from '../../model/node-network-state.ts'
import type { VmPhase } from '../../model/vm-phase.ts'
import { PHASE_SIGN, PHASE_STYLE } from '../terminal/phase-words.ts'
import type { Style } from '../terminal/paint.ts'
import type { NetworkStanding } from './network-standing.ts'

/** A state as it is told at a terminal: with a sign and a word, and a colour besides. */
export interface Told {
  readonly text: string
  readonly style: Style
}

type Signs<S extends string> = Readonly<Record<S, readonly [sign: string, style: Style]>>

const RANGES: Signs<RangeState> = {
  Ready: ['●', 'green'],
  Progressing: ['◑', 'cyan'],
  NotReady: ['✗', 'red'],
  Suspended: ['‖', 'yellow'],
  Unknown: ['?', 'yellow'],
  Absent: ['·', 'dim'],
}

const NODES: Signs<NodeView['state']> = {
  Online: ['●', 'green'],
  Silent: ['?', 'yellow'],
  Offline: ['✗', 'red'],
  Maintenance: ['‖', 'yellow'],
}

const NETWORKS: Signs<NetworkStanding> = {
  InForce: ['●', 'green'],
  Progressing: ['◑', 'cyan'],
  Troubled: ['✗', 'red'],
  Unknown: ['?', 'yellow'],
}

const NODE_NETWORKS: Signs<NodeNetworkState['state']> = {
  available: ['●', 'green'],
  absent: ['✗', 'red'],
  pending: ['◔', 'cyan'],
  reloading: ['◑', 'cyan'],
  hanging: ['✗', 'red'],
  failed: ['✗', 'red'],
  offline: ['?', 'yellow'],
  excluded: ['·', 'dim'],
}

const told =
  <S extends string>(signs: Signs<S>) =>
  (state: S): Told => {
    const [sign, style] = signs[state]
    return { text: `${sign} ${state}`, style }
  }

export const toldRange = told(RANGES)
export const toldNode = told(NODES)
export const toldNetwork = told(NETWORKS)
export const toldNodeNetwork = told(NODE_NETWORKS)

export const toldPhase = (phase: VmPhase): Told => ({
  text: `${PHASE_SIGN[phase]} ${phase}`,
  style: PHASE_STYLE[phase],
})

const CONDITIONS: Signs<'True' | 'False' | 'Unknown'> = {
  True: ['●', 'green'],
  False: ['✗', 'red'],
  Unknown: ['?', 'yellow'],
}
export const toldCondition = told(CONDITIONS)

export const toldEvent = (type: 'Normal' | 'Warning'): Told =>
  type === 'Warning' ? { text: '! Warning', style: 'yellow' } : { text: '· Normal', style: 'dim' }
