import { z } from 'zod'
import { controllerView, networkView, nodeView, templateView } from './cluster-views.ts'
import { eventView } from './event-view.ts'
import { rangeView } from './range-view.ts'

/** Anything that the API tells of. */
const anyView = z.discriminatedUnion('kind', [
  rangeView,
  nodeView,
  networkView,
  templateView,
  eventView,
  controllerView,
])
export type AnyView = z.infer<typeof anyView>

/**
 * One message of `GET /api/v1/watch`: a thing as it is now, or that it is no more. Whoever connects hears of everything there is,
 * then `synced`, then of each change; who resumes with `Last-Event-ID` hears of what has changed since, or `reset` and all of it
 * where that can't be told. What changes several times in a moment is told once, as it is then.
 */
export const feedChange = z.discriminatedUnion('type', [
  z.object({ type: z.literal('reset') }),
  z.object({ type: z.literal('is'), view: anyView }),
  z.object({ type: z.literal('gone'), kind: z.string(), name: z.string() }),
  z.object({ type: z.literal('synced') }),
])
export type FeedChange = z.infer<typeof feedChange>
