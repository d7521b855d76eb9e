import { anyUser } from '../permission.ts'
import { shared } from '../parameters.ts'
import type { Route } from '../route.ts'

/** Who may what, and the version. */
export const accessRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/version',
    permission: anyUser,
    params: {},
    handle: ({ sim }) => sim.world.version,
  },
  {
    method: 'GET',
    path: '/nodes/{node}/version',
    permission: anyUser,
    proxy: 'node',
    params: { node: shared.node },
    handle: ({ sim }) => sim.world.version,
  },
]
