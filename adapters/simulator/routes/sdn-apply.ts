import { ApiError, failure } from '../api-error.ts'
import { reloadAll } from '../network-reload.ts'
import { flag, shared, text } from '../parameters.ts'
import { perm } from '../permission.ts'
import { randomUuid } from '../random.ts'
import type { Call, Route } from '../route.ts'
import { sdnInterfaces } from '../sdn-interfaces.ts'
import { sdnLocked } from '../sdn-lock.ts'
import { commitSdn, hasPendingSdn, rollbackSdn } from '../sdn-state.ts'
import { unifiedDiff } from '../../../model/unified-diff.ts'
import { nodesOf, type NodeState } from '../world.ts'

const allocate = perm('/sdn', 'SDN.Allocate')
const lockToken = text()

const releaseIfAsked = ({ sim, params }: Call): void => {
  // Documented as default, but the server fills in no defaults: left out, it keeps the lock.
  if (params['release-lock'] === '1') sim.world.sdn.lock = undefined
}

const apply = async (call: Call): Promise<string> => {
  const { world } = call.sim
  await sdnLocked(call, 'could not commit SDN config', () => {
    commitSdn(world)
    releaseIfAsked(call)
  })
  return call.task('reloadnetworkall', '', (run) => reloadAll(call.sim, nodesOf(world), run))
}

/** The global lock came with release 9. */
const mustHaveLock = ({ sim }: Call, method: string): void => {
  if (Number.parseInt(sim.world.version.release, 10) < 9)
    throw new ApiError(501, `Method '${method} /cluster/sdn/lock' not implemented`)
}

const acquire = (call: Call): Promise<string> => {
  mustHaveLock(call, 'POST')
  return sdnLocked(
    call,
    'could not acquire lock for SDN config',
    () => {
      const { world } = call.sim
      if (call.params['allow-pending'] !== '1' && hasPendingSdn(world))
        throw failure('configuration has pending changes at /usr/share/perl5/PVE/API2/Network/SDN.pm line 150.')
      const token = randomUuid(world.random)
      world.sdn.lock = token
      return token
    },
    undefined,
  )
}

const release = async (call: Call): Promise<null> => {
  mustHaveLock(call, 'DELETE')
  const { world } = call.sim
  const token = call.params['force'] === '1' ? world.sdn.lock : call.params['lock-token']
  await sdnLocked(
    call,
    'could not release lock',
    () => {
      world.sdn.lock = undefined
    },
    token,
  )
  return null
}

const rollback = async (call: Call): Promise<null> => {
  await sdnLocked(call, 'could not rollback SDN configuration', () => {
    rollbackSdn(call.sim.world)
    releaseIfAsked(call)
  })
  return null
}

const routing = ({ name }: NodeState): string =>
  [
    'frr version 10.4.1',
    'frr defaults datacenter',
    `hostname ${name}`,
    'log syslog informational',
    'service integrated-vtysh-config',
    '!',
    'line vty',
    '!',
    '',
  ].join('\n')

/** The SDN as a whole: apply, rollback, the global lock, and what an apply would change. */
export const sdnApplyRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/cluster/sdn',
    permission: perm('/sdn', 'SDN.Audit'),
    params: {},
    handle: () => ['vnets', 'zones', 'controllers', 'ipams', 'dns', 'fabrics'].map((id) => ({ id })),
  },
  {
    method: 'PUT',
    path: '/cluster/sdn',
    permission: allocate,
    params: { 'lock-token': lockToken, 'release-lock': flag },
    handle: apply,
  },
  {
    method: 'POST',
    path: '/cluster/sdn/lock',
    permission: allocate,
    params: { 'allow-pending': flag },
    handle: acquire,
  },
  {
    method: 'DELETE',
    path: '/cluster/sdn/lock',
    permission: allocate,
    params: { 'lock-token': lockToken, force: flag },
    handle: release,
  },
  {
    method: 'POST',
    path: '/cluster/sdn/rollback',
    permission: allocate,
    params: { 'lock-token': lockToken, 'release-lock': flag },
    handle: rollback,
  },
  {
    method: 'GET',
    path: '/cluster/sdn/dry-run',
    permission: perm('/nodes/{node}', 'Sys.Audit'),
    proxy: 'node',
    params: { node: shared.node },
    handle: ({ sim, node }) => {
      const { configured, running, version } = sim.world.sdn
      const [before, after] = [sdnInterfaces(running, node, version), sdnInterfaces(configured, node, version)]
      // A node would write this file even where nothing asks for routing, and the difference is never empty.
      const frr = unifiedDiff('', routing(node), '/etc/frr/frr.conf')
      return { 'interfaces-diff': unifiedDiff(before, after, '/etc/network/interfaces.d/sdn'), 'frr-diff': frr }
    },
  },
]
