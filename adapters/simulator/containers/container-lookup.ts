import { failure } from '../api-error.ts'
import { withFileLock } from '../locks.ts'
import type { Call } from '../route.ts'
import { lockScope } from '../simulation.ts'
import type { Guest } from '../world.ts'

/** Is it a container, and not a VM. */
export const isContainer = ({ kind }: Pick<Guest, 'kind'>): boolean => kind === 'lxc'

/** The container of a call's `vmid`, on the call's node; 500 otherwise, also for a VM of that VMID. */
export const containerOf = ({ sim, node, params }: Call): Guest => {
  const vmid = Number(params['vmid'])
  const guest = sim.world.guests.get(vmid)
  if (guest === undefined || guest.node !== node.name || !isContainer(guest))
    throw failure(`Configuration file 'nodes/${node.name}/lxc/${vmid}.conf' does not exist`)
  return guest
}

/** Throws while somebody's operation has marked the container. */
export const checkContainerLock = ({ config }: Guest): void => {
  const lock = config.get('lock')
  if (lock !== undefined) throw failure(`CT is locked (${lock})`)
}

/** Milliseconds a call waits for a container's lock file. */
const WAIT = 10_000

/** Runs `work` under the lock file of the call's container. */
export const withContainerLock = <T>({ sim, node, params }: Call, work: () => T | Promise<T>): Promise<T> =>
  withFileLock(lockScope(sim), node.name, `/run/lock/lxc/pve-config-${params['vmid']}.lock`, WAIT, work)
