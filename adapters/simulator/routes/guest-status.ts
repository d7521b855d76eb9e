import { isContainer } from '../containers/container-lookup.ts'
import { currentStatus, guestRow } from '../guests/guest-status.ts'
import { guestOf } from '../guests/guest-lookup.ts'
import { flag, shared } from '../parameters.ts'
import { anyUser, perm } from '../permission.ts'
import type { Route } from '../route.ts'

/** What lies below a VM's path, in Proxmox' order; told of any VMID, taken or not. */
const folders = (
  'config cloudinit pending status unlink vncproxy termproxy migrate resize move rrd rrddata monitor agent snapshot ' +
  'spiceproxy sendkey firewall mtunnel remote_migrate'
).split(' ')

/** What VMs there are on a node and how they are. */
export const guestStatusRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/nodes/{node}/qemu',
    permission: anyUser,
    proxy: 'node',
    params: { node: shared.node, full: flag },
    handle: ({ sim, node, params, mayEach }) => {
      const may = mayEach()
      return [...sim.world.guests.values()]
        .filter((guest) => guest.node === node.name && !isContainer(guest) && may(`/vms/${guest.vmid}`, 'VM.Audit'))
        .map((guest) => ({
          ...guestRow(guest, sim.clock.now()),
          ...(params['full'] === '1' ? { qmpstatus: guest.running === undefined ? 'stopped' : 'running' } : {}),
        }))
    },
  },
  {
    method: 'GET',
    path: '/nodes/{node}/qemu/{vmid}',
    permission: anyUser,
    proxy: 'node',
    params: { node: shared.node, vmid: shared.vmid },
    handle: () => folders.map((subdir) => ({ subdir })),
  },
  {
    method: 'GET',
    path: '/nodes/{node}/qemu/{vmid}/status/current',
    permission: perm('/vms/{vmid}', 'VM.Audit'),
    proxy: 'node',
    params: { node: shared.node, vmid: shared.vmid },
    handle: (call) => currentStatus(guestOf(call), call.sim.clock.now()),
  },
]
