import type { Clock } from '../../model/clock.ts'
import type { ClusterObserver } from '../../model/ports.ts'
import { ProxmoxError } from '../../model/proxmox-error.ts'
import type { ClusterSnapshot, GuestSeen, NodeSeen, ReloadSeen, StorageSeen, TaskSeen } from '../../model/snapshot.ts'
import type { z } from 'zod'
import type { Api } from './api.ts'
import { UnknownCall, type Caller } from './errors.ts'
import type { NodeNetworks } from './node-networks.ts'
import { pendingController, pendingFabrics, vnetSeen, zoneSeen, type PendingRow } from './pending.ts'
import * as schemas from './schemas.ts'
import type { OwnTasks } from './own-tasks.ts'
import type { Templates } from './templates.ts'
import type { Vanished } from './vanished.ts'
import type { Visibility } from './visibility.ts'
import type { VnetStates, ZoneOnNode } from './vnet-states.ts'

type StatusRow = z.output<typeof schemas.clusterStatus>[number]
type Row = schemas.ResourceRow

const nodeSeen = (row: Row, status: StatusRow | undefined): NodeSeen => ({
  name: row.node ?? '',
  // The cluster's membership knows of a lost node at once, the node's statistics only after several seconds.
  online: row.status === 'online' && status?.online !== false,
  inCluster: status?.online ?? row.status !== 'offline',
  maintenance: row.hastate === 'maintenance',
  address: status?.ip,
  cores: row.maxcpu ?? 0,
  cpuLoad: row.cpu ?? 0,
  memoryBytes: row.maxmem ?? 0,
  memoryUsedBytes: row.mem ?? 0,
  uptimeSeconds: row.uptime ?? 0,
})

const storageSeen = (row: Row): StorageSeen => ({
  node: row.node ?? '',
  name: row.storage ?? '',
  shared: row.shared ?? false,
  active: row.status === 'available',
  content: row.content ?? [],
  totalBytes: row.maxdisk ?? 0,
  usedBytes: row.disk ?? 0,
})

const guestStatus = (status: string | undefined): GuestSeen['status'] =>
  status === 'running' || status === 'stopped' || status === 'paused' ? status : 'unknown'

const guestSeen = (row: Row): GuestSeen => ({
  kind: row.type === 'lxc' ? 'lxc' : 'qemu',
  vmid: row.vmid ?? 0,
  node: row.node ?? '',
  name: row.name,
  status: guestStatus(row.status),
  template: row.template ?? false,
  pool: row.pool,
  tags: row.tags ?? [],
  lock: row.lock,
  cores: row.maxcpu ?? 0,
  memoryBytes: row.maxmem ?? 0,
  memoryUsedBytes: row.mem ?? 0,
  uptimeSeconds: row.uptime ?? 0,
})

/** Zone -> node -> status word: rows of type `network` in Proxmox VE 9, of type `sdn` in 8. */
const zoneStatus = (rows: readonly Row[]): ReadonlyMap<string, Readonly<Record<string, string>>> => {
  const byZone = new Map<string, Record<string, string>>()
  for (const row of rows) {
    const zone = row.type === 'sdn' ? row.sdn : row['network-type'] === 'zone' ? row.network : undefined
    if (zone === undefined || row.node === undefined || row.status === undefined) continue
    byZone.set(zone, { ...byZone.get(zone), [row.node]: row.status })
  }
  return byZone
}

/** Reloads that have ended, whoever asked for them: an SDN apply starts one on each node, as `root@pam`. */
const reloadsSeen = (tasks: z.output<typeof schemas.clusterTasks>): readonly ReloadSeen[] =>
  tasks.flatMap(({ upid, node, type, endtime, status }) => {
    if (type !== 'srvreload' || endtime === undefined) return []
    const well = status === 'OK' || /^WARNINGS: \d+$/.test(status ?? '')
    return [{ upid, node, endedAt: endtime * 1000, failure: well ? undefined : (status ?? 'unexpected status') }]
  })

/** Where a node that is online does not call an SDN zone available, or may not any more since an apply has begun. */
const unsureZones = (
  statusByZone: ReadonlyMap<string, Readonly<Record<string, string>>>,
  online: readonly string[],
  isApplying: boolean,
): readonly ZoneOnNode[] =>
  [...statusByZone].flatMap(([zone, statusByNode]) =>
    zone === 'localnetwork'
      ? []
      : online
          .map((node) => ({ zone, node, amiss: amissOf(statusByNode[node]) }))
          .filter(({ amiss }) => isApplying || amiss !== undefined),
  )

