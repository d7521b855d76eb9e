import { failure, parameterError } from '../api-error.ts'
import { flag, oneOf, required, text } from '../parameters.ts'
import { anyUser } from '../permission.ts'
import type { Call, Route } from '../route.ts'
import { sdnLocked } from '../sdn-lock.ts'
import { sdnDigest, writeSdn } from '../sdn-state.ts'
import { sdnId } from './sdn-zones.ts'

const vnetOf = (call: Call, ...privileges: readonly string[]): { readonly vnet: string; readonly zone: string } => {
  const { vnet = '' } = call.params
  const config = call.sim.world.sdn.configured.vnets.get(vnet)
  if (config === undefined) throw failure(`sdn vnet '${vnet}' does not exist`)
  const zone = String(config['zone'])
  call.requireAny(`/sdn/zones/${zone}/${vnet}`, ...privileges)
  return { vnet, zone }
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
      const { world } = call.sim
      return [...world.sdn.configured.subnets]
        .filter(([, subnet]) => subnet['vnet'] === vnet)
        .map(([id, subnet]) => {
          const [network = '', mask = ''] = String(subnet['cidr']).split('/')
          const digest = sdnDigest(world, 'subnets')
          return { ...subnet, subnet: id, id, network, mask, 'dhcp-range': [], digest }
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
