import type { Finding } from '../../model/condition.ts'
import { NAT_VNET, rangeNetworkOf, rangeNumberOfBridge, routerWanAddressOf } from '../../model/identity.ts'
import type { BridgesGoing, MigrationJournal } from '../../model/migration-journal.ts'
import type { FinishPlan, NodeFinish } from '../../model/plan/finish-plan.ts'
import type { NodeNetworkSeen } from '../../model/snapshot.ts'
import { deletionLine } from '../bridge/why-bridge-stays.ts'
import type { FinishSeen, FinishSettings } from './finish-seen.ts'
import { mayBeUnseen } from './unseen-old-bridges.ts'
import { wantedAgain } from './wanted-again.ts'
import { standingOf } from './migration-standing.ts'
import { type OldBridge, oldBridges } from './old-bridges.ts'
import { stagedNow } from './staged-by-finish.ts'
import { whyNothingGoes } from './why-nothing-goes.ts'
import { takesRouteAlong, whyNotLudus, whyStillNamed } from './why-old-bridge-stays.ts'

/**
 * Which of the old range bridges go, node by node, and why others stay. A bridge goes only where the journal proves that it was Ludus',
 * all NICs of its ranges have moved, and nothing that can be seen names it; what can't be seen may. What an earlier life
 * has begun is carried on, or taken back where it must not be. Pure, and the same whatever the order of anything.
 *
 * @param ranges whose bridges; empty: all
 */
export function planFinish(
  journal: MigrationJournal,
  seen: FinishSeen,
  ranges: readonly string[],
  settings: FinishSettings,
): FinishPlan {
  const bridges = oldBridges(journal, ranges)
  const known = oldBridges(journal, [])
  const nothing = whyNothingGoes(seen, settings)
  const parts = [...seen.snapshot.nodeNetworks]
    .sort((a, b) => (a.node < b.node ? -1 : 1))
    .map((network) => judgeNode(network, { journal, seen, bridges, known, nothing }))
  const isAny = parts.some((part) => part.isAbout) || mayBeUnseen(bridges, journal, seen)
  return {
    nodes: parts.flatMap(({ node }) => node ?? []),
    stays: [...(isAny ? nothing : []), ...parts.flatMap(({ stays }) => stays)],
    remarks: [...parts.flatMap(({ remarks }) => remarks), ...elsewhere(journal, seen)],
  }
}

interface Judged {
  /** It has old bridges, or has had them a moment ago. */
  readonly isAbout: boolean
  readonly node: NodeFinish | undefined
  readonly stays: readonly Finding[]
  readonly remarks: readonly string[]
}

interface Ground {
  readonly journal: MigrationJournal
  readonly seen: FinishSeen
  readonly bridges: readonly OldBridge[]
  readonly known: readonly OldBridge[]
  readonly nothing: readonly Finding[]
}

function judgeNode(network: NodeNetworkSeen, { journal, seen, bridges, known, nothing }: Ground): Judged {
  const { node, interfaces } = network
  const note = journal.going?.find((each) => each.node === node)
  const there = bridges.filter(({ name }) => interfaces.some((each) => each.name === name))
  const proven = there.filter((bridge) => isProvenOn(bridge, node, seen))
  const begun = (note?.bridges ?? []).filter((name) => interfaces.every((each) => each.name !== name))
  const unproven = there.filter((bridge) => !proven.includes(bridge)).map(({ name }) => notProven(name, node))
  if (proven.length + begun.length === 0) return { isAbout: false, node: undefined, stays: [], remarks: unproven }

  const judged = proven.map((bridge) => ({ bridge, whys: whysOf(bridge, network, journal, seen) }))
  const free = judged.filter(({ whys }) => whys.length === 0).map(({ bridge }) => bridge)
  const begunStays = begun.flatMap((name) => {
    const bridge = known.find((each) => each.name === name)
    if (bridge !== undefined) return whysOf(bridge, undefined, journal, seen)
    const number = rangeNumberOfBridge(name)
    const nobodys = number === undefined ? [] : [{ name, number, pools: [], nodes: undefined }]
    return [wantedAgain(name, network), ...nobodys.flatMap((each) => whysOf(each, undefined, journal, seen))]
  })
  const staged = stagedNow(network, note)
  const busy = reloading(node, seen)
  const inTheWay = [...(staged.kind === 'foreign' ? [foreignStaged(node, begun, staged.interfaces)] : []), ...busy]
  const takeBack = begun.length > 0 && staged.kind === 'ours' && begunStays.length + nothing.length > 0
  const isFree = inTheWay.length + nothing.length === 0 && !takeBack
  const isGone = staged.kind === 'nothing' && note !== undefined && reloadedSince(note, seen)
  const unloaded = staged.kind === 'nothing' && !isGone ? begun : []
  const plan: NodeFinish = {
    node,
    remove: isFree ? free.map(({ name }) => name) : [],
    staged: staged.kind === 'ours' && (isFree || takeBack) ? begun : [],
    unloaded: isFree && begunStays.length === 0 ? unloaded : [],
    gone: isGone ? begun : [],
    takeBack: takeBack && busy.length === 0,
  }
  const isToDo = plan.remove.length + plan.staged.length + plan.unloaded.length + plan.gone.length > 0
  const routes = free.filter(
    ({ number, name }) => isFree && interfaces.some((each) => each.name === name && takesRouteAlong(each, number)),
  )
  return {
    isAbout: true,
    node: isToDo ? plan : undefined,
    stays: [...inTheWay, ...judged.flatMap(({ whys }) => whys), ...begunStays],
    remarks: [...unproven, ...routes.map(({ number, name }) => routeLost(number, name, node))],
  }
}

