import { NAT_MARK, ownerMark, rangeIdOfMark } from '../model/identity.ts'
import type { InterfaceSeen, VnetConfig, VnetSeen } from '../model/snapshot.ts'

/** Whose a network is, by the words that it carries. */
export type NetworkOwner =
  | { readonly kind: 'range'; readonly rangeId: string }
  /** Of all ranges: the NAT network. */
  | { readonly kind: 'nat' }
  /** Of Ludus' making, or somebody's who wrote nothing. */
  | { readonly kind: 'unmarked' }
  /** Somebody's, in their own words. */
  | { readonly kind: 'stranger' }

/** Whose a VNet is, by its alias: as it is configured or, when its deletion is pending, as it runs. */
export const vnetOwner = ({ configured, running }: Pick<VnetSeen, 'configured' | 'running'>): NetworkOwner =>
  ownerOf((configured ?? running)?.alias)

/** Whose a VNet with this configuration is, whether it is the pending one or the running one. */
export const configOwner = ({ alias }: Pick<VnetConfig, 'alias'>): NetworkOwner => ownerOf(alias)

/** Whose a bridge is, by its comment. */
export const bridgeOwner = ({ comment }: Pick<InterfaceSeen, 'comment'>): NetworkOwner => ownerOf(comment)

/** The range that the network is of; undefined when it is no single range's. */
export const rangeIdOf = (owner: NetworkOwner): string | undefined =>
  owner.kind === 'range' ? owner.rangeId : undefined

/** Whether the owner is the one that this mark names. */
export function isMarked(owner: NetworkOwner, mark: string): boolean {
  switch (owner.kind) {
    case 'range':
      return ownerMark(owner.rangeId) === mark
    case 'nat':
      return mark === NAT_MARK
    case 'unmarked':
    case 'stranger':
      return false
  }
}

function ownerOf(words: string | undefined): NetworkOwner {
  if (words === undefined || words.trim() === '') return { kind: 'unmarked' }
  if (words === NAT_MARK) return { kind: 'nat' }
  const rangeId = rangeIdOfMark(words)
  return rangeId === undefined ? { kind: 'stranger' } : { kind: 'range', rangeId }
}