const amissOf = (word = 'available'): string | undefined => (word === 'available' ? undefined : word)

const isApply = ({ type, endtime }: z.output<typeof schemas.clusterTasks>[number]): boolean =>
  type === 'reloadnetworkall' && endtime === undefined

const taskSeen = ({ upid, node, type, id }: z.output<typeof schemas.clusterTasks>[number]): TaskSeen => ({
  upid,
  node,
  type,
  id: id ?? '',
})

const guestsSeen = (rows: readonly Row[]): GuestSeen[] =>
  rows
    .filter((row) => (row.type === 'qemu' || row.type === 'lxc') && row.vmid !== undefined)
    .map(guestSeen)
    .sort((a, b) => a.vmid - b.vmid)

const nameOf = ({ name }: NodeSeen): string => name

const SIGHT = ['Sys.Audit', 'VM.Audit', 'Datastore.Audit', 'SDN.Audit', 'Pool.Audit']

const blindness = (node: string | undefined, { tokenId }: Caller, remedy: string): ProxmoxError => {
  const call = 'GET /cluster/resources'
  const finding = node === undefined ? 'is shown no node at all' : `is not shown the memory of node ${node}`
  return new ProxmoxError(
    'forbidden',
    call,
    `${call}: the API token ${tokenId} ${finding}, so it would see a wrong cluster; ${remedy}`,
  )
}

/** What tells which changes of the SDN are pending. */
type SdnCall =
  | 'GET /cluster/sdn/zones'
  | 'GET /cluster/sdn/vnets'
  | 'GET /cluster/sdn/controllers'
  | 'GET /cluster/sdn/fabrics/all'

/** A release that has all calls is believed for so long, in milliseconds: an upgrade takes longer, and nothing is lost by it. */
const RELEASE_KEEPS = 60_000

interface Deps {
  readonly api: Api
  readonly clock: Clock
  readonly steady: Pick<Clock, 'now'>
  readonly caller: Caller
  readonly templates: Templates
  readonly nodeNetworks: NodeNetworks
  readonly vnetStates: VnetStates
  readonly visibility: Visibility
  readonly ownTasks: Pick<OwnTasks, 'ofOthers'>
  readonly vanished: Vanished
}

/**
 * The whole cluster in twelve reads and one more of each node that the cluster counts in, however many ranges and guests
 * there are; one for its release, once a minute, or each time where it lacks a call; one of each zone that a node has trouble
 * with, and, while an apply is under way, one of each zone on each node and one more; one of each pool while something is
 * hidden from the token; one of each thing that lists have shown before and don't any more; and
 * once, when a template is first seen, one for its disks.
 */