/** Why one bridge must not go. @param network undefined where it is not in the node's file any more */
function whysOf(
  bridge: OldBridge,
  network: NodeNetworkSeen | undefined,
  journal: MigrationJournal,
  seen: FinishSeen,
): readonly Finding[] {
  const itself = network?.interfaces.find(({ name }) => name === bridge.name)
  const stays = [
    ...notMoved(bridge, journal, seen),
    ...whyStillNamed(bridge, seen),
    ...(network === undefined || itself === undefined ? [] : whyNotLudus(itself, bridge, network)),
  ]
  const on = network === undefined ? '' : ` on node ${network.node}`
  return stays.map(({ why, remedy }) => ({
    reason: 'BridgeStays',
    message: `bridge ${bridge.name}${on}: it stays, as ${why}; ${remedy}, then run this again`,
  }))
}

/** NICs of its ranges that are not known to have arrived: a way back may need it. */
function notMoved(
  { pools }: OldBridge,
  journal: MigrationJournal,
  seen: FinishSeen,
): readonly { readonly why: string; readonly remedy: string }[] {
  return pools.flatMap((pool) => {
    const open = standingOf(journal, seen, undefined).nics.filter(
      (nic) => nic.pool === pool && (nic.state === 'to move' || nic.state === 'unproven'),
    )
    const [first] = open
    if (first === undefined) return []
    const more = open.length === 1 ? '' : ` and ${open.length - 1} more`
    return [
      {
        why: `${first.key} of ${first.name} (VMID ${first.vmid})${more} of ${pool} is not known to have moved`,
        remedy: `move it (lanista migrate run --range ${pool}), or put ${pool} back (lanista migrate rollback --range ${pool})`,
      },
    ]
  })
}

/** The journal of an older release does not say on which node; then it can only be the one that has it. */
const isProvenOn = ({ name, nodes }: OldBridge, node: string, { snapshot }: FinishSeen): boolean =>
  nodes?.has(node) ??
  snapshot.nodeNetworks.filter(({ interfaces }) => interfaces.some((each) => each.name === name)).length === 1

const reloadedSince = ({ node, lastReload }: BridgesGoing, { snapshot }: FinishSeen): boolean => {
  const last = lastReloadOf(node, snapshot)
  return last !== undefined && last.upid !== lastReload && last.failure === undefined
}

/** The reload of a node that ended last, as far as it is listed. */
export const lastReloadOf = (node: string, { reloads }: Pick<FinishSeen['snapshot'], 'reloads'>) =>
  reloads
    .filter((each) => each.node === node)
    .sort((a, b) => a.endedAt - b.endedAt)
    .at(-1)

const reloading = (node: string, { snapshot }: FinishSeen): readonly Finding[] =>
  snapshot.runningTasks.some(
    (task) => task.type === 'reloadnetworkall' || (task.type === 'srvreload' && task.node === node),
  )
    ? [
        {
          reason: 'Progressing',
          message: `node ${node}: its network is being reloaded just now, so nothing of it is changed; run this again when that has ended`,
        },
      ]
    : []

/** Why a node is left alone: somebody's changes are staged. @param begun deletions of ours that are staged as well */
export function foreignStaged(node: string, begun: readonly string[], interfaces: readonly string[]): Finding {
  const what = interfaces.length === 0 ? '' : ` (of ${interfaces.join(', ')})`
  const ours =
    begun.length === 0
      ? ''
      : ` beside the deletion of ${begun.join(', ')} that lanista migrate finish has staged, and either takes the other along`
  const line = `pvesh set /nodes/${node}/network, or pvesh delete /nodes/${node}/network`
  return {
    reason: 'ForeignPending',
    message: `node ${node}: changes of somebody${what} are staged there${ours}, and a reload would bring them into force; apply or revert them in ${node} > System > Network (${line}), then run this again`,
  }
}

const notProven = (name: string, node: string): string =>
  `bridge ${name} on node ${node}: by the journal of the move no VM was on it there, so it stays; if nothing needs it, remove it yourself (${deletionLine(node, name)})`

const routeLost = (number: number, name: string, node: string): string => {
  const route = `${rangeNetworkOf(number)} via ${routerWanAddressOf(number)}`
  return `node ${node}: with ${name} goes its route ${route}, by whatever device it leads, as Ludus has written into that bridge; afterwards, once ${NAT_VNET.name} has the address of the Ludus host (lanista migrate host), on ${node}: ip route replace ${route} dev ${NAT_VNET.name} (lanista run does so where lanista.routes.enabled is set)`
}

/** NICs that somebody has put onto another network than the move's: they need no old bridge, unless they are on one. */
const elsewhere = (journal: MigrationJournal, seen: FinishSeen): readonly string[] =>
  standingOf(journal, seen, undefined).nics.flatMap(({ state, key, name, vmid, from, to }) =>
    state === 'elsewhere' && rangeNumberOfBridge(from) !== undefined
      ? [
          `${key} of ${name} (VMID ${vmid}) is neither on ${from} nor on ${to}, by somebody's hand; it does not keep ${from}`,
        ]
      : [],
  )
