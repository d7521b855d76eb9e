import type { ApplyWatch } from '../../model/network-ports.ts'

/** An apply that is waited for to its end, and nobody is told meanwhile. */
export const UNWATCHED: ApplyWatch = {
  onCommitted: () => undefined,
  onProgress: () => undefined,
  patience: () => Infinity,
}
