import type { Finding } from '../../model/condition.ts'
import { rangeIdOfMark, rangeNumberOfBridge } from '../../model/identity.ts'
import type { BridgeAction } from '../../model/plan/actions.ts'
import type { BridgeRemoval, BridgeWant, BridgeWants } from '../../model/plan/network-plan.ts'
import { printable } from '../../model/printable.ts'
import type { InterfaceSeen, NodeNetworkSeen } from '../../model/snapshot.ts'
import { bridgeOwner, isMarked } from '../network-owner.ts'
import { driftOf } from './range-bridge.ts'
import { stagedChanges } from './staged-changes.ts'
import { whyBridgeStays } from './why-bridge-stays.ts'

/** What the wanted bridges need, or why they can't be had, or can't go. `findings` is keyed by the bridge's name. */
export interface BridgePlan {
  readonly actions: readonly BridgeAction[]
  readonly findings: ReadonlyMap<string, Finding>
}

/** What is known besides the node's network as it shows. */
export interface BridgeKnowledge {
  /** The node's network is being reloaded just now. */
  readonly reloading?: boolean
  /** Bridges that a reload left behind: it failed, and nothing else tells whether they are as configured. */
  readonly unconfirmed?: ReadonlySet<string>
  /** The node's network as it was before Lanista wrote to it. */
  readonly before?: NodeNetworkSeen
}

type BridgeWrite = Exclude<BridgeAction, { kind: 'activate-network' }>

/**
 * Plans all writes of one pass to a node's bridges, for all ranges in it: creations, corrections, deletions, and at most
 * one activation, which brings everything into force that is staged on the node. So nothing is planned while changes are
 * staged that are not Lanista's, unless they may be activated. Bridges and deletions that a crash left staged are carried
 * through. Planning the achieved state is empty.
 *
 * @param network undefined when the node did not tell it
 */
export function planBridges(
  wants: BridgeWants,
  network: NodeNetworkSeen | undefined,
  { reloading = false, unconfirmed = new Set(), before }: BridgeKnowledge = {},
): BridgePlan {
  const { node, bridges, natBridge, applyForeign } = wants
  const unique = [...new Map(bridges.map((want) => [want.name, want])).values()]
  // What somebody wants does not go, and the NAT bridge never does.
  const going = [...new Map(wants.removals.map((removal) => [removal.name, removal])).values()].filter(
    ({ name }) => name !== natBridge && unique.every((want) => want.name !== name),
  )
  if (network === undefined) return refuseAll([...unique, ...going], () => nodeNetworkUnknown(node))
  const contested = contestedNames(bridges)
  const staged = stagedChanges(network, going)
  const findings = new Map<string, Finding>()
  const writes: BridgeWrite[] = []
  const left: string[] = []
  for (const want of unique) {
    const { name } = want
    const seen = network.interfaces.find((each) => each.name === name)
    const finding = contested.get(name) ?? conflictOf(want, seen, wants)
    const write = finding === undefined ? writeOf(want, seen, node) : undefined
    const waits = staged.own.has(name) || unconfirmed.has(name) || seen?.active === false
    if (finding !== undefined) findings.set(name, finding)
    else if (write !== undefined) writes.push(write)
    else if (waits && reloading && network.staged === undefined) findings.set(name, beingReloaded(name, node))
    else if (waits) left.push(name)
  }
  for (const removal of going) {
    const { name } = removal
    const seen = network.interfaces.find((each) => each.name === name)
    const finding = seen === undefined ? undefined : stayOf(removal, seen, network, wants)
    const waits = staged.own.has(name) || unconfirmed.has(name)
    if (finding !== undefined) findings.set(name, finding)
    else if (seen !== undefined)
      writes.push({ kind: 'delete-bridge', node, bridge: name, mark: removal.mark, reason: removal.reason })
    else if (waits && reloading && network.staged === undefined) findings.set(name, beingReloaded(name, node))
    else if (waits) left.push(name)
  }
  const waiting = [...writes.map(({ bridge }) => bridge), ...left]
  if (waiting.length === 0) return { actions: [], findings }
  const foreign = before !== undefined && isRewritten(before, network, waiting) ? [] : staged.foreign
  if (foreign.length > 0 && !applyForeign) {
    for (const name of waiting) findings.set(name, foreignFinding(name, node, foreign))
    return { actions: [], findings }
  }
  const why = left.length > 0 ? `; ${left.join(', ')} left over from an earlier run` : ''
  const along = foreign.length > 0 ? `; apply_foreign takes along: ${shown(foreign)}` : ''
  const reason = `${waiting.join(', ')} to take effect on node ${node}${why}${along}`
  return { actions: [...writes, { kind: 'activate-network', node, bridges: waiting, reason }], findings }
}

const refuseAll = (wants: readonly { readonly name: string }[], finding: () => Finding): BridgePlan => ({
  actions: [],
  findings: new Map(wants.map(({ name }) => [name, finding()])),
})

