import { rangeNumberOfBridge } from '../../model/identity.ts'
import type { NodeNetworkSeen } from '../../model/snapshot.ts'
import { bridgeOwner } from '../network-owner.ts'
import { type DiffLine, diffLines, interfaceOf, stanzasOf } from './staged-diff.ts'

/**
 * Range bridges whose deletion is staged, by name, with the owner mark they carry: Proxmox lists them no more, and only
 * its diff tells of them. Nothing tells who staged that. A bridge with ports, or with any comment besides the mark, is
 * not among them, since Lanista deletes none of those.
 */
export function stagedDeletions({ staged, interfaces }: NodeNetworkSeen): ReadonlyMap<string, string> {
  const listed = new Set(interfaces.map(({ name }) => name))
  return new Map(
    stanzasOf(diffLines(staged ?? ''), '-').flatMap((stanza): [string, string][] => {
      const name = interfaceOf(stanza)
      const mark = markThatGoes(stanza)
      const goes = stanza.some(({ sign, text }) => sign === '-' && text.startsWith(`iface ${name} `))
      if (name === undefined || mark === undefined || !goes || listed.has(name)) return []
      return rangeNumberOfBridge(name) === undefined || hasPorts(stanza) ? [] : [[name, mark]]
    }),
  )
}

function markThatGoes(stanza: readonly DiffLine[]): string | undefined {
  const [comment, ...more] = stanza.filter(({ text }) => text.startsWith('#'))
  if (comment?.sign !== '-' || more.length > 0) return undefined
  const mark = comment.text.slice(1)
  return bridgeOwner({ comment: mark }).kind === 'range' ? mark : undefined
}

const hasPorts = (stanza: readonly DiffLine[]): boolean =>
  stanza.some(({ text }) => /^bridge[-_]ports (?!none$)/.test(text))
