import type { BridgesGoing } from '../../model/migration-journal.ts'
import type { NodeNetworkSeen } from '../../model/snapshot.ts'

/** Whose what is staged on a node is, held against what was noted before the first write. */
export type StagedNow =
  | { readonly kind: 'nothing' }
  /** Nothing but deletions that were noted. */
  | { readonly kind: 'ours' }
  /** `interfaces`: which others differ from what was noted; empty where that is not known. */
  | { readonly kind: 'foreign'; readonly interfaces: readonly string[] }

/**
 * A node has one staged file and no word on who staged what, and Proxmox writes it anew as a whole: so it is ours where every interface
 * is as it was when nothing was staged, but for noted bridges that are gone.
 */
export function stagedNow({ staged, interfaces }: NodeNetworkSeen, note: BridgesGoing | undefined): StagedNow {
  if (staged === undefined) return { kind: 'nothing' }
  if (note === undefined) return { kind: 'foreign', interfaces: [] }
  const now = new Map(interfaces.map(({ name, config }) => [name, config]))
  const names = [...new Set([...Object.keys(note.before), ...now.keys()])]
  const differing = names.filter(
    (name) => now.get(name) !== note.before[name] && !(note.bridges.includes(name) && !now.has(name)),
  )
  return differing.length === 0 ? { kind: 'ours' } : { kind: 'foreign', interfaces: differing.sort() }
}

/** The configurations of all interfaces of a node, by name. */
export const configsOf = ({ interfaces }: NodeNetworkSeen): Readonly<Record<string, string>> =>
  Object.fromEntries(interfaces.map(({ name, config }) => [name, config]))
