import type { Route } from '../route.ts'
import { accessRoutes } from './access.ts'
import { clusterResourceRoutes } from './cluster-resources.ts'
import { clusterRoutes } from './cluster.ts'
import { containerRoutes } from './containers.ts'
import { guestRoutes } from './guests.ts'
import { networkRoutes } from './network.ts'
import { nodeRoutes } from './nodes.ts'
import { poolRoutes } from './pools.ts'
import { sdnApplyRoutes } from './sdn-apply.ts'
import { sdnControllerRoutes } from './sdn-controllers.ts'
import { sdnStatusRoutes } from './sdn-status.ts'
import { subnetRoutes } from './sdn-subnets.ts'
import { vnetRoutes } from './sdn-vnets.ts'
import { zoneRoutes } from './sdn-zones.ts'
import { storageRoutes } from './storage.ts'
import { taskListRoutes } from './task-lists.ts'
import { taskRoutes } from './tasks.ts'
import { ticketRoutes } from './ticket.ts'
import { userRoutes } from './users.ts'

/** Every call the simulator knows. How to add one: see `route.ts`. */
export const routes: readonly Route[] = [
  ...accessRoutes,
  ...ticketRoutes,
  ...userRoutes,
  ...clusterRoutes,
  ...clusterResourceRoutes,
  ...zoneRoutes,
  ...vnetRoutes,
  ...subnetRoutes,
  ...sdnControllerRoutes,
  ...sdnApplyRoutes,
  ...sdnStatusRoutes,
  ...poolRoutes,
  ...nodeRoutes,
  ...networkRoutes,
  ...storageRoutes,
  ...taskListRoutes,
  ...taskRoutes,
  ...guestRoutes,
  ...containerRoutes,
]
