import type { Finding } from '../../model/condition.ts'
import { NAT_VNET, rangeNumberOfVnet } from '../../model/identity.ts'
import type { VnetRemoval, VnetWant } from '../../model/plan/network-plan.ts'
import { printable } from '../../model/printable.ts'
import type { ClusterSnapshot, VnetConfig, VnetSeen } from '../../model/snapshot.ts'
import { configOwner, isMarked, rangeIdOf, vnetOwner } from '../network-owner.ts'
import { sdnHidden } from '../not-visible.ts'
import { activeVmsOf, conflictOf, contestedNames, isRehomed } from './vnet-conflict.ts'

/** What ranges want of VNets in one turn. */
export interface VnetDemand {
  readonly wants: readonly VnetWant[]
  readonly removals: readonly VnetRemoval[]
}

/** What an apply would do beside what Lanista wants, or might do for all that is known. */
export interface ForeignChanges {
  /** Pending SDN changes that are not ours, each with its difference, in order. */
  readonly sdn: readonly string[]
  /** Node -> what is staged in its `/etc/network/interfaces`: an apply reloads every node, which activates that. */
  readonly staged: ReadonlyMap<string, string>
  /** Nodes that the cluster counts in and that didn't tell whether something is staged there. */
  readonly unknown: readonly string[]
  /** Why changes may be pending that are not shown. */
  readonly hidden: Finding | undefined
  /** What throws pending changes away: Proxmox VE 9 has a call for it. */
  readonly undo: string
}

/**
 * Changes that an apply of ours would bring into force although they are not ours. Ours are, of VNets that carry an owner
 * mark: a new or changed one that a range wants and can have (corrected before it is applied), another range's that is just
 * what Lanista would write, a new NAT VNet, and the deletion of a VNet that is to go. Nothing staged on a node is ours: on a
 * cluster Lanista writes no interfaces.
 */
