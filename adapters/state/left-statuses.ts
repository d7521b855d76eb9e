import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { CONDITION_TYPES } from '../../model/condition.ts'
import { NODE_NETWORK_STATES } from '../../model/node-network-state.ts'
import type { RangeStatus } from '../../model/range-status.ts'
import { UserError } from '../../model/user-error.ts'
import { VM_PHASES } from '../../model/vm-phase.ts'
import { causeInWords, errorCode } from '../error-code.ts'

const moment = z.iso.datetime()

const commit = z.object({ id: z.string(), author: z.string(), at: z.string(), subject: z.string() })
const revision = z
  .object({ digest: z.string(), commit: commit.optional(), orEarlier: z.boolean().optional() })
  .transform((read) => ({ ...read, commit: read.commit }))

/** A status as `status-files.ts` writes it. */
const status = z.object({
  id: z.string(),
  source: z.string(),
  number: z.number().optional(),
  conditions: z.array(
    z.object({
      type: z.enum(CONDITION_TYPES),
      status: z.enum(['True', 'False', 'Unknown']),
      reason: z.string(),
      message: z.string(),
      lastTransitionTime: moment,
      observedRevision: z.string().optional(),
    }),
  ),
  diagnostics: z.array(
    z.object({
      file: z.string(),
      line: z.number().optional(),
      column: z.number().optional(),
      finding: z.string(),
      remedy: z.string(),
    }),
  ),
  vms: z.array(
    z.object({
      name: z.string(),
      role: z.enum(['router', 'vm']),
      vmid: z.number().optional(),
      node: z.string().optional(),
      address: z.string().optional(),
      phase: z.enum(VM_PHASES),
      since: moment.optional(),
      why: z.string(),
      trouble: z.string().optional(),
      reason: z.string().optional(),
      remark: z.string().optional(),
    }),
  ),
  networks: z.array(z.object({ node: z.string(), state: z.enum(NODE_NETWORK_STATES), message: z.string() })),
  revisions: z
    .object({
      seen: revision,
      actedOn: revision.optional(),
      reached: revision.optional(),
      held: z.object({ reason: z.enum(['Invalid', 'WaveHeld', 'Frozen']), message: z.string() }).optional(),
    })
    .optional(),
  suspension: z
    .object({
      by: z.enum(['file', 'person']),
      who: z.string().optional(),
      reason: z.string(),
      until: z.string().optional(),
      at: z.string().optional(),
    })
    .optional(),
  since: moment,
  changedAt: moment,
})

/** Statuses, and when the newest of them was written. */
export interface StatusesLeft {
  readonly statuses: readonly RangeStatus[]
  /** Epoch milliseconds. */
  readonly writtenAt: number | undefined
}

/**
 * The statuses that are in a state directory, in order of their ids; what is none, or an earlier release's, is passed over. Throws
 * `UserError` when who asks may not read them.
 */
export async function leftStatuses(stateDir: string): Promise<StatusesLeft> {
  const folder = join(stateDir, 'status')
  const names = await readdir(folder).catch((error: unknown): readonly string[] => {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return []
    throw new UserError(
      `${folder} can't be read: ${causeInWords(error)}; ask as the user that Lanista runs as, or as root`,
      error,
    )
  })
  const read = await Promise.all(
    names.filter((name) => /^[^.].*\.json$/.test(name)).map((name) => leftStatus(join(folder, name))),
  )
  const found = read.flatMap((each) => (each === undefined ? [] : [each]))
  return {
    statuses: found.map(({ content }) => content).sort((a, b) => (a.id < b.id ? -1 : 1)),
    writtenAt: found.length === 0 ? undefined : Math.max(...found.map(({ at }) => at)),
  }
}

async function leftStatus(path: string): Promise<{ readonly content: RangeStatus; readonly at: number } | undefined> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)])
    const parsed = status.safeParse(JSON.parse(text))
    return parsed.success ? { content: asStatus(parsed.data), at: mtimeMs } : undefined
  } catch {
    return undefined
  }
}

/** JSON has no keys for what is undefined. */
const asStatus = ({ number, vms, diagnostics, revisions, ...rest }: z.output<typeof status>): RangeStatus => ({
  ...rest,
  number,
  diagnostics: diagnostics.map(({ line, column, ...each }) => ({ ...each, line, column })),
  vms: vms.map(({ vmid, node, address, trouble, remark, ...each }) => ({
    ...each,
    vmid,
    node,
    address,
    trouble,
    remark,
  })),
  ...(revisions === undefined
    ? {}
    : {
        revisions: {
          seen: revisions.seen,
          actedOn: revisions.actedOn,
          reached: revisions.reached,
          held: revisions.held,
        },
      }),
})
