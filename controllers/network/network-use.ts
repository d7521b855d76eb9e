import type { NicReader, NicSeen } from '../../model/network-ports.ts'
import type { NetworkWants } from '../../model/plan/network-plan.ts'
import type { Finding } from '../../model/condition.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { networkInUse } from '../../reconcilers/network-in-use.ts'
import { nicsHidden, type Whole } from '../../reconcilers/not-visible.ts'
import type { NetworkTrouble } from './network-result.ts'

/** Whether guests have NICs on a network, now or from their next start on. Only what is `free` may be deleted. */
export type NetworkUse =
  | { readonly kind: 'free' }
  | { readonly kind: 'used'; readonly by: readonly NicSeen[] }
  /** Some guest's NICs could not be read. */
  | { readonly kind: 'unknown'; readonly error: unknown }
  /** There may be guests that are not shown. */
  | { readonly kind: 'hidden'; readonly finding: Finding }

/** The guests of a cluster, as just seen, and how whole that is. */
export type GuestsSeen = Pick<ClusterSnapshot, 'guests'> & Whole

/** A VNet, or a bridge of a node. */
export type NetworkAt =
  | { readonly kind: 'vnet'; readonly name: string }
  | { readonly kind: 'bridge'; readonly name: string; readonly node: string }

/**
 * Whether a network is in use: of a VNet any guest of the cluster counts, of a bridge those on its node. Proxmox deletes
 * either under running VMs without a word, so this is to be asked right before. Throws only when aborted.
 */
export async function networkUse(
  network: NetworkAt,
  seen: GuestsSeen,
  nics: NicReader,
  signal: AbortSignal,
): Promise<NetworkUse> {
  const near = network.kind === 'vnet' ? seen.guests : seen.guests.filter(({ node }) => node === network.node)
  const hidden = nicsHidden(titleOf(network), seen)
  if (hidden !== undefined) return { kind: 'hidden', finding: hidden }
  try {
    const by = await nics.on(network.name, near, signal)
    return by.length === 0 ? { kind: 'free' } : { kind: 'used', by }
  } catch (error) {
    signal.throwIfAborted()
    return { kind: 'unknown', error }
  }
}

/** Whether VNets are in use, each guest being read once for all of them. Throws only when aborted. */
export async function vnetUses(
  names: readonly string[],
  seen: GuestsSeen,
  nics: NicReader,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, NetworkUse>> {
  const usesOf = (useOf: (name: string) => NetworkUse): ReadonlyMap<string, NetworkUse> =>
    new Map(names.map((name) => [name, useOf(name)]))
  try {
    const isHidden = names.some((name) => nicsHidden(`vnet ${name}`, seen) !== undefined)
    const on = isHidden ? new Map<string, readonly NicSeen[]>() : await nics.onEach(names, seen.guests, signal)
    return usesOf((name) => {
      const finding = nicsHidden(`vnet ${name}`, seen)
      if (finding !== undefined) return { kind: 'hidden', finding }
      const by = on.get(name) ?? []
      return by.length === 0 ? { kind: 'free' } : { kind: 'used', by }
    })
  } catch (error) {
    signal.throwIfAborted()
    return usesOf(() => ({ kind: 'unknown', error }))
  }
}

/** The first of these networks that is not known to be free, with its use; undefined when all are. */
export async function firstInUse(
  networks: readonly NetworkAt[],
  seen: GuestsSeen,
  nics: NicReader,
  signal: AbortSignal,
): Promise<{ readonly network: NetworkAt; readonly use: Exclude<NetworkUse, { kind: 'free' }> } | undefined> {
  for (const network of networks) {
    const use = await networkUse(network, seen, nics, signal)
    if (use.kind !== 'free') return { network, use }
  }
  return undefined
}

/** Why a network that is to go stays; undefined when it is free. */
export function whyItStays(network: NetworkAt, use: NetworkUse): NetworkTrouble | undefined {
  switch (use.kind) {
    case 'free':
      return undefined
    case 'used':
      return { kind: 'blocked', finding: networkInUse(titleOf(network), use.by) }
    case 'unknown':
      return { kind: 'failed', error: use.error }
    case 'hidden':
      return { kind: 'blocked', finding: use.finding }
  }
}

/** Why one of the networks that are to go stays; undefined when all of them are free. */
export async function whyRemovalsStay(
  wants: NetworkWants,
  seen: GuestsSeen,
  nics: NicReader,
  signal: AbortSignal,
): Promise<NetworkTrouble | undefined> {
  const networks = wants.removals.map(({ name }): NetworkAt =>
    wants.kind === 'vnets' ? { kind: 'vnet', name } : { kind: 'bridge', name, node: wants.node },
  )
  const found = await firstInUse(networks, seen, nics, signal)
  return found && whyItStays(found.network, found.use)
}

const titleOf = ({ kind, name }: NetworkAt): string => `${kind} ${name}`
