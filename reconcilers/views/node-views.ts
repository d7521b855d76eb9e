import type { NodeView } from '../../model/api/cluster-views.ts'
import type { RangeStatus } from '../../model/range-status.ts'
import type { ClusterSnapshot, GuestSeen, NodeSeen } from '../../model/snapshot.ts'
import { promisedIn, promisedOn, type Reservation } from '../placement/capacity.ts'
import { compareNames } from '../placement/compare-names.ts'
import { inSteps, MEMORY_STEP } from './coarse.ts'

/** The state of a node in one word. */
export function nodeStateOf({ online, inCluster, maintenance }: NodeSeen): NodeView['state'] {
  if (maintenance) return 'Maintenance'
  if (online) return 'Online'
  return inCluster ? 'Silent' : 'Offline'
}

/**
 * The nodes as the API tells of them, in order of name.
 *
 * @param reservations what is promised to VMs that the look may not show yet
 * @param since when a node came into its state
 */
export function nodeViews(
  snapshot: ClusterSnapshot,
  statuses: readonly RangeStatus[],
  reservations: readonly Reservation[],
  since: (node: string) => string,
): readonly NodeView[] {
  const promised = promisedIn(snapshot, reservations)
  const told = new Map(
    statuses.flatMap(({ id, vms }) =>
      vms.flatMap(({ vmid, name, why }) => (vmid === undefined ? [] : [[vmid, { range: id, name, why }] as const])),
    ),
  )
  const guestsOn = new Map<string, GuestSeen[]>(snapshot.nodes.map(({ name }) => [name, []]))
  for (const guest of snapshot.guests) if (!guest.template) guestsOn.get(guest.node)?.push(guest)
  const shown = new Set(snapshot.guests.map(({ vmid }) => vmid))
  /** VMs that were made since the last look, by what was promised to them. */
  const arrivingAt = (node: string): NodeView['vms'] =>
    promised
      .filter((each) => each.node === node && !shown.has(each.vmid))
      .map(({ vmid, name, memoryBytes }) => {
        const its = told.get(vmid)
        return {
          vmid,
          name: its?.name ?? name ?? `VM ${vmid}`,
          ...(its === undefined ? {} : { range: its.range, why: its.why }),
          running: false,
          memoryBytes,
          memoryUsedBytes: 0,
        }
      })
  return [...snapshot.nodes]
    .sort((a, b) => compareNames(a.name, b.name))
    .map((node): NodeView => {
      const guests = guestsOn.get(node.name) ?? []
      const reload = snapshot.reloads
        .filter((each) => each.node === node.name)
        .reduce<ClusterSnapshot['reloads'][number] | undefined>(
          (last, each) => (last === undefined || each.endedAt > last.endedAt ? each : last),
          undefined,
        )
      return {
        kind: 'Node',
        name: node.name,
        state: nodeStateOf(node),
        since: since(node.name),
        ...(node.address === undefined ? {} : { address: node.address }),
        cores: node.cores,
        cpuLoad: Math.round(node.cpuLoad * 100) / 100,
        memoryBytes: node.memoryBytes,
        memoryUsedBytes: inSteps(node.memoryUsedBytes, MEMORY_STEP.node),
        memoryPromisedBytes: promisedOn(promised, node.name),
        uptimeSeconds: node.uptimeSeconds,
        vms: [...guests.map((guest) => guestOn(guest, told)), ...arrivingAt(node.name)].sort(
          (a, b) => b.memoryBytes - a.memoryBytes || a.vmid - b.vmid,
        ),
        storages: snapshot.storages
          .filter((storage) => storage.node === node.name)
          .sort((a, b) => compareNames(a.name, b.name))
          .map(({ name, shared, active, totalBytes, usedBytes }) => ({
            name,
            shared,
            active,
            totalBytes,
            usedBytes: inSteps(usedBytes, MEMORY_STEP.node),
          })),
        ...(reload === undefined
          ? {}
          : {
              reload: {
                at: new Date(reload.endedAt).toISOString(),
                ...(reload.failure === undefined ? {} : { failure: reload.failure }),
              },
            }),
      }
    })
}

function guestOn(
  guest: GuestSeen,
  told: ReadonlyMap<number, { readonly range: string; readonly name: string; readonly why: string }>,
): NodeView['vms'][number] {
  const known = told.get(guest.vmid)
  const its = known?.range === guest.pool ? known : undefined
  return {
    vmid: guest.vmid,
    name: its?.name ?? guest.name ?? `VM ${guest.vmid}`,
    ...(its === undefined ? {} : { range: its.range, why: its.why }),
    running: guest.status === 'running' || guest.status === 'paused',
    memoryBytes: guest.memoryBytes,
    memoryUsedBytes: inSteps(guest.memoryUsedBytes, MEMORY_STEP.vm),
  }
}
