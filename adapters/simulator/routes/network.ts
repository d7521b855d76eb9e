import { parameterError } from '../api-error.ts'
import { changedInterface, interfacesText, withInterface, withoutInterface } from '../interfaces.ts'
import { startReload } from '../network-reload.ts'
import { flag, integer, oneOf, required, shared, text, type ParameterTable } from '../parameters.ts'
import { anyUser, perm } from '../permission.ts'
import type { Call, Route } from '../route.ts'
import { vnetsOf, zonesOn } from '../sdn-state.ts'
import { unifiedDiff } from '../../../model/unified-diff.ts'
import type { Interfaces } from '../world.ts'

const kinds = [
  'bridge',
  'bond',
  'eth',
  'alias',
  'vlan',
  'fabric',
  'OVSBridge',
  'OVSBond',
  'OVSPort',
  'OVSIntPort',
  'vnet',
]
const ifaceName = text({ format: 'pve-iface', minLength: 2, maxLength: 20 })
const iface = required(ifaceName)
const ifaceList = text({ format: 'pve-iface-list' })

const settings: ParameterTable = {
  node: shared.node,
  iface,
  type: required(oneOf(...kinds, 'unknown')),
  address: text({ format: 'ipv4', requires: 'netmask' }),
  address6: text({ format: 'ipv6', requires: 'netmask6' }),
  autostart: flag,
  'bond-primary': text({ format: 'pve-iface' }),
  bond_mode: oneOf(
    ...'balance-rr active-backup balance-xor broadcast 802.3ad balance-tlb balance-alb balance-slb'.split(' '),
    'lacp-balance-slb',
    'lacp-balance-tcp',
  ),
  bond_xmit_hash_policy: oneOf('layer2', 'layer2+3', 'layer3+4'),
  bridge_ports: ifaceList,
  bridge_vids: text({ format: 'pve-vlan-id-or-range-list' }),
  bridge_vlan_aware: flag,
  cidr: text({ format: 'CIDRv4' }),
  cidr6: text({ format: 'CIDRv6' }),
  comments: text(),
  comments6: text(),
  gateway: text({ format: 'ipv4' }),
  gateway6: text({ format: 'ipv6' }),
  mtu: integer(1280, 65_520),
  netmask: text({ format: 'ipv4mask', requires: 'address' }),
  netmask6: integer(0, 128, { requires: 'address6' }),
  ovs_bonds: ifaceList,
  ovs_bridge: text({ format: 'pve-iface' }),
  ovs_options: text({ maxLength: 1024 }),
  ovs_ports: ifaceList,
  ovs_tag: integer(1, 4094),
  slaves: ifaceList,
  'vlan-id': integer(1, 4094),
  'vlan-raw-device': text({ format: 'pve-iface' }),
}

/** The file as it would be after a reload: the staged one, if there is any. Only what is in force is active. */
const configured = ({ node }: Call): Interfaces => node.stagedNetwork ?? node.network

type Row = Readonly<Record<string, unknown>>

const vnets = (call: Call): readonly Row[] =>
  zonesOn(call.sim.world, call.node.name).flatMap(([zone, { ipam }]) =>
    vnetsOf(call.sim.world, zone)
      .filter(([vnet]) => call.mayUseBridge(zone, vnet, 'SDN.Audit', 'SDN.Use'))
      .map(([vnet, { alias, vlanaware }]) => ({
        iface: vnet,
        type: 'vnet',
        active: '1',
        ipam: ipam === undefined ? 0 : 1,
        vlanaware: Number(vlanaware ?? 0),
        comments: alias ?? null,
      })),
  )

const isBridge = (type: unknown): boolean => type === 'bridge' || type === 'OVSBridge'

const fits = (filter: string | undefined, type: unknown): boolean => {
  if (filter === undefined || filter === 'include_sdn' || filter === type) return true
  return (filter === 'any_bridge' || filter === 'any_local_bridge') && isBridge(type)
}

const list = (call: Call): readonly Row[] => {
  const { type } = call.params
  const { network, stagedNetwork, networkByProxmox } = call.node
  if (stagedNetwork !== undefined) {
    const [before, after] = [interfacesText(network, networkByProxmox), interfacesText(stagedNetwork, true)]
    call.extra('changes', unifiedDiff(before, after, '/etc/network/interfaces'))
  }
  const local = [...configured(call)]
    .filter(([, values]) => fits(type, values['type']))
    .filter(
      ([name, values]) => !isBridge(values['type']) || call.mayUseBridge('localnetwork', name, 'SDN.Audit', 'SDN.Use'),
    )
    .map(([name, values]) => ({ iface: name, ...values }))
  return ['any_bridge', 'include_sdn', 'vnet'].includes(type ?? '') ? [...local, ...vnets(call)] : local
}

const stage = (call: Call, change: (interfaces: Interfaces, name: string) => Interfaces): null => {
  const { node } = call
  node.stagedNetwork = change(configured(call), call.params['iface'] ?? '')
  return null
}

const ownValues = ({ params }: Call): Readonly<Record<string, string>> => {
  const { node: _node, iface: _iface, delete: _delete, ...values } = params
  return values
}

const modify = perm('/nodes/{node}', 'Sys.Modify')
const root = '/nodes/{node}/network'
const one = '/nodes/{node}/network/{iface}'

/** A node's own network: changes are staged until a reload brings all of them into force. */
export const networkRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: root,
    permission: anyUser,
    proxy: 'node',
    params: { node: shared.node, type: oneOf(...kinds, 'any_bridge', 'any_local_bridge', 'include_sdn') },
    handle: list,
  },
  {
    method: 'POST',
    path: root,
    permission: modify,
    proxy: 'node',
    params: settings,
    handle: (call) => stage(call, (interfaces, name) => withInterface(interfaces, name, ownValues(call))),
  },
  {
    method: 'PUT',
    path: root,
    permission: modify,
    proxy: 'node',
    params: { node: shared.node, 'regenerate-frr': flag },
    handle: (call) => startReload(call.sim, call.node, call.user).upid,
  },
  {
    method: 'DELETE',
    path: root,
    permission: modify,
    proxy: 'node',
    params: { node: shared.node },
    handle: ({ node }) => {
      node.stagedNetwork = undefined
      return null
    },
  },
  {
    method: 'GET',
    path: one,
    permission: perm('/nodes/{node}', 'Sys.Audit'),
    proxy: 'node',
    params: { node: shared.node, iface },
    handle: (call) => {
      const values = configured(call).get(call.params['iface'] ?? '')
      if (values === undefined) throw parameterError({ iface: 'interface does not exist' })
      return values
    },
  },
  {
    method: 'PUT',
    path: one,
    permission: modify,
    proxy: 'node',
    params: { ...settings, delete: shared.configidList },
    handle: (call) =>
      stage(call, (interfaces, name) =>
        changedInterface(interfaces, name, ownValues(call), call.params['delete'] ?? ''),
      ),
  },
  {
    method: 'DELETE',
    path: one,
    permission: modify,
    proxy: 'node',
    params: { node: shared.node, iface },
    handle: (call) => stage(call, withoutInterface),
  },
]
