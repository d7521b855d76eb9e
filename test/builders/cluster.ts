import {
  BRIDGE_VIDS,
  bridgeName,
  NAT_HOST,
  NAT_MARK,
  NAT_VNET,
  OWNER_TAG,
  ownerMark,
  rangeTag,
  vnetName,
} from '../../model/identity.ts'
import type {
  ClusterSnapshot,
  GuestSeen,
  InterfaceSeen,
  NodeNetworkSeen,
  NodeSeen,
  StorageSeen,
  TemplateSeen,
  VnetConfig,
  VnetSeen,
  ZoneSeen,
} from '../../model/snapshot.ts'

import type { Unseen, UnseenKind } from '../../model/unseen.ts'

export const GIB = 1024 ** 3

/** An online node with 16 idle cores and 64 GiB, 8 of them used. */
export const node = (name: string, traits: Partial<NodeSeen> = {}): NodeSeen => ({
  name,
  online: true,
  inCluster: traits.online ?? true,
  maintenance: false,
  address: `10.0.0.${name.replaceAll(/\D/g, '') || '250'}`,
  cores: 16,
  cpuLoad: 0,
  memoryBytes: 64 * GIB,
  memoryUsedBytes: 8 * GIB,
  uptimeSeconds: 86_400,
  ...traits,
})

/** A node's network with nothing staged: the bridge `vmbr0` with the node's address. */
export const nodeNetwork = (
  { name, address }: Pick<NodeSeen, 'name' | 'address'>,
  traits: Partial<NodeNetworkSeen> = {},
): NodeNetworkSeen => ({
  node: name,
  interfaces: [netInterface('vmbr0', { addresses: address === undefined ? [] : [address], ports: ['eth0'] })],
  staged: undefined,
  ...traits,
})

/** A bridge in use, not VLAN-aware and without ports. */
export const netInterface = (name: string, traits: Partial<InterfaceSeen> = {}): InterfaceSeen => ({
  name,
  type: 'bridge',
  addresses: [],
  prefixes: (traits.addresses ?? []).map((address) => `${address}/${address.includes(':') ? 64 : 24}`),
  mtu: undefined,
  vlanAware: false,
  vids: undefined,
  ports: [],
  gateways: [],
  over: [],
  options: [],
  comment: undefined,
  autostart: true,
  active: true,
  config: '',
  ...traits,
})

/** A range's bridge as Lanista makes it, in use. */
export const rangeBridge = (number: number, rangeId: string, traits: Partial<InterfaceSeen> = {}): InterfaceSeen =>
  netInterface(bridgeName(number), { vlanAware: true, vids: BRIDGE_VIDS, comment: ownerMark(rangeId), ...traits })

/** The NAT network's bridge as Ludus makes it. */
export const natBridge = (traits: Partial<InterfaceSeen> = {}): InterfaceSeen =>
  netInterface('vmbr1000', { addresses: [NAT_HOST.address], ...traits })

/** The lines Proxmox shows when these bridges are staged, as a new stanza each. */
export const stagedBridges = (...bridges: readonly InterfaceSeen[]): string =>
  stagedDiff(...bridges.flatMap((bridge) => stanza(bridge, '+')))

/** The lines Proxmox shows when the deletion of these bridges is staged. */
export const stagedDeletionOf = (...bridges: readonly InterfaceSeen[]): string =>
  stagedDiff(...bridges.flatMap((bridge) => stanza(bridge, '-')))

const stanza = ({ name, comment, ports }: InterfaceSeen, sign: '+' | '-'): readonly string[] =>
  [
    `auto ${name}`,
    `iface ${name} inet manual`,
    `\tbridge-ports ${ports.join(' ') || 'none'}`,
    '\tbridge-stp off',
    '\tbridge-fd 0',
    '\tbridge-vlan-aware yes',
    '\tbridge-vids 2-4094',
    ...(comment === undefined ? [] : [`#${comment}`]),
    '',
  ].map((line) => `${sign}${line}`)

/** Proxmox' diff of `/etc/network/interfaces`, with these lines of one hunk. */
export const stagedDiff = (...lines: readonly string[]): string =>
  [
    '--- /etc/network/interfaces\t2026-11-22 07:17:57.000000000 +0000',
    '+++ /etc/network/interfaces.new\t2026-11-22 07:24:40.021985130 +0000',
    '@@ -11,4 +22,11 @@',
    ...lines,
    '',
  ].join('\n')

export const storage = (name: string, at: string, traits: Partial<StorageSeen> = {}): StorageSeen => ({
  node: at,
  name,
  shared: true,
  active: true,
  content: ['images'],
  totalBytes: 1000 * GIB,
  usedBytes: 100 * GIB,
  ...traits,
})

/** A VXLAN zone named `ludus` whose peers are the given nodes, applied as it is unless it is new. */
export const zone = (nodes: readonly NodeSeen[], traits: Partial<ZoneSeen> = {}): ZoneSeen => {
  const seen: Omit<ZoneSeen, 'running'> = {
    name: 'ludus',
    type: 'vxlan',
    peers: nodes.flatMap(({ address }) => address ?? []),
    fabric: undefined,
    nodes: undefined,
    mtu: undefined,
    pending: 'unchanged',
    statusByNode: Object.fromEntries(nodes.map(({ name }) => [name, 'available'])),
    ...traits,
  }
  const { peers, fabric, nodes: limitedTo, mtu } = seen
  const running = seen.pending === 'new' ? undefined : { peers, fabric, nodes: limitedTo, mtu }
  return { ...seen, running: 'running' in traits ? traits.running : running }
}

