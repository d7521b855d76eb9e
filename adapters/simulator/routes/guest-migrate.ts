import { failure, parameterError } from '../api-error.ts'
import { checkLock, guestOf } from '../guests/guest-lookup.ts'
import { migrateGuest, migrationOutlook } from '../guests/migrate-guest.ts'
import { flag, integer, oneOf, required, shared, text } from '../parameters.ts'
import { perm } from '../permission.ts'
import type { Route } from '../route.ts'

const path = '/nodes/{node}/qemu/{vmid}/migrate'
const guest = { node: shared.node, vmid: shared.vmid }
const permission = perm('/vms/{vmid}', 'VM.Migrate')

/** Moving VMs to other nodes: people do, Lanista never. */
export const guestMigrateRoutes: readonly Route[] = [
  {
    method: 'GET',
    path,
    permission,
    proxy: 'node',
    params: { ...guest, target: text({ format: 'pve-node' }) },
    handle: (call) => migrationOutlook(call, guestOf(call)),
  },
  {
    method: 'POST',
    path,
    permission,
    proxy: 'node',
    params: {
      ...guest,
      target: required(text({ format: 'pve-node' })),
      bwlimit: integer(0),
      force: flag,
      migration_network: text({ format: 'CIDR' }),
      migration_type: oneOf('secure', 'insecure'),
      online: flag,
      targetstorage: text(),
      'with-conntrack-state': flag,
      'with-local-disks': flag,
    },
    handle: (call) => {
      const { target = '' } = call.params
      if (target === call.node.name) throw parameterError({ target: 'target is local node.' })
      call.requireQuorum()
      if (!call.sim.world.nodes.has(target)) throw failure(`no such cluster node '${target}'`)
      const found = guestOf(call)
      checkLock(found)
      if (found.running !== undefined && call.params['online'] !== '1')
        throw failure(`can't migrate running VM without --online`)
      return call.task('qmigrate', String(found.vmid), (run) => migrateGuest(call, run, found.vmid, target))
    },
  },
]
