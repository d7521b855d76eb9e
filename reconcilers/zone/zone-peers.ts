import { canonicalAddress, isIpv6, isWithin } from '../../model/ip-address.ts'
import type { ClusterSnapshot, InterfaceSeen, NodeSeen, ZoneConfig } from '../../model/snapshot.ts'
import { byName, listed, remark, type ZoneProblem } from './zone-problem.ts'

/** The address under which the others reach a node, and the interface that has it, where that is known. */
export interface Carrier {
  readonly node: string
  readonly address: string
  readonly interface: InterfaceSeen | undefined
  readonly interfaces: readonly InterfaceSeen[]
}

/** Whom a list of peers connects. */
export interface PeersJudged {
  readonly carriers: readonly Carrier[]
  /** What the list should be: without strangers and repetitions, with those who lack. */
  readonly wanted: readonly string[]
  readonly problems: readonly ZoneProblem[]
}

interface Host {
  readonly node: NodeSeen
  /** Undefined when it didn't tell. */
  readonly interfaces: readonly InterfaceSeen[] | undefined
  /** Every address known of it, the cluster's first, in canonical form. */
  readonly addresses: readonly string[]
}

/**
 * Judges the peers of a VXLAN zone: each node in it must be among them under one of its addresses, once, and nobody else.
 * Proxmox sends what a VNet carries to the peers alone, so a node that is not among them gets nothing and nobody is told.
 *
 * What can't be known is no finding: the addresses of a node that is off are known from the cluster only.
 */
export function judgePeers(config: Pick<ZoneConfig, 'peers' | 'nodes'>, snapshot: ClusterSnapshot): PeersJudged {
  const hosts = [...snapshot.nodes].sort(byName).map((node) => hostOf(node, snapshot))
  const peers = config.peers ?? []
  const { carriers, strangers, repeated } = claim(peers, hosts)
  const wanting = hosts.filter(
    ({ node }) =>
      (config.nodes?.includes(node.name) ?? true) && !carriers.some((carrier) => carrier.node === node.name),
  )
  const without = wanting.filter((host) => surelyLacks(host, strangers))
  const isElsewhere = mayBeUnlisted(without, strangers, snapshot)
  const lacking = isElsewhere ? [] : without
  const undecided = wanting.filter((host) => !lacking.includes(host))
  // A peer that no node is known to have may be an address of a node of which too little is known.
  const unknown = undecided.length === 0 ? strangers : []

  const kept = peers.filter((peer, index) => !repeated.has(index) && !unknown.includes(peer))
  const wanted = [...kept, ...lacking.flatMap((host) => peerAddressOf(host, carriers) ?? [])]
  return {
    carriers,
    wanted,
    problems: problemsOf({ lacking, undecided, isElsewhere, unknown, repeated, peers, wanted }),
  }
}

function hostOf(node: NodeSeen, { nodeNetworks }: ClusterSnapshot): Host {
  const interfaces = nodeNetworks.find((network) => network.node === node.name)?.interfaces
  const addresses = [node.address ?? [], ...(interfaces ?? []).map((each) => each.addresses)].flat()
  return { node, interfaces, addresses: [...new Set(addresses.map(canonicalAddress))] }
}

/** Gives each peer to the node that has its address; the places of those that repeat an earlier one are `repeated`. */
function claim(peers: readonly string[], hosts: readonly Host[]) {
  const carriers: Carrier[] = []
  const strangers: string[] = []
  const repeated = new Set<number>()
  for (const [index, address] of peers.entries()) {
    const wanted = canonicalAddress(address)
    const owners = hosts.filter(({ addresses }) => addresses.includes(wanted))
    const owner = owners.find(({ node }) => !carriers.some((carrier) => carrier.node === node.name))
    const again = peers.slice(0, index).some((earlier) => canonicalAddress(earlier) === wanted)
    if (again || (owners.length > 0 && owner === undefined)) repeated.add(index)
    else if (owner === undefined) strangers.push(address)
    else carriers.push(carrierOf(owner, address))
  }
  return { carriers, strangers, repeated }
}

function carrierOf({ node, interfaces = [] }: Host, address: string): Carrier {
  const wanted = canonicalAddress(address)
  const on = interfaces.find(({ addresses }) => addresses.map(canonicalAddress).includes(wanted))
  return { node: node.name, address, interface: on, interfaces }
}

/** Whether a node that no peer is known to belong to has none for certain. */
const surelyLacks = ({ interfaces, addresses }: Host, strangers: readonly string[]): boolean =>
  addresses.length > 0 && (interfaces !== undefined || strangers.length === 0)

