import { z } from 'zod'
import { networkView, nodeView, templateView } from './cluster-views.ts'
import { API_VERSION, listOf } from './documents.ts'
import { eventView } from './event-view.ts'
import { rangeView, vmView } from './range-view.ts'

/** The lists of each kind, as `lanista get KIND -o json` prints them. */
export const viewLists = {
  ranges: listOf('RangeList', rangeView),
  vms: listOf('VmList', vmView),
  networks: listOf('NetworkList', networkView),
  nodes: listOf('NodeList', nodeView),
  templates: listOf('TemplateList', templateView),
  events: listOf('EventList', eventView),
} as const

const apiVersion = z.literal(API_VERSION)

/** One thing of each kind alone, as `lanista get KIND NAME -o json` prints it. */
export const viewDocuments = {
  ranges: rangeView.extend({ apiVersion }),
  vms: vmView.extend({ apiVersion }),
  networks: networkView.extend({ apiVersion }),
  nodes: nodeView.extend({ apiVersion }),
  templates: templateView.extend({ apiVersion }),
  events: eventView.extend({ apiVersion }),
} as const

/** What `--watch -o json` prints of a thing that is no more. */
export const goneDocument = z.object({ apiVersion, kind: z.literal('Gone'), of: z.string(), name: z.string() })
