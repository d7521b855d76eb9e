import { createHash } from 'node:crypto'
import { failure } from '../api-error.ts'
import type { Call } from '../route.ts'
import type { ConfigValue, Guest, World } from '../world.ts'

/** The VM of that VMID on a node; a container is none. */
export const vmOn = ({ guests }: World, node: string, vmid: number): Guest | undefined => {
  const guest = guests.get(vmid)
  return guest === undefined || guest.node !== node || guest.kind === 'lxc' ? undefined : guest
}

/** Text of the error for a VM that isn't on the node asked, wherever else it may be. */
const noConfigOn = (node: string, vmid: number): string =>
  `Configuration file 'nodes/${node}/qemu-server/${vmid}.conf' does not exist`

/** The VM of a call's `vmid`, on the call's node; 500 otherwise. */
export const guestOf = (call: Call): Guest => guestOn(call, Number(call.params['vmid']))

/** A VM on the call's node; 500 when it isn't there. */
export const guestOn = ({ sim, node }: Call, vmid: number): Guest => {
  const guest = vmOn(sim.world, node.name, vmid)
  if (guest === undefined) throw failure(noConfigOn(node.name, vmid))
  return guest
}

/** Throws while somebody's operation has marked the VM (`lock: backup`). */
export const checkLock = ({ config }: { readonly config: ReadonlyMap<string, ConfigValue> }): void => {
  const lock = config.get('lock')
  if (lock !== undefined) throw failure(`VM is locked (${lock})`)
}

/** Is it a template. */
export const isTemplate = ({ config }: { readonly config: ReadonlyMap<string, ConfigValue> }): boolean =>
  Number(config.get('template') ?? 0) === 1

/** Digest of the whole configuration file: pending changes and snapshots count. */
export const configDigest = (guest: Guest): string =>
  createHash('sha1')
    .update(
      JSON.stringify([
        [...guest.config].toSorted(([a], [b]) => (a < b ? -1 : 1)),
        [...guest.pending].toSorted(([a], [b]) => (a < b ? -1 : 1)),
        [...guest.snapshots].map(([name, config]) => [name, [...config]]),
      ]),
    )
    .digest('hex')