/**
 * Whether each of these nodes may have one of the strange peers on an interface that Proxmox does not list: WireGuard, or a bridge
 * that is hidden from the token. An address in a network of a listed interface would be on that one, so it is a wrong one.
 */
function mayBeUnlisted(
  hosts: readonly Host[],
  strangers: readonly string[],
  { nodeNetworks, unseen }: ClusterSnapshot,
): boolean {
  if (hosts.length === 0) return false
  const bridgesHidden = unseen.some(({ what }) => what === 'bridges' || what === 'rights')
  const prefixes = nodeNetworks.flatMap(({ interfaces }) => interfaces.flatMap((each) => each.prefixes))
  const possible = strangers.filter((address) => bridgesHidden || !isWithin(address, prefixes))
  return possible.length >= hosts.length
}

/** The address a node should be listed with: on the interface that carries most of the others, else the cluster's. */
function peerAddressOf({ node, interfaces = [], addresses }: Host, carriers: readonly Carrier[]): string | undefined {
  const votes = new Map<string, number>()
  for (const { interface: on } of carriers) if (on !== undefined) votes.set(on.name, (votes.get(on.name) ?? 0) + 1)
  const [usual] = [...votes].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
  const family = carriers.some(({ address }) => isIpv6(address))
  const beside = interfaces.find(({ name }) => name === usual?.[0])?.addresses.find((each) => isIpv6(each) === family)
  return beside ?? node.address ?? addresses[0]
}

interface Judged {
  readonly lacking: readonly Host[]
  readonly undecided: readonly Host[]
  /** Their peers may be on interfaces that are not listed, so nothing is held against them. */
  readonly isElsewhere: boolean
  readonly unknown: readonly string[]
  readonly repeated: ReadonlySet<number>
  readonly peers: readonly string[]
  readonly wanted: readonly string[]
}

function problemsOf({
  lacking,
  undecided,
  isElsewhere,
  unknown,
  repeated,
  peers,
  wanted,
}: Judged): readonly ZoneProblem[] {
  const change = { peers: wanted }
  const problems: ZoneProblem[] = []
  if (lacking.length > 0) {
    const named = lacking.map(({ node, addresses }) => `${node.name} (${addresses.join(', ')})`)
    problems.push({
      ...remark({ reason: 'ZoneLacksPeer', nodes: namesOf(lacking), what: lackText(named), change }),
      unreached: new Map(lacking.map((host) => [host.node.name, whyLacking(host)])),
    })
  }
  const silent = undecided.filter(({ node }) => node.online)
  if (silent.length > 0) {
    const names = namesOf(silent)
    const what = `none of its peers (${peers.join(', ')}) is known to be ${listed(names)}, of which Proxmox does not tell all addresses; see that one of them is among the peers`
    const remedy = {
      web: names.map((name) => `${name} > System > Network`).join(', '),
      shell: names.map((name) => `pvesh get /nodes/${name}/network`).join(' && '),
    }
    // Nothing is begun on a node that is on and silent about its network before it is known to be reached.
    const kept = isElsewhere ? [] : silent.filter(({ addresses }) => addresses.length > 0)
    problems.push({
      ...remark({ reason: 'ZonePeerNotKnown', nodes: names, what, change: {}, remedy }),
      unreached: new Map(kept.map((host) => [host.node.name, `${whyLacking(host)}, and does not tell its others`])),
    })
  }
  if (unknown.length > 0) {
    const what = `no node has the peer ${plural(unknown.length, 'address')} ${listed(unknown)}, so what is sent there is lost`
    problems.push(remark({ reason: 'ZoneUnknownPeer', nodes: [], what, change }))
  }
  if (repeated.size > 0) {
    const twice = peers.filter((_, index) => repeated.has(index))
    const what = `its peers lead to one node more than once (${listed([...new Set(twice)])}), which doubles packets`
    problems.push(remark({ reason: 'ZoneRepeatsPeer', nodes: [], what, change }))
  }
  return problems
}

const namesOf = (hosts: readonly Host[]): readonly string[] => hosts.map(({ node }) => node.name)
const plural = (count: number, noun: string): string => (count === 1 ? noun : `${noun}es`)
const lackText = (named: readonly string[]): string =>
  `${listed(named)} ${named.length === 1 ? 'is' : 'are'} not among its peers, so packets to VMs there would be lost`
const whyLacking = ({ addresses }: Host): string =>
  addresses.length === 1
    ? `has address ${addresses[0] ?? ''}, which is not among the zone's peers`
    : `has addresses ${addresses.join(', ')}, none of which is among the zone's peers`
