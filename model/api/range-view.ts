import { z } from 'zod'
import { NODE_NETWORK_STATES } from '../node-network-state.ts'
import { VM_PHASES } from '../vm-phase.ts'
import { moment } from './documents.ts'

/**
 * How a range stands, in one word.
 *
 * `Ready`: as its file asks; `Progressing`: work on it goes on; `NotReady`: something is in the way; `Suspended`: left alone, as
 * somebody asked; `Unknown`: nothing is known of it just now; `Absent`: nothing of it is left, as was asked.
 */
const RANGE_STATES = ['Ready', 'Progressing', 'NotReady', 'Suspended', 'Unknown', 'Absent'] as const

const rangeState = z.enum(RANGE_STATES)
export type RangeState = z.infer<typeof rangeState>

/** A condition with since when its status holds. */
const conditionView = z.object({
  type: z.string(),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string(),
  message: z.string(),
  lastTransitionTime: moment.meta({ description: 'Since when its status is this one, over restarts.' }),
  observedRevision: z.string().optional().meta({
    description: 'The content of the file that it speaks of: a commit, or what stands for the text in a folder.',
  }),
})
export type ConditionView = z.infer<typeof conditionView>

const commitView = z.object({ id: z.string(), author: z.string(), at: z.string(), subject: z.string() })

const revisionView = z.object({
  digest: z.string().meta({ description: 'Stands for the text; another text has another.' }),
  commit: commitView.optional(),
  orEarlier: z.boolean().optional(),
})

/** How far a range has followed its file. */
const revisionsView = z.object({
  seen: revisionView,
  actedOn: revisionView.optional(),
  reached: revisionView.optional(),
  held: z.object({ reason: z.string(), message: z.string() }).optional(),
})

const diagnosticView = z.object({
  file: z.string(),
  line: z.number().optional(),
  column: z.number().optional(),
  finding: z.string(),
  remedy: z.string(),
})

/** One VM of a range. */
export const vmView = z.object({
  kind: z.literal('Vm'),
  name: z.string(),
  range: z.string(),
  role: z.enum(['router', 'vm']),
  vmid: z.number().optional(),
  node: z.string().optional(),
  address: z.string().optional(),
  phase: z.enum(VM_PHASES),
  since: moment.meta({ description: 'Since when it is in this phase, as far as this Lanista has seen.' }),
  why: z.string().meta({ description: 'Why that node.' }),
  trouble: z.string().optional().meta({ description: 'What is in the way, with its remedy.' }),
  reason: z.string().optional().meta({ description: 'What kind of trouble it is.' }),
  remark: z.string().optional().meta({ description: 'What a person may want to mend although nothing is in the way.' }),
  observed: z
    .object({
      status: z.enum(['running', 'stopped', 'paused', 'unknown']),
      cores: z.number(),
      memoryBytes: z.number(),
      memoryUsedBytes: z.number(),
      uptimeSeconds: z.number(),
      lock: z.string().optional(),
      tags: z.array(z.string()),
    })
    .optional()
    .meta({ description: 'As the cluster told it last; left out while it does not tell.' }),
})
export type VmView = z.infer<typeof vmView>

/** Whether a range's networks are in force on one node. */
export const nodeNetworkView = z.object({
  node: z.string(),
  state: z.enum(NODE_NETWORK_STATES),
  message: z.string(),
})

/** A change that a plan holds, or what it waits for. */
const changeView = z.object({
  sign: z.enum(['+', '~', '!', '?', '-']),
  subject: z.string(),
  text: z.string(),
})

/** One range. */
export const rangeView = z.object({
  kind: z.literal('Range'),
  name: z.string(),
  number: z.number().optional(),
  source: z.string().meta({ description: 'The range file it speaks of.' }),
  state: rangeState,
  reason: z.string(),
  message: z.string(),
  since: moment.meta({ description: 'Since when it is in this state.' }),
  changedAt: moment,
  conditions: z.array(conditionView),
  diagnostics: z.array(diagnosticView),
  network: z.string().optional().meta({ description: 'Its VNet, or bridge.' }),
  networks: z.array(nodeNetworkView),
  vms: z.array(vmView),
  revisions: revisionsView.optional(),
  suspended: z
    .object({
      by: z.enum(['file', 'person']),
      who: z.string().optional(),
      reason: z.string(),
      until: z.string().optional(),
      at: moment.optional(),
    })
    .optional()
    .meta({ description: 'Who has it left alone, and why.' }),
  work: z
    .object({
      standing: z.enum(['waiting', 'stalled', 'backingOff', 'rechecking', 'reconciling']),
      failures: z.number(),
      error: z.string().optional(),
      nextTry: moment.optional(),
    })
    .optional()
    .meta({ description: 'What the controller does about it just now; left out when no controller runs.' }),
  plan: z
    .object({ at: moment, changes: z.array(changeView) })
    .optional()
    .meta({ description: 'What its last plan would change, and what that waits for.' }),
})
export type RangeView = z.infer<typeof rangeView>
