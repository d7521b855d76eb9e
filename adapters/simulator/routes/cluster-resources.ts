import { oneOf } from '../parameters.ts'
import { anyUser } from '../permission.ts'
import { guestRow, isStorageOn, nodeRow, storageRow, zoneRows, type ResourceRow } from '../resource-rows.ts'
import type { Call, Route } from '../route.ts'
import { byCode } from '../sdn-section.ts'
import { nodesOf } from '../world.ts'

const pools = (call: Call): readonly ResourceRow[] =>
  [...call.sim.world.pools.keys()]
    .toSorted(byCode)
    .filter((pool) => call.may(`/pool/${pool}`, 'Pool.Audit'))
    .map((pool) => ({ id: `/pool/${pool}`, type: 'pool', pool }))

const guests = (call: Call): readonly ResourceRow[] => {
  const { world } = call.sim
  const may = call.mayEach()
  const poolOf = new Map([...world.pools.values()].flatMap(({ poolid, vms }) => [...vms].map((vmid) => [vmid, poolid])))
  return [...world.guests.values()]
    .filter(({ vmid }) => may(`/vms/${vmid}`, 'VM.Audit'))
    .toSorted((a, b) => a.vmid - b.vmid)
    .map((guest) => guestRow(call.sim, guest, poolOf.get(guest.vmid)))
}

const nodes = (call: Call): readonly ResourceRow[] => {
  const may = call.mayEach()
  return nodesOf(call.sim.world).map((node) => ({
    ...nodeRow(call.sim, node, may(`/nodes/${node.name}`, 'Sys.Audit')),
    'cgroup-mode': 2,
  }))
}

const storages = (call: Call): readonly ResourceRow[] =>
  [...call.sim.world.storages.values()]
    .filter(({ id }) => call.may(`/storage/${id}`, 'Datastore.Audit'))
    .flatMap((storage) =>
      nodesOf(call.sim.world)
        .filter((node) => isStorageOn(storage, node.name))
        .map((node) => storageRow(storage, node.name)),
    )

const zones = (call: Call): readonly ResourceRow[] => {
  const may = call.mayEach()
  return nodesOf(call.sim.world)
    .flatMap((node) => zoneRows(call.sim.world, node))
    .filter((row) => may(`/sdn/zones/${String(row['network'])}`, 'SDN.Audit'))
}

/** Everything in the cluster in one list. `type=sdn` is empty since Proxmox VE 9: zones are among the unfiltered rows. */
export const clusterResourceRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/cluster/resources',
    permission: anyUser,
    params: { type: oneOf('vm', 'storage', 'node', 'sdn') },
    handle: (call) => {
      switch (call.params['type']) {
        case 'vm': {
          return guests(call)
        }
        case 'storage': {
          return storages(call)
        }
        case 'node': {
          return nodes(call)
        }
        case 'sdn': {
          return []
        }
        default: {
          return [pools, guests, nodes, storages, zones].flatMap((rows) => rows(call))
        }
      }
    },
  },
]
