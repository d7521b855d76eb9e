import { failure, parameterError } from '../api-error.ts'
import { flag, integer, oneOf, required, shared, text, type ParameterTable } from '../parameters.ts'
import { anyUser, perm } from '../permission.ts'
import type { Call, Route } from '../route.ts'
import { sdnLocked } from '../sdn-lock.ts'
import {
  assertDigest,
  changedSection,
  sectionRows,
  sectionValues,
  storedValues,
  type SectionOptions,
} from '../sdn-section.ts'
import { writeSdn } from '../sdn-state.ts'
import type { SdnValue, World } from '../world.ts'

/** Id of a zone or vnet. */
export const sdnId = required(text({ pattern: /[a-zA-Z][a-zA-Z0-9]*[a-zA-Z0-9]/, minLength: 2, maxLength: 8 }))

const nodeList = text({ format: 'pve-node-list' })

const properties: ParameterTable = {
  'advertise-subnets': flag,
  bridge: text(),
  'bridge-disable-mac-learning': flag,
  controller: text(),
  dhcp: oneOf('dnsmasq'),
  'disable-arp-nd-suppression': flag,
  dns: text(),
  dnszone: text({ format: 'dns-name' }),
  'dp-id': integer(),
  exitnodes: nodeList,
  'exitnodes-local-routing': flag,
  'exitnodes-primary': text({ format: 'pve-node' }),
  fabric: text({ format: 'pve-configid' }),
  ipam: text(),
  'lock-token': text(),
  mac: text({ format: 'mac-addr' }),
  mtu: integer(),
  nodes: nodeList,
  peers: text({ format: 'ip-list' }),
  reversedns: text(),
  'rt-import': text(),
  tag: integer(0),
  'vlan-protocol': oneOf('802.1q', '802.1ad'),
  'vrf-vxlan': integer(1, 16_777_215),
  'vxlan-port': integer(1, 65_536),
}

const types = ['evpn', 'faucet', 'qinq', 'simple', 'vlan', 'vxlan'] as const
type ZoneType = (typeof types)[number]

const naming = ['nodes', 'mtu', 'dns', 'reversedns', 'dnszone', 'ipam']
const bridged = [...naming, 'bridge-disable-mac-learning']

const optionsOf: Readonly<Record<ZoneType, SectionOptions>> = {
  simple: { required: [], optional: [...naming, 'dhcp'] },
  vlan: { required: ['bridge'], optional: bridged },
  qinq: { required: ['tag', 'bridge'], optional: [...bridged, 'vlan-protocol'] },
  vxlan: { required: [], optional: [...naming, 'peers', 'vxlan-port', 'fabric'] },
  faucet: { required: ['dp-id'], optional: ['nodes', 'mtu'] },
  evpn: {
    required: ['vrf-vxlan', 'controller'],
    optional: bridged.concat(
      'exitnodes exitnodes-local-routing exitnodes-primary advertise-subnets'.split(' '),
      'disable-arp-nd-suppression mac rt-import'.split(' '),
    ),
  },
}

const isZoneType = (type: unknown): type is ZoneType => types.some((known) => known === type)

type Values = Readonly<Record<string, SdnValue>>

const mustExist = (world: World, zone: string): Values => {
  const config = world.sdn.configured.zones.get(zone)
  if (config === undefined) throw failure(`sdn '${zone}' does not exist`)
  return config
}

/** References to other objects of the SDN: there are no DNS plugins here, and the one IPAM is Proxmox' own. */
const checkReferences = (values: Values): void => {
  const [dns, reversedns, dnszone, ipam] = ['dns', 'reversedns', 'dnszone', 'ipam'].map((name) => values[name])
  if (dns !== undefined) throw parameterError({ dns: `${dns} don't exist` })
  if (reversedns !== undefined) throw parameterError({ reversedns: `${reversedns} don't exist` })
  if (dnszone !== undefined) throw parameterError({ dnszone: 'missing dns server' })
  if (ipam !== undefined && ipam !== 'pve') throw parameterError({ ipam: `${ipam} not existing` })
}