/** A simple zone named `ludus` of pve1 alone, as the next Ludus makes it on a single node, applied. */
export const simpleZone = (traits: Partial<ZoneSeen> = {}): ZoneSeen =>
  zone([node('pve1')], { type: 'simple', peers: undefined, ...traits })

const vnetConfig = (
  tag: number | undefined,
  alias: string | undefined,
  traits: Partial<VnetConfig> = {},
): VnetConfig => ({
  zone: 'ludus',
  tag,
  alias,
  vlanAware: true,
  ...traits,
})

/** An applied VNet. */
export const vnet = (
  name: string,
  tag: number | undefined,
  alias: string | undefined,
  traits: Partial<VnetConfig> = {},
): VnetSeen => {
  const config = vnetConfig(tag, alias, traits)
  return { name, pending: 'unchanged', configured: config, running: config }
}

/** A range's VNet as Lanista makes it with tag base 0, applied. */
export const rangeVnet = (number: number, rangeId: string, traits: Partial<VnetConfig> = {}): VnetSeen =>
  vnet(vnetName(number), number, ownerMark(rangeId), traits)

/** The NAT VNet as Lanista makes it, or with what somebody else has made of it, applied. */
export const natVnet = (traits: Partial<VnetConfig> = {}): VnetSeen =>
  vnet(NAT_VNET.name, NAT_VNET.tag, NAT_MARK, traits)

/** A right that the token lacks at a path. */
export const unseen = (what: UnseenKind, path: string, right: string): Unseen => ({
  what,
  path,
  right,
  remedy: 'give it',
})

/** The same VNet, written but never applied. */
export const unapplied = (seen: VnetSeen): VnetSeen => ({ ...seen, pending: 'new', running: undefined })

/** The same VNet with a change that waits for an apply. */
export const changed = (seen: VnetSeen, changes: Partial<VnetConfig>): VnetSeen => ({
  ...seen,
  pending: 'changed',
  configured: seen.configured === undefined ? undefined : { ...seen.configured, ...changes },
})

/** The same VNet, deleted by somebody and not applied. */
export const deleted = (seen: VnetSeen): VnetSeen => ({ ...seen, pending: 'deleted', configured: undefined })

/** A stopped QEMU guest on pve1 with 2 cores and 4 GiB, in no pool. */
export const guest = (vmid: number, traits: Partial<GuestSeen> = {}): GuestSeen => ({
  kind: 'qemu',
  vmid,
  node: 'pve1',
  name: `vm${vmid}`,
  status: 'stopped',
  template: false,
  pool: undefined,
  tags: [],
  lock: undefined,
  cores: 2,
  memoryBytes: 4 * GIB,
  memoryUsedBytes: 0,
  uptimeSeconds: 0,
  ...traits,
})

/** A running VM of a range that Lanista has configured. */
export const rangeGuest = (vmid: number, rangeId: string, name: string, traits: Partial<GuestSeen> = {}): GuestSeen =>
  guest(vmid, {
    name,
    pool: rangeId,
    tags: [OWNER_TAG, rangeTag(rangeId)].sort(),
    status: 'running',
    uptimeSeconds: 3600,
    memoryUsedBytes: 4 * GIB,
    ...traits,
  })

/** A template on pve1, on storage that all nodes share. */
export const template = (vmid: number, name: string, traits: Partial<TemplateSeen> = {}): TemplateSeen => ({
  vmid,
  node: 'pve1',
  name,
  storages: ['shared'],
  cdStorages: [],
  diskBytes: 32 * GIB,
  ...traits,
})

export const ROUTER_TEMPLATE = 'debian-11-x64-server-template'
export const WINDOWS_TEMPLATE = 'win2022-server-x64-template'

/**
 * A snapshot of a healthy cluster: by default three equal nodes, the storage `shared` on all of them, the VXLAN zone
 * `ludus`, two templates, and nothing of any range.
 */
export function cluster(
  traits: Partial<Omit<ClusterSnapshot, 'nodes'>> & { readonly nodes?: readonly (string | NodeSeen)[] } = {},
): ClusterSnapshot {
  const nodes = (traits.nodes ?? ['pve1', 'pve2', 'pve3']).map((each) => (typeof each === 'string' ? node(each) : each))
  return {
    takenAt: 0,
    release: 9,
    quorate: true,
    storages: nodes.map(({ name }) => storage('shared', name)),
    zones: [zone(nodes)],
    vnets: [],
    otherPending: [],
    guests: [],
    templates: [template(9000, ROUTER_TEMPLATE), template(9001, WINDOWS_TEMPLATE)],
    pools: [],
    poolComments: new Map(),
    runningTasks: [],
    tasksOfOthers: [],
    vnetStates: [],
    nodeNetworks: nodes.map((each) => nodeNetwork(each)),
    acl: [],
    unseen: [],
    hiddenMembers: new Map(),
    reloads: [],
    ...traits,
    nodes,
  }
}

/** A snapshot of a healthy single node, pve1, with the NAT bridge and these bridges, and without a zone. */
export const singleNode = (
  bridges: readonly InterfaceSeen[] = [],
  traits: Partial<ClusterSnapshot> = {},
  network: Partial<NodeNetworkSeen> = {},
): ClusterSnapshot => {
  const only = node('pve1')
  const { interfaces } = nodeNetwork(only)
  const nodeNetworks = [nodeNetwork(only, { interfaces: [...interfaces, natBridge(), ...bridges], ...network })]
  return cluster({ nodes: [only], zones: [], nodeNetworks, ...traits })
}
