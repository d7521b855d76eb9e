import { failure } from '../api-error.ts'
import { guestOf } from '../guests/guest-lookup.ts'
import { storageForState } from '../guests/suspend-guest.ts'
import { rollBack } from '../guests/roll-back.ts'
import { snapshotNamed } from '../guests/snapshot-lock.ts'
import { removeSnapshot, snapshotRows, takeSnapshot } from '../guests/snapshots.ts'
import { flag, required, shared, text } from '../parameters.ts'
import { anyUser, perm, permAny } from '../permission.ts'
import type { Call, Route } from '../route.ts'

const path = '/nodes/{node}/qemu/{vmid}/snapshot'
const guest = { node: shared.node, vmid: shared.vmid }
const snapname = required(text({ format: 'pve-configid', maxLength: 40 }))

const named = ({ params }: Call): { readonly vmid: number; readonly name: string } => ({
  vmid: Number(params['vmid']),
  name: params['snapname'] ?? '',
})

/** Snapshots of VMs. */
export const guestSnapshotRoutes: readonly Route[] = [
  {
    method: 'GET',
    path,
    permission: perm('/vms/{vmid}', 'VM.Audit'),
    proxy: 'node',
    params: guest,
    handle: (call) => snapshotRows(guestOf(call)),
  },
  {
    method: 'POST',
    path,
    permission: perm('/vms/{vmid}', 'VM.Snapshot'),
    proxy: 'node',
    params: { ...guest, snapname, description: text(), vmstate: flag },
    handle: (call) => {
      const { vmid, name } = named(call)
      if (name === 'current' || name.toLowerCase() === 'pending')
        throw failure(`unable to use snapshot name '${name}' (reserved name)`)
      const { description, vmstate } = call.params
      const memoryOn = vmstate === '1' ? storageForState(guestOf(call)) : undefined
      return call.task('qmsnapshot', String(vmid), (run) =>
        takeSnapshot(call, run, vmid, { name, description, memoryOn }),
      )
    },
  },
  {
    method: 'GET',
    path: `${path}/{snapname}`,
    permission: anyUser,
    params: { ...guest, snapname },
    handle: () => [{ cmd: 'rollback' }, { cmd: 'config' }],
  },
  {
    method: 'GET',
    path: `${path}/{snapname}/config`,
    permission: permAny('/vms/{vmid}', 'VM.Snapshot', 'VM.Snapshot.Rollback', 'VM.Audit'),
    proxy: 'node',
    params: { ...guest, snapname },
    handle: (call) => Object.fromEntries(snapshotNamed(guestOf(call), named(call).name)),
  },
  {
    method: 'DELETE',
    path: `${path}/{snapname}`,
    permission: perm('/vms/{vmid}', 'VM.Snapshot'),
    proxy: 'node',
    params: { ...guest, snapname, force: flag },
    handle: (call) => {
      const { vmid, name } = named(call)
      return call.task('qmdelsnapshot', String(vmid), (run) => removeSnapshot(call, run, vmid, name))
    },
  },
  {
    method: 'POST',
    path: `${path}/{snapname}/rollback`,
    permission: permAny('/vms/{vmid}', 'VM.Snapshot', 'VM.Snapshot.Rollback'),
    proxy: 'node',
    params: { ...guest, snapname, start: flag },
    handle: (call) => {
      const { vmid, name } = named(call)
      return call.task('qmrollback', String(vmid), (run) =>
        rollBack(call, run, vmid, name, call.params['start'] === '1'),
      )
    },
  },
]
