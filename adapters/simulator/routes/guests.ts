import type { Route } from '../route.ts'
import { cloneRoutes } from './guest-clone.ts'
import { guestConfigRoutes } from './guest-config.ts'
import { guestCreateRoutes } from './guest-create.ts'
import { guestPowerRoutes } from './guest-power.ts'
import { guestStatusRoutes } from './guest-status.ts'

/** Everything below `/nodes/{node}/qemu`. */
export const guestRoutes: readonly Route[] = [
  ...guestStatusRoutes,
  ...guestConfigRoutes,
  ...cloneRoutes,
  ...guestPowerRoutes,
  ...guestCreateRoutes,
]
