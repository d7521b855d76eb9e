import type { WriteCall } from '../../../adapters/proxmox/calls.ts'
import { always } from '../../../model/permit.ts'
import type { Proxmox } from '../../../model/ports.ts'
import { UPID } from './connected.ts'
import type { Reply } from './fake-api.ts'
import { UNWATCHED } from '../../builders/unwatched.ts'

/** One write that the client can make. */
export interface Write {
  readonly doing: string
  /** As it is sent. */
  readonly sent: string
  readonly answer: Reply
  readonly make: (proxmox: Proxmox, signal: AbortSignal) => Promise<unknown>
}

/** Answered with a task that does it. */
export const TASK: Reply = { data: UPID }
const DONE: Reply = { data: null }
const VNET = { zone: 'ludus', tag: 3, alias: 'lanista range JD', vlanAware: true }
const CLONE = {
  template: { vmid: 9000, node: 'pve1' },
  vmid: 100,
  name: 'vm',
  pool: 'JD',
  description: '',
  target: 'pve1',
  full: { storage: 'shared', format: undefined },
}

/** All of them: the compiler sees that none is missing. */
const BY_CALL: Readonly<Record<WriteCall, Write>> = {
  'POST /cluster/sdn/vnets': {
    doing: 'create a VNet',
    sent: 'POST /cluster/sdn/vnets',
    answer: DONE,
    make: ({ sdn }, signal) => sdn.createVnet('r3', VNET, undefined, always(signal)),
  },
  'PUT /cluster/sdn/vnets/{vnet}': {
    doing: 'change a VNet',
    sent: 'PUT /cluster/sdn/vnets/r3',
    answer: DONE,
    make: ({ sdn }, signal) => sdn.updateVnet('r3', { tag: 5 }, undefined, always(signal)),
  },
  'DELETE /cluster/sdn/vnets/{vnet}': {
    doing: 'delete a VNet',
    sent: 'DELETE /cluster/sdn/vnets/r3',
    answer: DONE,
    make: ({ sdn }, signal) => sdn.deleteVnet('r3', undefined, always(signal)),
  },
  'POST /cluster/sdn/lock': {
    doing: 'take the SDN lock',
    sent: 'POST /cluster/sdn/lock',
    answer: { data: '11111111-2222-4333-8444-555555555555' },
    make: ({ sdn }, signal) => sdn.lock(false, signal),
  },
  'DELETE /cluster/sdn/lock': {
    doing: 'give the SDN lock back',
    sent: 'DELETE /cluster/sdn/lock',
    answer: DONE,
    make: ({ sdn }, signal) => sdn.unlock('11111111-2222-4333-8444-555555555555', signal),
  },
  'PUT /cluster/sdn': {
    doing: 'apply the SDN',
    sent: 'PUT /cluster/sdn',
    answer: TASK,
    make: ({ sdn }, signal) => sdn.apply(undefined, always(signal), UNWATCHED),
  },
  'POST /nodes/{node}/network': {
    doing: 'create a bridge',
    sent: 'POST /nodes/pve1/network',
    answer: DONE,
    make: ({ bridges }, signal) => bridges.createBridge('pve1', 'vmbr1003', '', always(signal)),
  },
  'PUT /nodes/{node}/network/{iface}': {
    doing: 'change a bridge',
    sent: 'PUT /nodes/pve1/network/vmbr1003',
    answer: DONE,
    make: ({ bridges }, signal) => bridges.updateBridge('pve1', 'vmbr1003', '', always(signal)),
  },
  'DELETE /nodes/{node}/network/{iface}': {
    doing: 'delete a bridge',
    sent: 'DELETE /nodes/pve1/network/vmbr1003',
    answer: DONE,
    make: ({ bridges }, signal) => bridges.deleteBridge('pve1', 'vmbr1003', always(signal)),
  },
  'PUT /nodes/{node}/network': {
    doing: "activate a node's networks",
    sent: 'PUT /nodes/pve1/network',
    answer: TASK,
    make: ({ bridges }, signal) => bridges.activate('pve1', always(signal)),
  },
  'DELETE /nodes/{node}/network': {
    doing: "take back what is staged of a node's networks",
    sent: 'DELETE /nodes/pve1/network',
    answer: DONE,
    make: ({ bridges }, signal) => bridges.revert('pve1', always(signal)),
  },
  'POST /pools': {
    doing: 'make a pool',
    sent: 'POST /pools',
    answer: DONE,
    make: ({ pools }, signal) => pools.create('JD', '', always(signal)),
  },
  'DELETE /pools/{poolid}': {
    doing: 'delete a pool',
    sent: 'DELETE /pools/JD',
    answer: DONE,
    make: ({ pools }, signal) => pools.remove('JD', always(signal)),
  },
  'PUT /access/acl': {
    doing: 'grant a role',
    sent: 'PUT /access/acl',
    answer: DONE,
    make: ({ access }, signal) =>
      access.grant({ path: '/sdn/zones/ludus/r3', kind: 'group', who: 'g', role: 'r' }, always(signal)),
  },
  'POST /nodes/{node}/qemu/{vmid}/clone': {
    doing: 'clone a VM',
    sent: 'POST /nodes/pve1/qemu/9000/clone',
    answer: TASK,
    make: ({ machines }, signal) => machines.clone(CLONE, always(signal)),
  },
  'PUT /nodes/{node}/qemu/{vmid}/config': {
    doing: 'configure a VM',
    sent: 'PUT /nodes/pve1/qemu/100/config',
    answer: DONE,
    make: ({ machines }, signal) =>
      machines.configure('pve1', 100, { set: { memory: 512 }, delete: [], digest: 'aa' }, always(signal)),
  },
  'POST /nodes/{node}/qemu/{vmid}/status/start': {
    doing: 'start a VM',
    sent: 'POST /nodes/pve1/qemu/100/status/start',
    answer: TASK,
    make: ({ machines }, signal) => machines.start('pve1', 100, always(signal)),
  },
  'POST /nodes/{node}/qemu/{vmid}/status/shutdown': {
    doing: 'shut a VM down',
    sent: 'POST /nodes/pve1/qemu/100/status/shutdown',
    answer: TASK,
    make: ({ machines }, signal) => machines.shutdown('pve1', 100, 60, always(signal)),
  },
  'POST /nodes/{node}/qemu/{vmid}/status/reboot': {
    doing: 'reboot a VM',
    sent: 'POST /nodes/pve1/qemu/100/status/reboot',
    answer: TASK,
    make: ({ reboots }, signal) => reboots.reboot('pve1', 100, 60, always(signal)),
  },
  'POST /nodes/{node}/qemu/{vmid}/status/stop': {
    doing: 'stop a VM',
    sent: 'POST /nodes/pve1/qemu/100/status/stop',
    answer: TASK,
    make: ({ machines }, signal) => machines.stop('pve1', 100, always(signal)),
  },
  'DELETE /nodes/{node}/qemu/{vmid}': {
    doing: 'delete a VM',
    sent: 'DELETE /nodes/pve1/qemu/100',
    answer: TASK,
    make: ({ machines }, signal) => machines.destroy('pve1', 100, always(signal)),
  },
}

/** Every write that the client can make. */
export const WRITES: readonly Write[] = Object.values(BY_CALL)
