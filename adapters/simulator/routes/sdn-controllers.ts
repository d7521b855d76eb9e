import { ApiError } from '../api-error.ts'
import { flag } from '../parameters.ts'
import { anyUser, perm } from '../permission.ts'
import type { Call, Route } from '../route.ts'
import { sectionRows } from '../sdn-section.ts'

const views = { pending: flag, running: flag }

type Row = Readonly<Record<string, unknown>>

/** A row's value, which a new object has under `pending` alone. */
const valueOf = (row: Row, name: string): string => {
  const pending = row['pending']
  const later = typeof pending === 'object' && pending !== null ? Object.entries(pending) : []
  return String(row[name] ?? later.find(([key]) => key === name)?.[1] ?? '')
}

/** Unlike a controller, a new fabric has its id under `pending` as well. */
const idUnderPending = (row: Row, ...names: readonly string[]): Row => {
  if (row['state'] !== 'new') return row
  const { pending, ...rest } = row
  const ids = Object.fromEntries(names.map((name) => [name, valueOf(row, name)]))
  const others = Object.fromEntries(Object.entries(rest).filter(([name]) => !names.includes(name)))
  return { ...others, pending: { ...ids, ...(typeof pending === 'object' ? pending : {}) } }
}

const mayFabric = (call: Call, id: string): boolean => call.may(`/sdn/fabrics/${id}`, 'SDN.Audit', 'SDN.Allocate')

/** They came with release 9. */
const mustHaveFabrics = ({ sim }: Call, path: string): void => {
  if (Number.parseInt(sim.world.version.release, 10) < 9)
    throw new ApiError(501, `Method 'GET /cluster/sdn/fabrics${path}' not implemented`)
}

const fabrics = (call: Call): { readonly fabrics: readonly Row[]; readonly nodes: readonly Row[] } => {
  const { world } = call.sim
  mustHaveFabrics(call, '/all')
  return {
    fabrics: sectionRows(world, 'fabrics', 'id', call.params)
      .filter((row) => mayFabric(call, String(row['id'])))
      .map((row) => idUnderPending(row, 'id')),
    nodes: sectionRows(world, 'fabricNodes', 'id', call.params)
      .filter(
        (row) =>
          mayFabric(call, valueOf(row, 'fabric_id')) &&
          call.may(`/nodes/${valueOf(row, 'node_id')}`, 'Sys.Audit', 'Sys.Modify'),
      )
      .map(({ id: _, ...row }) => row),
  }
}

/** Routing controllers, and fabrics with their nodes, as far as they are read. */
export const sdnControllerRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/cluster/sdn/controllers',
    permission: anyUser,
    params: views,
    handle: (call) =>
      sectionRows(call.sim.world, 'controllers', 'controller', call.params).filter((row) =>
        call.may(`/sdn/controllers/${String(row['controller'])}`, 'SDN.Audit', 'SDN.Allocate'),
      ),
  },
  {
    method: 'GET',
    path: '/cluster/sdn/fabrics',
    permission: perm('/sdn/fabrics', 'SDN.Audit'),
    params: {},
    handle: (call) => {
      mustHaveFabrics(call, '')
      return ['fabric', 'node', 'all'].map((subdir) => ({ subdir }))
    },
  },
  {
    method: 'GET',
    path: '/cluster/sdn/fabrics/fabric',
    permission: anyUser,
    params: views,
    handle: (call) => fabrics(call).fabrics,
  },
  {
    method: 'GET',
    path: '/cluster/sdn/fabrics/node',
    permission: anyUser,
    params: views,
    handle: (call) => fabrics(call).nodes,
  },
  { method: 'GET', path: '/cluster/sdn/fabrics/all', permission: anyUser, params: views, handle: fabrics },
]
