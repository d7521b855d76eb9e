import type { Route } from '../route.ts'
import { accessRoutes } from './access.ts'
import { clusterRoutes } from './cluster.ts'
import { guestRoutes } from './guests.ts'
import { taskRoutes } from './tasks.ts'
import { vnetRoutes } from './sdn-vnets.ts'

/** Every call the simulator knows. How to add one: see `route.ts`. */
export const routes: readonly Route[] = [
  ...accessRoutes,
  ...clusterRoutes,
  ...vnetRoutes,
  ...taskRoutes,
  ...guestRoutes,
]
