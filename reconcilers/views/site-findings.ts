import type { ControllerView } from '../../model/api/cluster-views.ts'
import type { ClusterSnapshot, NodeSeen } from '../../model/snapshot.ts'
import type { HostStanding } from '../../model/watched.ts'
import type { ZoneFinding } from '../../model/zone-finding.ts'
import { nodeStateOf } from './node-views.ts'

type SiteFinding = ControllerView['findings'][number]

/** What is known of the site besides its ranges. */
export interface SiteKnown {
  /** The last look; undefined before the first. */
  readonly snapshot: ClusterSnapshot | undefined
  readonly zone: readonly ZoneFinding[]
  readonly hosts: readonly HostStanding[]
  /** What the last look took. */
  readonly lookSeconds: number
  /** Why statuses can't be written; undefined when they can. */
  readonly unwritten: string | undefined
}

/** More than this is taken of a storage that is called full, as the alert has it. */
const FULL = 0.95
/** Clocks that differ by so many seconds are off, as the alert has it. */
const CLOCK_OFF_SECONDS = 10
/** Longer is no look at a cluster that is well. */
const SLOW_SECONDS = 5

/**
 * What is wrong with the site as a whole, worst first, each as subject, finding and remedy: whoever is called at night looks at a range
 * first, and what holds all of them up, or soon will, is no range's.
 */
export function siteFindings({ snapshot, zone, hosts, lookSeconds, unwritten }: SiteKnown): readonly SiteFinding[] {
  const findings: readonly SiteFinding[] = [
    ...(snapshot === undefined ? [] : [...snapshot.nodes.flatMap(nodeFinding), ...storageFindings(snapshot)]),
    ...zone.map(({ severity, reason, message, nodes }): SiteFinding => ({
      severity: severity === 'unusable' ? 'error' : 'warning',
      reason,
      message,
      nodes: [...nodes],
    })),
    ...hosts.flatMap(clockFinding),
    ...(lookSeconds < SLOW_SECONDS
      ? []
      : [
          warning(
            'ProxmoxSlow',
            `Proxmox: the last look at the cluster took ${Math.round(lookSeconds)} s; see on its nodes that pveproxy and pvestatd are well (systemctl status pveproxy pvestatd) and that no storage hangs (pvesm status)`,
          ),
        ]),
    ...(unwritten === undefined
      ? []
      : [
          error(
            'StateDirUnwritable',
            `state directory (lanista.state_dir): statuses can't be written (${unwritten}), so that their files are old; free space on its disk, or make it writable, then this goes on by itself`,
          ),
        ]),
  ]
  return [...findings].sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'))
}

const error = (reason: string, message: string, ...nodes: readonly string[]): SiteFinding => ({
  severity: 'error',
  reason,
  message,
  nodes: [...nodes],
})
const warning = (reason: string, message: string, ...nodes: readonly string[]): SiteFinding => ({
  ...error(reason, message, ...nodes),
  severity: 'warning',
})

/** What is wrong with a node, and what to do; undefined when nothing is. */
export function nodeTrouble(node: NodeSeen): { readonly reason: string; readonly message: string } | undefined {
  switch (nodeStateOf(node)) {
    case 'Offline':
      return {
        reason: 'NodeOffline',
        message: `node ${node.name}: it is offline, and nothing is known of its VMs until it is back; look at its console, power and network`,
      }
    case 'Silent':
      return {
        reason: 'NodeSilent',
        message: `node ${node.name}: the cluster counts it in, and it does not tell how it is; look at pvestatd there: systemctl status pvestatd`,
      }
    case 'Online':
    case 'Maintenance':
      return undefined
  }
}

function nodeFinding(node: NodeSeen): readonly SiteFinding[] {
  const trouble = nodeTrouble(node)
  if (trouble === undefined) return []
  const { reason, message } = trouble
  return [reason === 'NodeOffline' ? error(reason, message, node.name) : warning(reason, message, node.name)]
}

/** Those for disks; each node tells of a shared one. */
function storageFindings({ storages }: ClusterSnapshot): readonly SiteFinding[] {
  const full = new Map<string, SiteFinding>()
  for (const { node, name, shared, content, totalBytes, usedBytes } of storages) {
    if (!content.includes('images') || totalBytes === 0 || usedBytes / totalBytes < FULL) continue
    const percent = Math.floor((usedBytes / totalBytes) * 100)
    const where = shared ? '' : ` on ${node}`
    const message = `storage ${name}${where}: ${percent} % of it are used; no VM can be made there soon, and those that are there stop when nothing is left; remove what nobody needs (pvesm list ${name}), or make it larger`
    full.set(shared ? name : `${node}/${name}`, error('StorageFull', message, ...(shared ? [] : [node])))
  }
  return [...full.values()]
}

function clockFinding({ host, clockAheadSeconds = 0 }: HostStanding): readonly SiteFinding[] {
  const off = Math.round(Math.abs(clockAheadSeconds))
  if (off <= CLOCK_OFF_SECONDS) return []
  const way = clockAheadSeconds > 0 ? 'ahead of' : 'behind'
  return [
    warning(
      'ClockOff',
      `clock of ${host}: it is ${off} s ${way} this machine's; see which of the two is not synchronized (timedatectl), and mend that (systemctl restart chrony)`,
    ),
  ]
}
