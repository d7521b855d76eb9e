import { failure, parameterError } from '../api-error.ts'
import { applyUpdate } from '../guests/apply-update.ts'
import { updateParameters } from '../guests/config-schema.ts'
import { checkedGuest, configUpdate } from '../guests/config-update.ts'
import { withGuestLock } from '../guests/guest-locks.ts'
import { configDigest, guestOf } from '../guests/guest-lookup.ts'
import { pendingRows, visibleConfig } from '../guests/pending-changes.ts'
import { flag, integer, shared, text } from '../parameters.ts'
import { perm, permAny } from '../permission.ts'
import type { Call, Route } from '../route.ts'

const config = '/nodes/{node}/qemu/{vmid}/config'

const anyConfig = permAny(
  '/vms/{vmid}',
  'VM.Config.Disk',
  'VM.Config.CDROM',
  'VM.Config.CPU',
  'VM.Config.Memory',
  'VM.Config.Network',
  'VM.Config.HWType',
  'VM.Config.Options',
  'VM.Config.Cloudinit',
)

const readConfig = (call: Call): Readonly<Record<string, unknown>> => {
  const { params } = call
  const snapshot = params['snapshot']
  const current = params['current'] === '1'
  if (snapshot !== undefined && current) {
    const problem = `cannot use 'snapshot' parameter with 'current'`
    throw parameterError({ snapshot: problem, current: problem })
  }
  const guest = guestOf(call)
  const kept = snapshot === undefined ? visibleConfig(guest, current) : guest.snapshots.get(snapshot)
  if (kept === undefined) throw failure(`snapshot '${snapshot ?? ''}' does not exist`)
  const hidden = kept.has('cipassword') ? { cipassword: '**********' } : {}
  return { ...Object.fromEntries(kept), ...hidden, digest: configDigest(guest) }
}

const isCloning = ({ sim, params }: Call): boolean =>
  sim.world.guests.get(Number(params['vmid']))?.config.get('lock') === 'clone'

const awaitClone = async (call: Call): Promise<void> => {
  const { clock, durations, closed } = call.sim
  const until = clock.now() + durations.clonePatience
  while (isCloning(call) && clock.now() < until) await clock.sleep(durations.clonePatience / 30, closed)
}

/** With `background_delay` the answer waits so many seconds for the task's end, which then is the answer. */
const inBackground = async ({ sim, params }: Call, upid: string): Promise<string | null> => {
  const delay = params['background_delay']
  const task = sim.world.tasks.find((one) => one.upid === upid)
  if (delay === undefined || task === undefined) return upid
  const given = new AbortController()
  const late = sim.clock.sleep(Number(delay) * 1000, given.signal).catch(() => undefined)
  await Promise.race([task.done, late])
  given.abort()
  if (task.end === undefined) return upid
  const { status } = task.end
  if (status !== 'OK' && !status.startsWith('WARNINGS')) throw failure(`failed to update VM ${task.id}: ${status}`)
  return null
}

/** Reading and changing configurations. */
export const guestConfigRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: config,
    permission: perm('/vms/{vmid}', 'VM.Audit'),
    proxy: 'node',
    params: {
      node: shared.node,
      vmid: shared.vmid,
      current: flag,
      snapshot: text({ format: 'pve-configid', maxLength: 40 }),
    },
    handle: readConfig,
  },
  {
    method: 'GET',
    path: '/nodes/{node}/qemu/{vmid}/pending',
    permission: perm('/vms/{vmid}', 'VM.Audit'),
    proxy: 'node',
    params: { node: shared.node, vmid: shared.vmid },
    handle: (call) => {
      const guest = guestOf(call)
      return [...pendingRows(guest), { key: 'digest', value: configDigest(guest) }]
    },
  },
  {
    method: 'PUT',
    path: config,
    permission: anyConfig,
    proxy: 'node',
    params: updateParameters,
    handle: async (call) => {
      const update = configUpdate(call)
      await awaitClone(call)
      const { vmid } = checkedGuest(call, update)
      await withGuestLock(call.sim, call.node.name, vmid, undefined, () => applyUpdate(call, undefined, update))
      return null
    },
  },
  {
    method: 'POST',
    path: config,
    permission: anyConfig,
    proxy: 'node',
    params: {
      ...updateParameters,
      background_delay: integer(1, 30),
      'import-working-storage': text({ format: 'pve-storage-id' }),
    },
    handle: async (call) => {
      const update = configUpdate(call)
      await awaitClone(call)
      const { vmid } = checkedGuest(call, update)
      const upid = call.task('qmconfig', String(vmid), (run) =>
        withGuestLock(call.sim, call.node.name, vmid, run, () => applyUpdate(call, run, update)),
      )
      return inBackground(call, upid)
    },
  },
]
