import { failure } from '../api-error.ts'
import { cloneGuest } from '../guests/clone-guest.ts'
import { cloneRequest, planClone } from '../guests/clone-plan.ts'
import { vmOn } from '../guests/guest-lookup.ts'
import { flag, integer, oneOf, required, shared, text } from '../parameters.ts'
import { perm, type Permission } from '../permission.ts'
import type { Route } from '../route.ts'
import type { Guest } from '../world.ts'

const inPool: Permission = {
  kind: 'perm',
  path: '/pool/{pool}',
  privileges: ['VM.Allocate'],
  any: false,
  onlyWith: 'pool',
}

/** Cloning. */
export const cloneRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/nodes/{node}/qemu/{vmid}/clone',
    permission: {
      kind: 'and',
      of: [perm('/vms/{vmid}', 'VM.Clone'), { kind: 'or', of: [perm('/vms/{newid}', 'VM.Allocate'), inPool] }],
    },
    proxy: 'node',
    params: {
      node: shared.node,
      vmid: shared.vmid,
      newid: required(shared.vmid),
      name: text({ format: 'dns-name' }),
      description: text(),
      pool: text({ format: 'pve-poolid' }),
      snapname: text({ format: 'pve-configid', maxLength: 40 }),
      storage: text({ format: 'pve-storage-id' }),
      format: oneOf('raw', 'qcow2', 'vmdk'),
      full: flag,
      target: text({ format: 'pve-node' }),
      bwlimit: integer(0),
    },
    handle: (call) => {
      const { sim, node, params } = call
      const vmid = Number(params['vmid'])
      const request = cloneRequest(call)
      const source = (): Guest => {
        const guest = vmOn(sim.world, node.name, vmid)
        if (guest === undefined)
          throw failure(`unable to find configuration file for VM ${vmid} on node '${node.name}'`)
        return guest
      }
      planClone(call, source, request)
      return call.task('qmclone', String(vmid), (run) => cloneGuest(call, run, vmid, request))
    },
  },
]
