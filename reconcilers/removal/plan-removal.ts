import type { Finding } from '../../model/condition.ts'
import { ownerMark, rangeNumberOfBridge, rangeNumberOfVnet } from '../../model/identity.ts'
import type { NetworkMode } from '../../model/network-mode.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { NetworkWants } from '../../model/plan/network-plan.ts'
import type { RemovalOrder } from '../../model/removal.ts'
import type { ClusterSnapshot, GuestSeen, NodeNetworkSeen } from '../../model/snapshot.ts'
import { nodeNetworkUnknown } from '../bridge/plan-bridges.ts'
import { onlyNodeOf } from '../bridge/only-node.ts'
import { stagedDeletions } from '../bridge/staged-deletions.ts'
import { whyBridgeStays } from '../bridge/why-bridge-stays.ts'
import { bridgeOwner, isMarked } from '../network-owner.ts'
import { networksLeft } from './networks-left.ts'
import { NO_QUORUM } from '../no-quorum.ts'
import { bridgesHidden, hiddenMembersOf, machinesHidden, sdnHidden } from '../not-visible.ts'
import { whySilent } from '../silent-node.ts'
import { whyGuestStays } from '../vm/why-guest-stays.ts'
import { markedVnets } from '../vnet/marked-vnets.ts'
import { unfinishedClones } from './unfinished-clones.ts'

/** What becomes of a range that is to go: one stage after the other, and none before the one before it is done. */
export type RemovalPlan =
  /** Its VMs can go, as far as this snapshot tells. Each must be looked at once more before anything is done. */
  | { readonly kind: 'machines'; readonly guests: readonly GuestSeen[] }
  /** Its networks can go, unless a guest has a NIC on one. `wants` has nothing but removals. */
  | { readonly kind: 'networks'; readonly number: number | undefined; readonly wants: NetworkWants }
  /** Its pool is empty and can go. */
  | { readonly kind: 'pool' }
  /** Nothing of it is left. */
  | { readonly kind: 'gone' }
  /** Proxmox works on one of its VMs, or hasn't told its name yet; it passes by itself. */
  | { readonly kind: 'progressing'; readonly finding: Finding }
  /** A person comes first: with VMs, or with networks that Lanista does not remove. */
  | {
      readonly kind: 'waits'
      readonly part: 'machines' | 'network'
      readonly finding: Finding
      /** Where it is for VMs that must not go: all of them, and what the snapshot tells of each. */
      readonly judged?: readonly GuestJudged[]
    }
  /** Proxmox can't tell or change something just now. `machines`: whether VMs are left. */
  | { readonly kind: 'refused'; readonly finding: Finding; readonly machines: boolean }

/** A guest of the pool, and why it must not go; undefined when the snapshot shows nothing against it. */
export interface GuestJudged {
  readonly guest: GuestSeen
  readonly why: string | undefined
}

type RemovalSettings = Pick<PlanSettings, 'natBridge' | 'defaultNode' | 'applyForeign' | 'vmidBase'>

/**
 * Plans what is next of a range's removal: its VMs, all of them or none; then the networks that carry its mark; its pool
 * last. The network of all routers is everybody's and stays.
 */
export function planRemoval(
  order: RemovalOrder,
  snapshot: ClusterSnapshot,
  mode: NetworkMode | Finding,
  settings: RemovalSettings,
): RemovalPlan {
  const { rangeId } = order
  const guests = snapshot.guests.filter(({ pool }) => pool === rangeId)
  if (typeof mode === 'object') return { kind: 'refused', finding: mode, machines: guests.length > 0 }
  if (!snapshot.quorate) return { kind: 'refused', finding: NO_QUORUM, machines: guests.length > 0 }
  const hidden =
    machinesHidden(rangeId, snapshot) ??
    hiddenMembersOf(rangeId, snapshot) ??
    // Its networks could not go after its VMs, and a range goes as a whole.
    (guests.length > 0 ? networksHidden(rangeId, mode, snapshot) : undefined)
  if (hidden !== undefined) return { kind: 'waits', part: 'machines', finding: hidden }
  if (guests.length > 0) return planMachines(guests, order, snapshot)
  const clones = unfinishedClones(order, numbersOf(rangeId, snapshot), snapshot, settings.vmidBase)
  if (clones !== undefined) return clones.kind === 'waits' ? { ...clones, part: 'machines' } : clones
  const networks = mode === 'vnets' ? planOnCluster(order, snapshot) : planOnSingleNode(order, snapshot, settings)
  return networks.kind === 'gone' && snapshot.pools.includes(rangeId) ? { kind: 'pool' } : networks
}

const networksHidden = (rangeId: string, mode: NetworkMode, snapshot: ClusterSnapshot): Finding | undefined =>
  (mode === 'vnets' ? sdnHidden : bridgesHidden)(`range ${rangeId}`, 'so nothing of it is removed', snapshot)

