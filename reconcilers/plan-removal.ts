import type { Finding } from '../model/condition.ts'
import { ownerMark, rangeNumberOfBridge, rangeNumberOfVnet } from '../model/identity.ts'
import type { NetworkMode } from '../model/network-mode.ts'
import type { PlanSettings } from '../model/plan-settings.ts'
import type { NetworkWants } from '../model/plan.ts'
import { printable } from '../model/printable.ts'
import type { ClusterSnapshot, GuestSeen, NodeNetworkSeen } from '../model/snapshot.ts'
import { notTold } from './bridge/plan-bridges.ts'
import { onlyNodeOf } from './bridge/plan-single-network.ts'
import { stagedDeletions } from './bridge/staged-deletions.ts'
import { whyBridgeStays } from './bridge/why-bridge-stays.ts'
import { networksLeft } from './networks-left.ts'
import { NO_QUORUM } from './no-quorum.ts'
import { markedVnets } from './vnet/marked-vnets.ts'

/** What becomes of a range whose file says `state: absent`. */
export type RemovalPlan =
  /** Nothing of it is left. */
  | { readonly kind: 'gone' }
  /** A person comes first: with its VMs, or with networks that Lanista does not remove. */
  | { readonly kind: 'waits'; readonly part: 'machines' | 'network'; readonly finding: Finding }
  /** Its VMs are gone, and Proxmox can't tell or change the rest just now. */
  | { readonly kind: 'refused'; readonly finding: Finding }
  /** Its networks can go, unless a guest has a NIC on one. `wants` has nothing but removals. */
  | { readonly kind: 'removable'; readonly number: number | undefined; readonly wants: NetworkWants }

type RemovalSettings = Pick<PlanSettings, 'natBridge' | 'defaultNode' | 'applyForeign'>

/**
 * Plans the removal of a range's networks: those that carry its mark, and not before the last guest has left its pool.
 * The network of all routers is everybody's and stays.
 */
export function planRemoval(
  rangeId: string,
  snapshot: ClusterSnapshot,
  mode: NetworkMode,
  settings: RemovalSettings,
): RemovalPlan {
  const guests = snapshot.guests.filter(({ pool }) => pool === rangeId)
  if (guests.length > 0) return { kind: 'waits', part: 'machines', finding: guestsLeft(rangeId, guests) }
  if (!snapshot.quorate) return refused(NO_QUORUM)
  return mode === 'cluster' ? planOnCluster(rangeId, snapshot) : planOnSingleNode(rangeId, snapshot, settings)
}

function planOnCluster(rangeId: string, snapshot: ClusterSnapshot): RemovalPlan {
  const mark = ownerMark(rangeId)
  const names = markedVnets(snapshot, mark)
  if (names.length === 0) return whatIsLeft(networksLeft(rangeId, mark, [], snapshot.nodeNetworks))
  const removals = names.map((name) => ({ name, alias: mark, reason: reasonOf(rangeId) }))
  return {
    kind: 'removable',
    number: numberIn(names, rangeNumberOfVnet),
    wants: { kind: 'vnets', vnets: [], removals },
  }
}

function planOnSingleNode(rangeId: string, snapshot: ClusterSnapshot, settings: RemovalSettings): RemovalPlan {
  const chosen = onlyNodeOf(snapshot, settings)
  if ('finding' in chosen) return refused(chosen.finding)
  const { node } = chosen
  const here = snapshot.nodeNetworks.find((each) => each.node === node)
  if (here === undefined) return refused(notTold(node))
  const mark = ownerMark(rangeId)
  const { natBridge, applyForeign } = settings
  const names = removableBridges(here, mark, natBridge)
  if (names.length === 0) {
    const elsewhere = snapshot.nodeNetworks.filter((each) => each !== here)
    const staying = { network: here, natBridge }
    return whatIsLeft(networksLeft(rangeId, mark, markedVnets(snapshot, mark), elsewhere, staying))
  }
  const removals = names.map((name) => ({ name, mark, reason: reasonOf(rangeId) }))
  const wants = { kind: 'bridges', node, natBridge, bridges: [], removals, applyForeign } as const
  return { kind: 'removable', number: numberIn(names, rangeNumberOfBridge), wants }
}

/** Those configured, and those whose deletion an earlier run left staged. */
function removableBridges(network: NodeNetworkSeen, mark: string, natBridge: string): readonly string[] {
  const configured = network.interfaces.filter(
    (seen) => seen.comment === mark && whyBridgeStays(seen, mark, network, natBridge) === undefined,
  )
  const staged = [...stagedDeletions(network)].filter(([name, its]) => its === mark && name !== natBridge)
  return [...configured.map(({ name }) => name), ...staged.map(([name]) => name)]
}

const reasonOf = (rangeId: string): string =>
  `the file of range ${rangeId} says state: absent, and none of its VMs is left`

const numberIn = (names: readonly string[], numberOf: (name: string) => number | undefined): number | undefined =>
  names.map(numberOf).find((number) => number !== undefined)

const whatIsLeft = (finding: Finding | undefined): RemovalPlan =>
  finding === undefined ? { kind: 'gone' } : { kind: 'waits', part: 'network', finding }

const refused = (finding: Finding): RemovalPlan => ({ kind: 'refused', finding })

/** So many VMs are named; more a person does not read. */
const NAMES_SHOWN = 5

function guestsLeft(rangeId: string, guests: readonly GuestSeen[]): Finding {
  const left = [...guests].sort((a, b) => a.vmid - b.vmid)
  const names = left.slice(0, NAMES_SHOWN).map(({ name, vmid }) => `${printable(name ?? 'nameless')} (VMID ${vmid})`)
  const more = left.length > NAMES_SHOWN ? ` and ${left.length - NAMES_SHOWN} more` : ''
  const message = `range ${rangeId}: it is to go (state: absent), and its pool still has ${names.join(', ')}${more}; stop and delete them in Proxmox, then its network goes by itself`
  return { reason: 'RemovalWaits', message }
}