export function foreignChanges(demand: VnetDemand, snapshot: ClusterSnapshot): ForeignChanges {
  const { vnets, zones, nodes, nodeNetworks } = snapshot
  const foreignVnets = vnets.filter((vnet) => vnet.pending !== 'unchanged' && !isOurPending(vnet, demand, snapshot))
  const stagedOn = new Map(nodeNetworks.map((network) => [network.node, network.staged]))
  return {
    sdn: [
      ...zones
        .filter(({ pending }) => pending !== 'unchanged')
        .map(({ name, pending }) => `zone ${name} (${pending})`)
        .sort(),
      ...foreignVnets.map((vnet) => `vnet ${vnet.name} (${vnet.pending}${differenceOf(vnet)})`).sort(),
      ...[...snapshot.otherPending].sort(),
    ],
    staged: new Map(
      [...stagedOn]
        .flatMap(([node, staged]): [string, string][] => (staged === undefined ? [] : [[node, excerptOf(staged)]]))
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
    unknown: nodes
      .filter(({ name, inCluster }) => inCluster && !stagedOn.has(name))
      .map(({ name }) => name)
      .sort(),
    hidden: sdnHidden('the SDN', 'so that others may have prepared changes there unseen', snapshot),
    undo: undoing(snapshot),
  }
}

/** How pending SDN changes are thrown away, whoever made them. */
const undoing = ({ release }: Pick<ClusterSnapshot, 'release'>): string =>
  release >= 9 ? ROLLBACK : 'take them back there one by one, as Proxmox VE 8 has no call that does'

const ROLLBACK = 'roll them back: pvesh create /cluster/sdn/rollback'

/** What Proxmox says is pending and no look shows. It says so when it is asked for the lock, which came with release 9. */
export const HIDDEN_CHANGE: ForeignChanges = {
  sdn: ['a change of a kind that Lanista does not read (look in Datacenter > SDN)'],
  staged: new Map(),
  unknown: [],
  hidden: undefined,
  undo: ROLLBACK,
}

/** True when an apply touches nothing but what is Lanista's, as far as all that must be known is known. */
export const nothingForeign = ({ sdn, staged, unknown, hidden }: ForeignChanges): boolean =>
  sdn.length + staged.size + unknown.length === 0 && hidden === undefined

/**
 * Why nothing is applied, for whom it stops: whose what is pending, the difference, and how to go on.
 *
 * @param undone what becomes of the subject meanwhile, such as `not written`
 */
export function foreignFinding(subject: string, undone: string, changes: ForeignChanges): Finding {
  const { sdn, staged, hidden } = changes
  if (hidden !== undefined) return { reason: hidden.reason, message: `${subject}: ${undone}; ${hidden.message}` }
  const onlyUnknown = sdn.length + staged.size === 0
  return {
    reason: onlyUnknown ? 'NodeNetworkUntold' : sdn.length > 0 ? 'ForeignPending' : 'ForeignStaged',
    message: `${subject}: ${undone}, because applying it would also ${foreignText(changes)}`,
  }
}

/** What an apply does that nobody asked Lanista for, and how to go on: a part of a sentence after `would also`. */
export function foreignText({ sdn, staged, unknown, undo }: ForeignChanges): string {
  const parts = [
    ...(sdn.length === 0
      ? []
      : [`pending SDN changes that are not Lanista's: ${sdn.join(', ')} (apply them in Datacenter > SDN, or ${undo})`]),
    ...[...staged].map(
      ([node, difference]) =>
        `changes staged in /etc/network/interfaces of node ${node}: ${difference} (apply or revert them in ${node} > System > Network, or revert them: pvesh delete /nodes/${node}/network)`,
    ),
    ...unknown.map(
      (node) => `node ${node}, which does not tell whether network changes are staged there (check that it answers)`,
    ),
  ]
  return `bring into force what others have prepared: ${parts.join('; ')}; this goes on by itself once that is settled, or with lanista.sdn.apply_foreign`
}

/** True for a pending change of a VNet that is Lanista's own, made in this turn or left by an earlier run. */
export function isOurPending(vnet: VnetSeen, { wants, removals }: VnetDemand, snapshot: ClusterSnapshot): boolean {
  const { name, configured, pending } = vnet
  // One that a range wants again is nobody's to bring into force.
  if (pending === 'deleted' && wants.some((want) => want.name === name)) return false
  if (pending === 'deleted')
    return removals.some((removal) => removal.name === name && isMarked(vnetOwner(vnet), removal.alias))
  if (configured === undefined) return false
  const owner = configOwner(configured)
  // An alias can be copied: what carries one must be what Lanista makes under it.
  const want = wants.find((each) => each.name === name)
  if (owner.kind === 'nat') {
    const { zone, tag } = want?.config ?? configured
    const isAsMade = configured.zone === zone && configured.tag === tag && configured.vlanAware
    return pending === 'new' && name === NAT_VNET.name && isAsMade
  }
  if (owner.kind !== 'range' || (pending !== 'new' && pending !== 'changed')) return false
  // What can't be had is not corrected either.
  const isCorrected = want?.correctDrift === true && !contestedNames(wants).has(name)
  if (isCorrected && conflictOf(want, vnet, snapshot) === undefined) return true
  return isAsWritten(name, configured, pending, wants) && !movesUnderVms(vnet, snapshot)
}

/** Lanista moves no VNet to another zone or tag under VMs that run on it, so such a move is somebody's. */
const movesUnderVms = ({ configured, running }: VnetSeen, { guests }: ClusterSnapshot): boolean =>
  configured !== undefined &&
  running !== undefined &&
  isRehomed(running, configured) &&
  activeVmsOf(rangeIdOf(configOwner(configured)), guests).length > 0

/**
 * True for a range VNet with the zone and tag that its number gives it, as the wanted range VNets show. Where none is wanted
 * nothing shows them, and then a new one needs to have no more than its name and kind.
 */
function isAsWritten(
  name: string,
  { zone, tag, vlanAware }: VnetConfig,
  pending: 'new' | 'changed',
  wants: readonly VnetWant[],
): boolean {
  const base = tagBaseOf(name, tag)
  if (base === undefined || !vlanAware) return false
  const numbered = wants.flatMap(({ name: other, config }) => {
    const otherBase = tagBaseOf(other, config.tag)
    return otherBase === undefined ? [] : [{ zone: config.zone, base: otherBase }]
  })
  return numbered.length === 0
    ? pending === 'new'
    : numbered.some((other) => other.zone === zone && other.base === base)
}

/** What a range VNet's tag says of `vxlan_tag_base`; `untagged` as in a simple zone. Undefined for other VNets. */
function tagBaseOf(name: string, tag: number | undefined): number | 'untagged' | undefined {
  const number = rangeNumberOfVnet(name)
  if (number === undefined) return undefined
  return tag === undefined ? 'untagged' : tag - number
}

/** The fields of a VNet that Lanista knows, as they are compared and shown. */
export const VNET_FIELDS = ['zone', 'tag', 'alias', 'vlanAware'] as const satisfies readonly (keyof VnetConfig)[]

/** `: tag 500 -> 501` for a changed VNet, nothing where the word says all. */
function differenceOf({ configured, running }: VnetSeen): string {
  if (configured === undefined || running === undefined) return ''
  const changes = VNET_FIELDS.filter((field) => configured[field] !== running[field]).map(
    (field) => `${field} ${wordOf(running[field])} -> ${wordOf(configured[field])}`,
  )
  return changes.length === 0 ? '' : `: ${changes.join(', ')}`
}

/** A field's value as people are shown it. */
export const wordOf = (value: string | number | boolean | undefined): string =>
  value === undefined ? 'none' : printable(String(value))

/** A person sees by these what it is about; the whole is in the web interface. */
const LINES_SHOWN = 6

/** The changed lines of Proxmox' diff, the first few of them; of the comments that it writes itself nobody learns anything. */
function excerptOf(diff: string): string {
  const lines = diff.split('\n').filter((line) => /^[+-](?![+-])\s*[^\s#]/.test(line))
  const shown = lines.slice(0, LINES_SHOWN).map((line) => `"${printable(line.replace(/\s+/g, ' '))}"`)
  const rest = lines.length > LINES_SHOWN ? ` and ${lines.length - LINES_SHOWN} more lines` : ''
  return shown.length === 0 ? 'a difference without lines' : `${shown.join(', ')}${rest}`
}