export const createObserver = (deps: Deps): ClusterObserver => {
  const { api, clock, steady, caller, templates, nodeNetworks, vnetStates, visibility, ownTasks, vanished } = deps
  /** Calls this Proxmox doesn't know (501), found out once for each release: it may be upgraded. */
  const unknownCalls = new Set<SdnCall>()
  let known: { readonly release: string; readonly at: number } | undefined

  /** Undefined from a Proxmox that has no such list. */
  const sdn = async <T>(call: SdnCall, schema: z.ZodType<T>, signal: AbortSignal): Promise<T | undefined> => {
    if (unknownCalls.has(call)) return undefined
    try {
      return await api.read(call, {}, { pending: 1 }, schema, signal)
    } catch (error) {
      if (!(error instanceof UnknownCall)) throw error
      unknownCalls.add(call)
      return undefined
    }
  }
  const sdnList = async (call: SdnCall, signal: AbortSignal): Promise<readonly PendingRow[]> =>
    (await sdn(call, schemas.pendingRows, signal)) ?? []

  /** Proxmox doesn't refuse what a token may not see, it leaves it out: an empty cluster is a missing right. */
  const nodesSeen = async (
    rows: readonly Row[],
    status: readonly StatusRow[],
    signal: AbortSignal,
  ): Promise<NodeSeen[]> => {
    const nodeRows = rows.filter((row) => row.type === 'node')
    const blind = nodeRows.find((row) => row.status === 'online' && row.maxmem === undefined)
    if (nodeRows.length === 0 || blind)
      throw blindness(blind?.node, caller, await api.explain({ path: '/', rights: SIGHT }, signal))
    const statusOf = new Map(status.filter((row) => row.type === 'node').map((row) => [row.name, row]))
    return nodeRows.map((row) => nodeSeen(row, statusOf.get(row.node))).sort((a, b) => a.name.localeCompare(b.name))
  }

  const releaseNow = async (signal: AbortSignal): Promise<string> => {
    const now = steady.now()
    if (known !== undefined && unknownCalls.size === 0 && now - known.at < RELEASE_KEEPS) return known.release
    const { release } = await api.read('GET /version', {}, {}, schemas.version, signal)
    known = { release, at: now }
    return release
  }

  const tasksNow = (signal: AbortSignal) => api.read('GET /cluster/tasks', {}, {}, schemas.clusterTasks, signal)

  const readAll = (signal: AbortSignal) =>
    Promise.all([
      releaseNow(signal),
      api.read('GET /cluster/status', {}, {}, schemas.clusterStatus, signal),
      api.read('GET /cluster/resources', {}, {}, schemas.resources, signal),
      sdnList('GET /cluster/sdn/zones', signal),
      sdnList('GET /cluster/sdn/vnets', signal),
      sdnList('GET /cluster/sdn/controllers', signal),
      sdn('GET /cluster/sdn/fabrics/all', schemas.pendingFabrics, signal),
      api.read('GET /pools', {}, {}, schemas.pools, signal),
      tasksNow(signal),
    ])

  /** One failed read makes the rest useless, so it ends them. */
  const readAllOrNone = async (signal: AbortSignal): ReturnType<typeof readAll> => {
    const stop = new AbortController()
    try {
      return await readAll(AbortSignal.any([signal, stop.signal]))
    } catch (error) {
      stop.abort()
      throw error
    }
  }

  /** Of a release that was not met before nothing is known: what the last one did not have, this one may. */
  const readAllOfRelease = async (signal: AbortSignal): ReturnType<typeof readAll> => {
    const before = known?.release
    const all = await readAllOrNone(signal)
    if (before === undefined || before === all[0] || unknownCalls.size === 0) return all
    unknownCalls.clear()
    return await readAllOrNone(signal)
  }

  return {
    async observe(signal, asOf): Promise<ClusterSnapshot> {
      const takenAt = clock.now()
      const rightsAfter = await visibility.begin(signal, asOf)
      const [release, status, rows, zones, vnets, controllers, fabrics, pools, tasksBefore] =
        await readAllOfRelease(signal)
      const nodes = await nodesSeen(rows, status, signal)
      const guests = guestsSeen(rows)
      const statusByZone = zoneStatus(rows)
      const online = nodes.filter((node) => node.online).map(nameOf)
      const inCluster = nodes.filter((node) => node.inCluster).map(nameOf)
      const isApplying = tasksBefore.some(isApply)
      const [templatesSeen, networks, states, { acl, unseen: unseenByRights }] = await Promise.all([
        templates.among(guests, new Set(online), signal),
        nodeNetworks.of(inCluster, signal),
        vnetStates.of(unsureZones(statusByZone, online, isApplying), signal),
        rightsAfter(),
      ])
      // A node calls its VNets available as soon as its reload has begun: what reloads is asked for after that.
      const tasks = isApplying ? await tasksNow(signal) : tasksBefore
      const poolIds = pools.map(({ poolid }) => poolid)
      const shown = new Set(guests.map(({ vmid }) => vmid))
      const vnetsSeen = vnets.map(vnetSeen)
      const lists = { guests, pools: poolIds, vnets: vnetsSeen, nodeNetworks: networks }
      const unseen = [...unseenByRights, ...(await vanished.among(lists, signal))]
      const clusterRow = status.find((row) => row.type === 'cluster')
      return {
        takenAt,
        release: Number.parseInt(release, 10),
        // A single node without a cluster has no such row and always takes writes.
        quorate: clusterRow?.quorate ?? true,
        ...(clusterRow?.name === undefined ? {} : { clusterName: clusterRow.name }),
        nodes,
        storages: rows.filter((row) => row.type === 'storage').map(storageSeen),
        zones: zones.map((row) => zoneSeen(row, statusByZone)),
        vnets: vnetsSeen,
        otherPending: [...controllers.flatMap(pendingController), ...pendingFabrics(fabrics)],
        guests,
        templates: templatesSeen,
        pools: poolIds,
        poolComments: new Map(pools.flatMap(({ poolid, comment }) => (comment ? [[poolid, comment]] : []))),
        runningTasks: tasks.filter((task) => task.endtime === undefined).map(taskSeen),
        tasksOfOthers: ownTasks.ofOthers(tasks.map(taskSeen)),
        vnetStates: states,
        nodeNetworks: networks,
        acl,
        unseen,
        hiddenMembers: await visibility.hiddenMembers(unseen, poolIds, shown, signal),
        reloads: reloadsSeen(tasks),
      }
    },
  }
}
