import type { NodeView } from './cluster-views.ts'

/**
 * Whether a node tells how it is just now: how much of it is used, and so what is free. One that is away has no such figures, and what
 * stands in their place (nothing used) would look like a node with room for everything; no more has one in maintenance that is off, or
 * one of which the token may see the name alone.
 */
export const hasFigures = ({ state, memoryBytes, uptimeSeconds }: NodeView): boolean =>
  memoryBytes > 0 && (state === 'Online' || (state === 'Maintenance' && uptimeSeconds > 0))