function planMachines(guests: readonly GuestSeen[], order: RemovalOrder, snapshot: ClusterSnapshot): RemovalPlan {
  const busy = guests.find(({ kind, name, lock }) => kind === 'qemu' && (lock === 'clone' || name === undefined))
  if (busy !== undefined && whySilent(busy.node, snapshot) === undefined) {
    const what = busy.lock === 'clone' ? 'is still being cloned' : 'has no name yet'
    const message = `range ${order.rangeId}: it is to go (${order.why}), and VM ${busy.vmid} ${what}; it goes on by itself when that is over`
    return { kind: 'progressing', finding: { reason: 'Progressing', message } }
  }
  const judged = guests.map((guest) => ({ guest, why: whyGuestStays(guest, order, snapshot) }))
  const stays = judged.flatMap(({ why }) => why ?? [])
  if (stays.length > 0) return { kind: 'waits', part: 'machines', finding: removalWaits(order, stays), judged }
  return { kind: 'machines', guests }
}

/** So many reasons are given; more a person does not read. */
const REASONS_SHOWN = 5

/** Nothing of a range is touched while anything of it must not be. */
export function removalWaits({ rangeId, why }: RemovalOrder, stays: readonly string[]): Finding {
  const more = stays.length > REASONS_SHOWN ? `; and ${stays.length - REASONS_SHOWN} more` : ''
  const message = `range ${rangeId}: it is to go (${why}), and none of its VMs is touched, because ${stays.slice(0, REASONS_SHOWN).join('; ')}${more}`
  return { reason: 'RemovalWaits', message }
}

function planOnCluster(order: RemovalOrder, snapshot: ClusterSnapshot): RemovalPlan {
  const { rangeId } = order
  const mark = ownerMark(rangeId)
  const names = markedVnets(snapshot, mark)
  const hidden = sdnHidden(`range ${rangeId}`, 'so its networks stay as they are', snapshot)
  if (hidden !== undefined) return whatIsLeft(hidden)
  const own = names.filter((name) => rangeNumberOfVnet(name) !== undefined)
  if (own.length === 0) return whatIsLeft(networksLeft(rangeId, mark, names, snapshot.nodeNetworks))
  const removals = own.map((name) => ({ name, alias: mark, reason: reasonOf(order) }))
  const wants = { kind: 'vnets', vnets: [], removals } as const
  return { kind: 'networks', number: numberIn(own, rangeNumberOfVnet), wants }
}

function planOnSingleNode(order: RemovalOrder, snapshot: ClusterSnapshot, settings: RemovalSettings): RemovalPlan {
  const { rangeId } = order
  const chosen = onlyNodeOf(snapshot, settings)
  if ('finding' in chosen) return refused(chosen.finding)
  const { node } = chosen
  const hidden = bridgesHidden(`range ${rangeId}`, 'so its networks stay as they are', snapshot)
  if (hidden !== undefined) return whatIsLeft(hidden)
  const here = snapshot.nodeNetworks.find((each) => each.node === node)
  if (here === undefined) return refused(nodeNetworkUnknown(node))
  const mark = ownerMark(rangeId)
  const { natBridge, applyForeign } = settings
  const names = removableBridges(here, mark, natBridge)
  if (names.length === 0) {
    const elsewhere = snapshot.nodeNetworks.filter((each) => each !== here)
    const staying = { network: here, natBridge }
    return whatIsLeft(networksLeft(rangeId, mark, markedVnets(snapshot, mark), elsewhere, staying))
  }
  const removals = names.map((name) => ({ name, mark, reason: reasonOf(order) }))
  const wants = { kind: 'bridges', node, natBridge, bridges: [], removals, applyForeign } as const
  return { kind: 'networks', number: numberIn(names, rangeNumberOfBridge), wants }
}

/** Those configured, and those whose deletion an earlier run left staged. */
function removableBridges(network: NodeNetworkSeen, mark: string, natBridge: string): readonly string[] {
  const configured = network.interfaces.filter((seen) => whyBridgeStays(seen, mark, network, natBridge) === undefined)
  const staged = [...stagedDeletions(network)].filter(([name, its]) => its === mark && name !== natBridge)
  return [...configured.map(({ name }) => name), ...staged.map(([name]) => name)]
}

const reasonOf = ({ rangeId, why }: RemovalOrder): string =>
  `range ${rangeId} is to go (${why}), and none of its VMs is left`

/** The numbers that networks with the range's mark have, of either mode. */
const numbersOf = (rangeId: string, snapshot: ClusterSnapshot): readonly number[] => {
  const mark = ownerMark(rangeId)
  const bridges = snapshot.nodeNetworks.flatMap(({ interfaces }) =>
    interfaces.flatMap((seen) => (isMarked(bridgeOwner(seen), mark) ? (rangeNumberOfBridge(seen.name) ?? []) : [])),
  )
  return [...markedVnets(snapshot, mark).flatMap((name) => rangeNumberOfVnet(name) ?? []), ...bridges]
}

const numberIn = (names: readonly string[], numberOf: (name: string) => number | undefined): number | undefined =>
  names.map(numberOf).find((number) => number !== undefined)

const whatIsLeft = (finding: Finding | undefined): RemovalPlan =>
  finding === undefined ? { kind: 'gone' } : { kind: 'waits', part: 'network', finding }

const refused = (finding: Finding): RemovalPlan => ({ kind: 'refused', finding, machines: false })
