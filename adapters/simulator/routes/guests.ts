import type { Route } from '../route.ts'
import { guestAgentRoutes } from './guest-agent.ts'
import { cloneRoutes } from './guest-clone.ts'
import { guestConfigRoutes } from './guest-config.ts'
import { guestCreateRoutes } from './guest-create.ts'
import { guestMigrateRoutes } from './guest-migrate.ts'
import { guestPowerRoutes } from './guest-power.ts'
import { guestSnapshotRoutes } from './guest-snapshots.ts'
import { guestStatusRoutes } from './guest-status.ts'

/** Everything below `/nodes/{node}/qemu`. */
export const guestRoutes: readonly Route[] = [
  ...guestStatusRoutes,
  ...guestConfigRoutes,
  ...cloneRoutes,
  ...guestPowerRoutes,
  ...guestCreateRoutes,
  ...guestSnapshotRoutes,
  ...guestAgentRoutes,
  ...guestMigrateRoutes,
]