const checkZone = (values: Values): void => {
  if (values['type'] === 'vxlan' && (values['peers'] === undefined) === (values['fabric'] === undefined)) {
    const problem = 'must have exactly one of peers / fabric defined'
    throw parameterError({ fabric: problem, peers: problem })
  }
  if (values['type'] === 'evpn') throw failure(`controller ${values['controller']} don't exist`)
}

const create = async (call: Call): Promise<null> => {
  const { params, sim } = call
  const { zone = '', type } = params
  if (!isZoneType(type)) throw failure(`unknown section type '${type ?? ''}'`)
  const values = sectionValues(properties, optionsOf[type], params, ['zone', 'type', 'lock-token'], true)
  call.requireQuorum()
  await sdnLocked(call, 'create sdn zone object failed', () => {
    if (sim.world.sdn.configured.zones.has(zone)) throw failure(`sdn zone object ID '${zone}' already defined`)
    checkReferences(values)
    checkZone({ ...values, type })
    writeSdn(sim.world, 'zones', zone, storedValues({ ...values, type }))
  })
  return null
}

const update = async (call: Call): Promise<null> => {
  const { params, sim } = call
  const { zone = '' } = params
  await sdnLocked(call, 'update sdn zone object failed', () => {
    assertDigest(sim.world, 'zones', params['digest'])
    const before = mustExist(sim.world, zone)
    const type = before['type']
    const options = isZoneType(type) ? optionsOf[type] : { required: [], optional: [] }
    const values = sectionValues(properties, options, params, ['zone', 'digest', 'delete', 'lock-token'], false)
    const after = changedSection(before, options, values, params['delete'])
    checkReferences(values)
    checkZone(after)
    writeSdn(sim.world, 'zones', zone, storedValues(after))
  })
  return null
}

const remove = async (call: Call): Promise<null> => {
  const { world } = call.sim
  const { zone = '' } = call.params
  await sdnLocked(call, 'delete sdn zone object failed', () => {
    mustExist(world, zone)
    for (const [vnet, config] of world.sdn.configured.vnets)
      if (config['zone'] === zone)
        throw failure(
          `zone ${zone} is used by vnet ${vnet} at /usr/share/perl5/PVE/Network/SDN/Zones/Plugin.pm line 149.`,
        )
    writeSdn(world, 'zones', zone, undefined)
  })
  return null
}

const views = { pending: flag, running: flag }

/** Zones. The controller must not write them; the simulator can, since others do. */
export const zoneRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/cluster/sdn/zones',
    permission: anyUser,
    params: { ...views, type: oneOf(...types) },
    handle: (call) =>
      sectionRows(call.sim.world, 'zones', 'zone', call.params).filter(
        (row) =>
          call.may(`/sdn/zones/${String(row['zone'])}`, 'SDN.Audit', 'SDN.Allocate') &&
          (call.params['type'] === undefined || call.params['type'] === row['type']),
      ),
  },
  {
    method: 'GET',
    path: '/cluster/sdn/zones/{zone}',
    permission: perm('/sdn/zones/{zone}', 'SDN.Allocate'),
    params: { ...views, zone: sdnId },
    handle: ({ sim, params }) => {
      const row = sectionRows(sim.world, 'zones', 'zone', params).find((one) => one['zone'] === params['zone'])
      if (row === undefined) throw failure(`sdn '${params['zone'] ?? ''}' does not exist`)
      return row
    },
  },
  {
    method: 'POST',
    path: '/cluster/sdn/zones',
    permission: perm('/sdn/zones', 'SDN.Allocate'),
    params: { ...properties, zone: sdnId, type: required(oneOf(...types)) },
    handle: create,
  },
  {
    method: 'PUT',
    path: '/cluster/sdn/zones/{zone}',
    permission: perm('/sdn/zones/{zone}', 'SDN.Allocate'),
    params: {
      ...properties,
      zone: sdnId,
      digest: shared.digest,
      delete: text({ ...shared.configidList, maxLength: 4096 }),
    },
    handle: update,
  },
  {
    method: 'DELETE',
    path: '/cluster/sdn/zones/{zone}',
    permission: perm('/sdn/zones/{zone}', 'SDN.Allocate'),
    params: { zone: sdnId, 'lock-token': text() },
    handle: remove,
  },
]
