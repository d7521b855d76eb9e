import { z } from 'zod'
import { moment } from './documents.ts'
import { nodeNetworkView } from './range-view.ts'

/** One guest on a node, for the bar of its memory. */
const nodeVmView = z.object({
  vmid: z.number(),
  name: z.string(),
  range: z.string().optional().meta({ description: 'Left out for a guest of no range.' }),
  running: z.boolean(),
  memoryBytes: z.number(),
  memoryUsedBytes: z.number(),
  why: z.string().optional().meta({ description: 'Why it is on this node, where Lanista knows.' }),
})

/** A storage as one node sees it. */
const storageView = z.object({
  name: z.string(),
  shared: z.boolean(),
  active: z.boolean(),
  totalBytes: z.number(),
  usedBytes: z.number(),
})

/** A node of the cluster. */
export const nodeView = z.object({
  kind: z.literal('Node'),
  name: z.string(),
  state: z.enum(['Online', 'Silent', 'Offline', 'Maintenance']).meta({
    description: '`Silent`: the cluster counts it in, and it does not tell how it is.',
  }),
  since: moment.meta({ description: 'Since when it is in this state, as far as this Lanista has seen.' }),
  address: z.string().optional(),
  cores: z.number(),
  cpuLoad: z.number().meta({ description: 'As a fraction of all cores, 0 to 1.' }),
  memoryBytes: z.number(),
  memoryUsedBytes: z.number(),
  memoryPromisedBytes: z.number().meta({
    description: 'What guests are configured with and do not use yet, and what plans in flight have promised.',
  }),
  uptimeSeconds: z.number(),
  vms: z.array(nodeVmView),
  storages: z.array(storageView),
  reload: z
    .object({ at: moment, failure: z.string().optional() })
    .optional()
    .meta({ description: 'The reload of its network that ended last.' }),
})
export type NodeView = z.infer<typeof nodeView>

/** The network of a range, or the NAT network. */
export const networkView = z.object({
  kind: z.literal('Network'),
  name: z.string().meta({ description: '`r3`, `ludusnat`, `vmbr1003`.' }),
  type: z.enum(['vnet', 'bridge']),
  role: z.enum(['range', 'nat']),
  range: z.string().optional(),
  zone: z.string().optional(),
  tag: z.number().optional(),
  pending: z.enum(['unchanged', 'new', 'changed', 'deleted']),
  nodes: z.array(nodeNetworkView),
  message: z.string().optional().meta({ description: 'What is in its way, with its remedy.' }),
})
export type NetworkView = z.infer<typeof networkView>

/** A template that VMs are cloned from. */
export const templateView = z.object({
  kind: z.literal('Template'),
  name: z.string(),
  vmid: z.number(),
  node: z.string(),
  storages: z.array(z.string()),
  diskBytes: z.number(),
  unread: z.string().optional().meta({ description: 'Why it could not be read, and so is not cloned.' }),
})
export type TemplateView = z.infer<typeof templateView>

/** What is wrong with the zone, or with the cluster as a whole. */
const findingView = z.object({
  severity: z.enum(['error', 'warning']),
  reason: z.string(),
  message: z.string(),
  nodes: z.array(z.string()),
})

/** The controller, and the cluster as a whole. */
export const controllerView = z.object({
  kind: z.literal('Controller'),
  instance: z.string().meta({ description: 'Another life of the controller has another.' }),
  version: z.string(),
  startedAt: moment,
  notReady: z.string().optional().meta({ description: 'Why it is not ready; left out when it is.' }),
  cluster: z
    .object({
      name: z.string().optional(),
      quorate: z.boolean(),
      seenAt: moment,
      mode: z.enum(['vnets', 'bridges']).optional(),
    })
    .optional(),
  findings: z.array(findingView),
  waiting: z
    .object({
      key: z.string().meta({ description: 'Stands for exactly this: approval is of what has this key.' }),
      why: z.array(z.string()).meta({ description: 'Why nobody but a person may decide.' }),
      ranges: z.array(
        z.object({
          name: z.string(),
          vms: z.array(z.object({ vmid: z.number(), name: z.string(), node: z.string() })),
          removedBy: z.string().optional().meta({ description: 'The commit that removed its file.' }),
        }),
      ),
    })
    .optional()
    .meta({ description: 'Ranges whose files are gone, and that go only when a person approves of exactly them.' }),
  git: z.unknown().optional().meta({ description: 'As /api/v1/git tells it.' }),
})
export type ControllerView = z.infer<typeof controllerView>
