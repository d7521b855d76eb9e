import type { Proxmox } from '../../model/ports.ts'
import { ProxmoxError } from '../../model/proxmox-error.ts'
import { type PlannedWrite, write } from '../../reconcilers/saved-plan/planned-writes.ts'

/** Something would be written that the plan which is carried out does not have. Nothing was sent, and trying again does not help. */
export class NotPlanned extends ProxmoxError {
  constructor(what: PlannedWrite) {
    super(
      'forbidden',
      what,
      `it would ${what}, which is not in the plan that is carried out; lanista plan and lanista diff show it, and lanista run does it`,
    )
  }
}

/**
 * Proxmox, in which only the writes of a plan can be made, whoever decides on others, and for whatever reason. Every write that the
 * ports have stands here: one that is new is refused by the compiler until somebody says what it takes.
 */
export function plannedAlone(proxmox: Proxmox, planned: ReadonlySet<PlannedWrite>): Proxmox {
  const must = async <T>(what: PlannedWrite, send: () => Promise<T>): Promise<T> => {
    if (!planned.has(what)) throw new NotPlanned(what)
    return await send()
  }
  const { sdn, bridges, machines, pools, access, reboots } = proxmox
  return {
    ...proxmox,
    sdn: {
      lock: (pending, signal) => must(write.lockSdn(), () => sdn.lock(pending, signal)),
      // What an earlier run holds keeps everybody from the SDN.
      unlock: (token, signal) => sdn.unlock(token, signal),
      createVnet: (name, config, ...rest) =>
        must(write.createVnet(name, config), () => sdn.createVnet(name, config, ...rest)),
      updateVnet: (name, changes, ...rest) =>
        must(write.updateVnet(name, changes), () => sdn.updateVnet(name, changes, ...rest)),
      deleteVnet: (name, ...rest) => must(write.deleteVnet(name), () => sdn.deleteVnet(name, ...rest)),
      pendingSubnets: (vnets, signal) => sdn.pendingSubnets(vnets, signal),
      apply: (...args) => must(write.applySdn(), () => sdn.apply(...args)),
    },
    bridges: {
      look: (node, signal) => bridges.look(node, signal),
      createBridge: (node, name, comment, permit) =>
        must(write.createBridge(node, name, comment), () => bridges.createBridge(node, name, comment, permit)),
      updateBridge: (node, name, comment, permit) =>
        must(write.updateBridge(node, name, comment), () => bridges.updateBridge(node, name, comment, permit)),
      deleteBridge: (node, name, permit) =>
        must(write.deleteBridge(node, name), () => bridges.deleteBridge(node, name, permit)),
      revert: (node, permit) => must(write.revert(node), () => bridges.revert(node, permit)),
      activate: (node, permit) => must(write.activate(node), () => bridges.activate(node, permit)),
    },
    machines: {
      read: (...args) => machines.read(...args),
      told: (...args) => machines.told(...args),
      lastStart: (...args) => machines.lastStart(...args),
      audit: (...args) => machines.audit(...args),
      clone: (request, permit) =>
        must(write.clone(request.target, request.vmid, request.name, request.template.vmid), () =>
          machines.clone(request, permit),
        ),
      configure: (node, vmid, ...rest) =>
        must(write.configure(node, vmid), () => machines.configure(node, vmid, ...rest)),
      start: (node, vmid, permit) => must(write.start(node, vmid), () => machines.start(node, vmid, permit)),
      shutdown: (node, vmid, ...rest) => must(write.shutdown(node, vmid), () => machines.shutdown(node, vmid, ...rest)),
      stop: (node, vmid, permit) => must(write.stop(node, vmid), () => machines.stop(node, vmid, permit)),
      destroy: (node, vmid, ...rest) => must(write.destroy(node, vmid), () => machines.destroy(node, vmid, ...rest)),
    },
    pools: {
      read: (pool, signal) => pools.read(pool, signal),
      create: (pool, ...rest) => must(write.pool(pool), () => pools.create(pool, ...rest)),
      remove: (pool, permit) => must(write.removePool(pool), () => pools.remove(pool, permit)),
    },
    access: {
      grant: (right, permit) => must(write.grant(right.path, right.who, right.role), () => access.grant(right, permit)),
    },
    reboots: {
      tasksOf: (...args) => reboots.tasksOf(...args),
      reboot: (node, vmid) => Promise.reject(new NotPlanned(`reboot VM ${vmid} on ${node}`)),
    },
  }
}
