import { failure, parameterError } from '../api-error.ts'
import { flag, oneOf, required, text } from '../parameters.ts'
import { anyUser } from '../permission.ts'
import type { Call, Route } from '../route.ts'
import { sdnLocked } from '../sdn-lock.ts'
import { sectionRows } from '../sdn-section.ts'
import { writeSdn } from '../sdn-state.ts'
import { sdnId } from './sdn-zones.ts'

const vnetOf = (call: Call, ...privileges: readonly string[]): { readonly vnet: string; readonly zone: string } => {
  const { vnet = '' } = call.params
  const config = call.sim.world.sdn.configured.vnets.get(vnet)
  if (config === undefined) throw failure(`sdn vnet '${vnet}' does not exist`)
  const zone = String(config['zone'])
  call.requireAny(`/sdn/zones/${zone}/${vnet}`, ...privileges)
  return { vnet, zone }
}

/** A value that holds now, or will after the next commit. */
const valueIn = (row: Readonly<Record<string, unknown>>, key: string): unknown => {
  const pending = row['pending']
  const later = typeof pending === 'object' && pending !== null ? new Map(Object.entries(pending)).get(key) : undefined
  return row[key] ?? later
}

/** Subnets, as far as they matter to vnets: a vnet that has one can't be deleted or made VLAN-aware. */
export const subnetRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/cluster/sdn/vnets/{vnet}/subnets',
    permission: anyUser,
    params: { vnet: sdnId, pending: flag, running: flag },
    handle: (call) => {
      const { vnet } = vnetOf(call, 'SDN.Audit', 'SDN.Allocate')
      return sectionRows(call.sim.world, 'subnets', 'subnet', call.params)
        .filter((row) => valueIn(row, 'vnet') === vnet)
        .map((row) => {
          const [network = '', mask = ''] = String(valueIn(row, 'cidr')).split('/')
          return { ...row, id: row['subnet'], network, mask, 'dhcp-range': [] }
        })
    },
  },
  {
    method: 'POST',
    path: '/cluster/sdn/vnets/{vnet}/subnets',
    permission: anyUser,
    params: {
      vnet: sdnId,
      subnet: required(text({ format: 'CIDR' })),
      type: required(oneOf('subnet')),
      gateway: text({ format: 'ip' }),
      snat: flag,
      'lock-token': text(),
    },
    handle: async (call) => {
      const { vnet, zone } = vnetOf(call, 'SDN.Allocate')
      const cidr = call.params['subnet'] ?? ''
      const id = `${zone}-${cidr.replace('/', '-')}`
      const { world } = call.sim
      await sdnLocked(call, 'create sdn subnet object failed', () => {
        if (world.sdn.configured.subnets.has(id)) throw failure(`sdn subnet object ID '${id}' already defined`)
        if (Number(world.sdn.configured.vnets.get(vnet)?.['vlanaware'] ?? 0) === 1)
          throw parameterError({ vnet: "you can't add a subnet on a vlanaware vnet" })
        writeSdn(world, 'subnets', id, { type: 'subnet', vnet, zone, cidr })
      })
      return null
    },
  },
  {
    method: 'DELETE',
    path: '/cluster/sdn/vnets/{vnet}/subnets/{subnet}',
    permission: anyUser,
    params: { vnet: sdnId, subnet: required(text()), 'lock-token': text() },
    handle: async (call) => {
      vnetOf(call, 'SDN.Allocate')
      const { subnet = '' } = call.params
      await sdnLocked(call, 'delete sdn subnet object failed', () => {
        if (!call.sim.world.sdn.configured.subnets.has(subnet)) throw failure(`sdn subnet '${subnet}' does not exist`)
        writeSdn(call.sim.world, 'subnets', subnet, undefined)
      })
      return null
    },
  },
]
