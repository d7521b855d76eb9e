import { createParameters } from '../guests/config-schema.ts'
import { createGuest, createRequest, reserveGuest } from '../guests/create-guest.ts'
import { checkRemovable, destroyGuest } from '../guests/destroy-guest.ts'
import { refuseRootOnly } from '../guests/root-options.ts'
import { startGuest } from '../guests/start-guest.ts'
import { convertToTemplate, checkConvertible } from '../guests/template.ts'
import { flag, shared, text } from '../parameters.ts'
import { anyUser, perm } from '../permission.ts'
import type { Route } from '../route.ts'
import { driveKeys } from '../guests/drive-format.ts'

/** VMs coming and going. */
export const guestCreateRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/nodes/{node}/qemu',
    permission: anyUser,
    proxy: 'node',
    params: createParameters,
    handle: (call) => {
      const request = createRequest(call)
      const { vmid } = request
      const guest = reserveGuest(call, vmid)
      return call.task('qmcreate', String(vmid), async (run) => {
        await createGuest(call, run, guest, request)
        if (!request.start) return
        run.log('Execute autostart')
        call.task('qmstart', String(vmid), (started) => startGuest(call, started, vmid))
      })
    },
  },
  {
    method: 'DELETE',
    path: '/nodes/{node}/qemu/{vmid}',
    permission: perm('/vms/{vmid}', 'VM.Allocate'),
    proxy: 'node',
    params: {
      node: shared.node,
      vmid: shared.vmid,
      purge: flag,
      skiplock: flag,
      'destroy-unreferenced-disks': flag,
    },
    handle: (call) => {
      refuseRootOnly(call, ['skiplock'])
      const vmid = Number(call.params['vmid'])
      checkRemovable(call, vmid)
      const request = {
        purge: call.params['purge'] === '1',
        unreferenced: call.params['destroy-unreferenced-disks'] === '1',
      }
      return call.task('qmdestroy', String(vmid), (run) => destroyGuest(call, run, vmid, request))
    },
  },
  {
    method: 'POST',
    path: '/nodes/{node}/qemu/{vmid}/template',
    permission: perm('/vms/{vmid}', 'VM.Allocate'),
    proxy: 'node',
    params: { node: shared.node, vmid: shared.vmid, disk: text({ values: [...driveKeys.keys()] }) },
    handle: (call) => {
      const vmid = Number(call.params['vmid'])
      const { disk } = call.params
      checkConvertible(call, vmid, disk)
      return call.task('qmtemplate', String(vmid), (run) => convertToTemplate(call, run, vmid, disk))
    },
  },
]
