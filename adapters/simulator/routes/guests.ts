import type { Route } from '../route.ts'

/** Everything below `/nodes/{node}/qemu`. */
export const guestRoutes: readonly Route[] = []