/** Bridges that two ranges of one pass want for themselves: neither gets it, whoever is first. */
function contestedNames(wants: readonly BridgeWant[]): ReadonlyMap<string, Finding> {
  return new Map(
    wants.flatMap(({ name }): [string, Finding][] => {
      const marks = new Set(wants.filter((want) => want.name === name).map(({ mark }) => mark))
      if (marks.size < 2) return []
      const ids = [...marks].map((mark) => rangeIdOfMark(mark) ?? mark).sort()
      const message = `bridge ${name}: the ranges ${ids.join(' and ')} want it at the same time; give each its own range_number`
      return [[name, { reason: 'BridgeContested', message }]]
    }),
  )
}

function conflictOf(
  { name, mark, adoptUnmarked }: BridgeWant,
  seen: InterfaceSeen | undefined,
  { natBridge }: BridgeWants,
): Finding | undefined {
  const remedy = 'set ludus_extensions.lanista.range_number to a free number'
  const taken = (finding: string): Finding => ({ reason: 'BridgeTaken', message: `bridge ${name}: ${finding}` })
  if (name === natBridge)
    return taken(`it is the NAT network's (ludus_nat_interface), and can't be a range's; ${remedy}`)
  if (seen === undefined) return undefined
  if (seen.type !== 'bridge') return taken(`the name is in use by an interface of type ${seen.type}; ${remedy}`)
  const owner = bridgeOwner(seen)
  if (isMarked(owner, mark)) return undefined
  if (owner.kind !== 'unmarked')
    return taken(`it exists and its comment is "${printable(seen.comment ?? '')}", not "${mark}"; ${remedy}`)
  if (adoptUnmarked) return undefined
  return taken(
    `it exists without an owner mark; if it is this range's, set ludus_extensions.lanista.range_number: ${rangeNumberOfBridge(name)} and it is taken over, otherwise set a free number`,
  )
}

function stayOf(
  { name, mark }: BridgeRemoval,
  seen: InterfaceSeen,
  network: NodeNetworkSeen,
  { natBridge }: BridgeWants,
): Finding | undefined {
  const stay = whyBridgeStays(seen, mark, network, natBridge)
  if (stay === undefined) return undefined
  const message = `bridge ${name}: it is to go and stays on node ${network.node}, because it ${stay.why}; ${stay.remedy}, then this goes on by itself`
  return { reason: 'BridgeStays', message }
}

function writeOf({ name, mark }: BridgeWant, seen: InterfaceSeen | undefined, node: string): BridgeWrite | undefined {
  const what = { node, bridge: name, mark }
  if (seen === undefined) return { kind: 'create-bridge', ...what, reason: 'VLAN-aware, without ports' }
  const drift = [...driftOf(seen), ...(isMarked(bridgeOwner(seen), mark) ? [] : ['lacks the owner mark'])]
  return drift.length === 0 ? undefined : { kind: 'update-bridge', ...what, reason: `it ${drift.join(', ')}` }
}

/**
 * True when all that is staged came with Lanista's own writes: nothing was staged before them, and no other interface is
 * another than it was. Proxmox writes the whole file anew each time, so that a file which a person wrote by hand
 * differs in more than the bridges that were written.
 */
function isRewritten(before: NodeNetworkSeen, now: NodeNetworkSeen, written: readonly string[]): boolean {
  const others = ({ interfaces }: NodeNetworkSeen): string =>
    interfaces
      .filter(({ name }) => !written.includes(name))
      .map(({ name, config }) => `${name} ${config}`)
      .sort()
      .join('\n')
  return before.staged === undefined && others(before) === others(now)
}

/** Nothing is known of a node's network. */
export const nodeNetworkUnknown = (node: string): Finding => ({
  reason: 'NodeNetworkUnknown',
  message: `node ${node}: it did not tell its network; bring the node back if it is off, then this goes on by itself`,
})

const beingReloaded = (name: string, node: string): Finding => ({
  reason: 'Progressing',
  message: `bridge ${name}: the network of node ${node} is being reloaded; it is looked at again when that has ended`,
})

const foreignFinding = (name: string, node: string, foreign: readonly string[]): Finding => ({
  reason: 'ForeignPending',
  message:
    `bridge ${name}: not activated, because that would also bring changes into force that are staged on node ${node} and not Lanista's: ${shown(foreign)}; ` +
    `apply or revert them in ${node} > System > Network (pvesh set /nodes/${node}/network, or pvesh delete /nodes/${node}/network), then this goes on by itself`,
})

/** More lines than these a person looks up in Proxmox. */
const MOST_LINES = 6

function shown(lines: readonly string[]): string {
  const first = lines.slice(0, MOST_LINES).map((line) => `"${printable(line, 60)}"`)
  return `${first.join(', ')}${lines.length > MOST_LINES ? ` and ${lines.length - MOST_LINES} more lines` : ''}`
}
