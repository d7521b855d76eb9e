import type { GuestsCounted, NicReader, NicSeen } from '../../model/network-ports.ts'
import type { NetworkWants } from '../../model/plan/network-plan.ts'
import type { Finding } from '../../model/condition.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { networkInUse } from '../../reconcilers/network-in-use.ts'
import { guestsUnlisted, nicsHidden, type Whole } from '../../reconcilers/not-visible.ts'
import type { NetworkTrouble } from './network-result.ts'

/** Whether guests have NICs on a network, now or from their next start on. Only what is `free` may be deleted. */
export type NetworkUse =
  | { readonly kind: 'free' }
  | { readonly kind: 'used'; readonly by: readonly NicSeen[] }
  /** Some guest's NICs could not be read. */
  | { readonly kind: 'unknown'; readonly error: unknown }
  /** There may be guests that are not shown. */
  | { readonly kind: 'hidden'; readonly finding: Finding }

/** A cluster, as just seen, and how whole that is. */
export type GuestsSeen = Pick<ClusterSnapshot, 'guests' | 'vnets'> & Whole

/** A VNet, or a bridge of a node. */
export type NetworkAt =
  | { readonly kind: 'vnet'; readonly name: string }
  | { readonly kind: 'bridge'; readonly name: string; readonly node: string }

/**
 * Whether a network is in use: of a VNet any guest of the cluster counts, of a bridge those on its node. Proxmox deletes
 * either under running VMs without a word, so this is to be asked right before: the guests are counted for it. Throws only when
 * aborted.
 */
export async function networkUse(
  network: NetworkAt,
  seen: GuestsSeen,
  nics: NicReader,
  signal: AbortSignal,
): Promise<NetworkUse> {
  const uses = await networkUses([network], seen, nics, signal)
  return uses.get(network) ?? NOBODY_LOOKED
}

/** Whether VNets are in use, each guest being read once for all of them. Throws only when aborted. */
export async function vnetUses(
  names: readonly string[],
  seen: GuestsSeen,
  nics: NicReader,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, NetworkUse>> {
  const uses = await networkUses(
    names.map((name) => ({ kind: 'vnet', name })),
    seen,
    nics,
    signal,
  )
  return new Map([...uses].map(([{ name }, use]) => [name, use]))
}

/** The first of these networks that is not known to be free, with its use; undefined when all are. Throws only when aborted. */
export async function firstInUse(
  networks: readonly NetworkAt[],
  seen: GuestsSeen,
  nics: NicReader,
  signal: AbortSignal,
): Promise<{ readonly network: NetworkAt; readonly use: Exclude<NetworkUse, { kind: 'free' }> } | undefined> {
  for (const [network, use] of await networkUses(networks, seen, nics, signal))
    if (use.kind !== 'free') return { network, use }
  return undefined
}

const NOBODY_LOOKED: NetworkUse = { kind: 'unknown', error: new Error('nobody has looked who uses it') }

type Uses = ReadonlyMap<NetworkAt, NetworkUse>

async function networkUses(
  networks: readonly NetworkAt[],
  seen: GuestsSeen,
  nics: NicReader,
  signal: AbortSignal,
): Promise<Uses> {
  const hidden = hiddenUses(networks, (title) => nicsHidden(title, seen))
  if (networks.length === 0 || hidden !== undefined) return hidden ?? new Map()
  try {
    const counted = await nics.everyGuest(seen.guests, signal)
    const uncounted = hiddenUses(
      networks,
      (title) => nicsHidden(title, counted) ?? guestsUnlisted(title, counted.unlisted),
    )
    if (uncounted !== undefined) return uncounted
    const nicsOf = await nicsOn(networks, counted, seen, nics, signal)
    return new Map(
      networks.map((network) => {
        const by = nicsOf(network)
        return [network, by.length === 0 ? { kind: 'free' } : { kind: 'used', by }]
      }),
    )
  } catch (error) {
    signal.throwIfAborted()
    return new Map(networks.map((network) => [network, { kind: 'unknown', error }]))
  }
}

/** Undefined where nothing is hidden. */
function hiddenUses(
  networks: readonly NetworkAt[],
  whyHidden: (title: string) => Finding | undefined,
): Uses | undefined {
  const uses = networks.flatMap((network): [NetworkAt, NetworkUse][] => {
    const finding = whyHidden(titleOf(network))
    return finding === undefined ? [] : [[network, { kind: 'hidden', finding }]]
  })
  return uses.length === 0 ? undefined : new Map(uses)
}

/** The NICs on each, by the guests' configurations, and where these say nothing of a VNet by what hangs on its bridges. */
async function nicsOn(
  networks: readonly NetworkAt[],
  { guests, nodes }: GuestsCounted,
  { vnets }: GuestsSeen,
  nics: NicReader,
  signal: AbortSignal,
): Promise<(network: NetworkAt) => readonly NicSeen[]> {
  const found = new Map<NetworkAt, readonly NicSeen[]>()
  const places = new Set(networks.map((network) => (network.kind === 'bridge' ? network.node : undefined)))
  for (const place of places) {
    const here = networks.filter((network) => (network.kind === 'bridge' ? network.node : undefined) === place)
    const near = place === undefined ? guests : guests.filter(({ node }) => node === place)
    const names = here.map(({ name }) => name)
    const on = await nics.onEach(names, near, signal)
    for (const network of here) found.set(network, on.get(network.name) ?? [])
  }
  const free = networks.filter((network) => network.kind === 'vnet' && found.get(network)?.length === 0)
  const inZones = free.flatMap(({ name }) => {
    const vnet = vnets.find((each) => each.name === name)
    const zone = (vnet?.running ?? vnet?.configured)?.zone
    return zone === undefined ? [] : [{ name, zone }]
  })
  if (inZones.length > 0) {
    const plugged = await nics.plugged(inZones, nodes, signal)
    for (const network of free) found.set(network, plugged.get(network.name) ?? [])
  }
  return (network) => found.get(network) ?? []
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
