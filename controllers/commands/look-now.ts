import type { Proxmox } from '../../model/ports.ts'
import type { MachineTold } from '../../model/machine-ports.ts'
import type { ClusterSnapshot, GuestSeen } from '../../model/snapshot.ts'

/** The cluster as it is just now, and one sentence for each node that did not say so. */
export interface SeenNow {
  readonly snapshot: ClusterSnapshot
  readonly warnings: readonly string[]
  /** The same without what their failures said, in order of name: as long as a node is silent, it is the same sentence. */
  readonly silent: readonly string[]
}

type Told = ReadonlyMap<number, MachineTold>

/**
 * A look in which the VMs of these ranges have the names and the states that their own nodes tell: the cluster's list tells both
 * up to 10 s late, and whoever looks once has no later look. Where a node does not tell, the states are unknown. One read
 * for each node that has such VMs. Throws when the cluster can't be seen.
 */
export async function lookNow(
  proxmox: Pick<Proxmox, 'observe' | 'machines'>,
  rangeIds: readonly string[],
  signal: AbortSignal,
): Promise<SeenNow> {
  const snapshot = await proxmox.observe(signal)
  const pools = new Set(rangeIds)
  const isAsked = ({ kind, template, pool }: GuestSeen): boolean =>
    kind === 'qemu' && !template && pool !== undefined && pools.has(pool)
  const online = new Set(snapshot.nodes.flatMap(({ name, online: isOn }) => (isOn ? [name] : [])))
  const nodes = new Set(snapshot.guests.flatMap((guest) => (isAsked(guest) ? [guest.node] : [])))
  const told = new Map<string, Told>()
  const warnings: string[] = []
  const silent: string[] = []
  await Promise.all(
    [...nodes]
      .filter((node) => online.has(node))
      .map(async (node) => {
        try {
          told.set(node, await proxmox.machines.told(node, signal))
        } catch (error) {
          signal.throwIfAborted()
          const silence = `node ${node} does not say which of its VMs run, so that is not known`
          warnings.push(`${silence} (${error instanceof Error ? error.message : String(error)}); check that it answers`)
          silent.push(`${silence}; check that it answers`)
        }
      }),
  )
  const guests = snapshot.guests.map((guest) => (isAsked(guest) ? asTold(guest, told.get(guest.node)) : guest))
  return { snapshot: { ...snapshot, guests }, warnings, silent: silent.sort() }
}

/** One that its node does not list is on its way to another, or gone. */
function asTold(guest: GuestSeen, told: Told | undefined): GuestSeen {
  const its = told?.get(guest.vmid)
  if (its === undefined) return { ...guest, status: 'unknown' }
  const running = guest.status === 'paused' ? 'paused' : 'running'
  const { uptimeSeconds, pid } = its
  return { ...guest, name: its.name ?? guest.name, status: its.running ? running : 'stopped', uptimeSeconds, pid }
}
