import type { VmPhase } from '../../model/vm-phase.ts'
import type { Style } from './paint.ts'

export const PHASE_STYLE: Readonly<Record<VmPhase, Style>> = {
  absent: 'dim',
  cloning: 'cyan',
  configuring: 'cyan',
  starting: 'cyan',
  running: 'green',
  stopping: 'cyan',
  stopped: 'dim',
  deleting: 'cyan',
  blocked: 'red',
  unknown: 'yellow',
}

/** A sign beside the colour, for those who see none. */
export const PHASE_SIGN: Readonly<Record<VmPhase, string>> = {
  absent: '·',
  cloning: '◔',
  configuring: '◑',
  starting: '◕',
  running: '●',
  stopping: '◒',
  stopped: '○',
  deleting: '◌',
  blocked: '✗',
  unknown: '?',
}
