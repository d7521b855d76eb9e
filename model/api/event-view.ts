import { z } from 'zod'
import { moment } from './documents.ts'

/** What an event is about. */
const EVENT_OBJECTS = ['Range', 'Vm', 'Network', 'Node', 'Controller'] as const

/** Something that happened: equal ones in a row are one with a count, as in Kubernetes. */
export const eventView = z.object({
  kind: z.literal('Event'),
  id: z.number().meta({ description: 'Later ones have higher ones. It stays while an event repeats.' }),
  type: z.enum(['Normal', 'Warning']),
  reason: z.string().meta({ description: 'One CamelCase word.' }),
  message: z.string().meta({ description: 'One sentence: subject, finding, remedy.' }),
  object: z.object({ kind: z.enum(EVENT_OBJECTS), name: z.string() }),
  range: z.string().optional().meta({ description: 'The range that it is about, or one of whose VMs it is about.' }),
  count: z.number(),
  firstTime: moment,
  lastTime: moment,
  by: z.string().optional().meta({ description: 'The person who asked for it, as known by the token or the machine.' }),
  revision: z.string().optional().meta({ description: 'The commit of range files in force for it.' }),
})
export type EventView = z.infer<typeof eventView>
