import { failure, parameterError } from '../api-error.ts'
import { containerOf, isContainer, withContainerLock } from '../containers/container-lookup.ts'
import { containerParameters } from '../containers/container-options.ts'
import { containerRow } from '../containers/container-statistics.ts'
import { updateContainer } from '../containers/container-update.ts'
import { configDigest } from '../guests/guest-lookup.ts'
import { pendingRows, visibleConfig } from '../guests/pending-changes.ts'
import { snapshotNamed } from '../guests/snapshot-lock.ts'
import { flag, required, shared, text } from '../parameters.ts'
import { anyUser, perm, permAny } from '../permission.ts'
import type { Call, Route } from '../route.ts'

const path = '/nodes/{node}/lxc/{vmid}'
const container = { node: shared.node, vmid: shared.vmid }
const snapname = text({ format: 'pve-configid', maxLength: 40 })
const audit = perm('/vms/{vmid}', 'VM.Audit')

const readConfig = (call: Call): Readonly<Record<string, unknown>> => {
  const { snapshot, current } = call.params
  if (snapshot !== undefined && current === '1') {
    const problem = `cannot use 'snapshot' parameter with 'current'`
    throw parameterError({ snapshot: problem, current: problem })
  }
  const guest = containerOf(call)
  const kept = snapshot === undefined ? visibleConfig(guest, current === '1') : snapshotNamed(guest, snapshot)
  return { ...Object.fromEntries(kept), digest: configDigest(guest) }
}

const snapshots = (call: Call): readonly Readonly<Record<string, unknown>>[] => {
  const guest = containerOf(call)
  const parentOf = (config: ReadonlyMap<string, unknown>): Readonly<Record<string, unknown>> =>
    config.has('parent') ? { parent: config.get('parent') } : {}
  return [
    ...[...guest.snapshots].map(([name, config]) => ({
      name,
      snaptime: config.get('snaptime') ?? 0,
      description: config.get('description') ?? '',
      ...parentOf(config),
    })),
    {
      name: 'current',
      digest: configDigest(guest),
      running: guest.running === undefined ? 0 : 1,
      description: 'You are here!',
      ...parentOf(guest.config),
    },
  ]
}

/** Containers: what there are, how they are configured, and their NICs' changes. They are neither made nor switched here. */
export const containerRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/nodes/{node}/lxc',
    permission: anyUser,
    proxy: 'node',
    params: { node: shared.node },
    handle: ({ sim, node, mayEach }) => {
      const may = mayEach()
      return [...sim.world.guests.values()]
        .filter((guest) => guest.node === node.name && isContainer(guest) && may(`/vms/${guest.vmid}`, 'VM.Audit'))
        .map((guest) => containerRow(guest, node, sim.clock.now()))
    },
  },
  {
    method: 'GET',
    path: `${path}/config`,
    permission: audit,
    proxy: 'node',
    params: { ...container, current: flag, snapshot: snapname },
    handle: readConfig,
  },
  {
    method: 'PUT',
    path: `${path}/config`,
    permission: permAny(
      '/vms/{vmid}',
      'VM.Config.Disk',
      'VM.Config.CPU',
      'VM.Config.Memory',
      'VM.Config.Network',
      'VM.Config.Options',
    ),
    proxy: 'node',
    params: containerParameters,
    handle: async (call) => {
      const { node: _node, vmid: _vmid, digest: _digest, ...rest } = call.params
      if (Object.keys(rest).length === 0) throw failure('no options specified')
      await withContainerLock(call, () => updateContainer(call))
      return null
    },
  },
  {
    method: 'GET',
    path: `${path}/pending`,
    permission: audit,
    proxy: 'node',
    params: container,
    handle: (call) => {
      const guest = containerOf(call)
      return [...pendingRows(guest), { key: 'digest', value: configDigest(guest) }]
    },
  },
  {
    method: 'GET',
    path: `${path}/status/current`,
    permission: audit,
    proxy: 'node',
    params: container,
    handle: (call) => ({ ...containerRow(containerOf(call), call.node, call.sim.clock.now()), ha: { managed: 0 } }),
  },
  { method: 'GET', path: `${path}/snapshot`, permission: audit, proxy: 'node', params: container, handle: snapshots },
  {
    method: 'GET',
    path: `${path}/snapshot/{snapname}/config`,
    permission: permAny('/vms/{vmid}', 'VM.Snapshot', 'VM.Snapshot.Rollback', 'VM.Audit'),
    proxy: 'node',
    params: { ...container, snapname: required(snapname) },
    handle: (call) => Object.fromEntries(snapshotNamed(containerOf(call), call.params['snapname'] ?? '')),
  },
]
