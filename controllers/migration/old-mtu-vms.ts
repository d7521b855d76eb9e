import type { Clock } from '../../model/clock.ts'
import type { Machines } from '../../model/machine-ports.ts'
import type { JournalNic } from '../../model/migration-journal.ts'
import { runsWithOldMtu, whyUntoldMtu } from '../../reconcilers/migration/old-mtu.ts'

/** A VM that runs with the MTU of its bridge. */
export interface OldMtuVm {
  readonly vmid: number
  readonly name: string
  readonly node: string
}

/**
 * The VMs that still run with the MTU of their bridges, by their own nodes, as the cluster's list tells that up to 10 s late; and a
 * sentence for each node that does not tell, and for each VM of which nothing does. One read a node, none where no NIC may keep it.
 */
export async function vmsWithOldMtu(
  nics: readonly JournalNic[],
  nodes: readonly string[],
  mtu: number | undefined,
  {
    machines,
    clock,
    signal,
  }: { readonly machines: Pick<Machines, 'told'>; readonly clock: Pick<Clock, 'now'>; readonly signal: AbortSignal },
): Promise<{ readonly vms: readonly OldMtuVm[]; readonly untold: readonly string[] }> {
  const since = { node: '', running: true, uptimeSeconds: Infinity }
  const able = nics.filter((nic) => runsWithOldMtu(nic, since, clock.now(), mtu))
  if (able.length === 0) return { vms: [], untold: [] }
  const vms = new Map<number, OldMtuVm>()
  const untold: string[] = []
  const unsure = new Set<string | undefined>()
  for (const node of nodes)
    try {
      const told = await machines.told(node, signal)
      const now = clock.now()
      for (const nic of able) {
        const its = told.get(nic.vmid)
        if (its === undefined) continue
        const vm = { ...its, node }
        if (runsWithOldMtu(nic, vm, now, mtu)) vms.set(nic.vmid, { vmid: nic.vmid, name: nic.name, node })
        else unsure.add(whyUntoldMtu(nic, vm, mtu))
      }
    } catch (error) {
      signal.throwIfAborted()
      untold.push(
        `node ${node} does not say since when its VMs run, so which of them keep the MTU of their bridge is not known (${error instanceof Error ? error.message : String(error)}); lanista migrate status tells once it answers`,
      )
    }
  return { vms: [...vms.values()], untold: [...untold, ...[...unsure].flatMap((each) => each ?? [])] }
}
