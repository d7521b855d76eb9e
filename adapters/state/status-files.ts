import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { makeFolder } from './make-folder.ts'
import { type DigestMask, maskedStatus } from '../../model/digest-mask.ts'
import type { StatusStore } from '../../model/ports.ts'
import { CONDITION_TYPES } from '../../model/condition.ts'
import type { RangeStatus, ReadyBefore, Sinces } from '../../model/range-status.ts'
import { VM_PHASES } from '../../model/vm-phase.ts'

/** A status store whose files can be tidied up. */
export interface StatusFiles extends StatusStore {
  /** Removes the status of every range but these. */
  forgetAllBut(rangeIds: readonly string[]): Promise<void>
  /** The `Ready` condition of each status that is there, by range, as an earlier life left it. Never throws. */
  readyBefore(): Promise<ReadonlyMap<string, ReadyBefore>>
  /** Why a newer content of a range's file is not acted on, by range, as the statuses that are there tell. Never throws. */
  heldBefore(): Promise<ReadonlyMap<string, string>>
}

const ENDING = '.json'

/** Of an earlier life's status no more is asked. */
const statusBefore = z.object({
  source: z.string().optional(),
  since: z.iso.datetime().optional().catch(undefined),
  conditions: z.array(
    z.object({
      type: z.string(),
      status: z.enum(['True', 'False', 'Unknown']),
      reason: z.string(),
      message: z.string(),
      lastTransitionTime: z.iso.datetime().optional().catch(undefined),
    }),
  ),
  vms: z
    .array(z.object({ name: z.string(), phase: z.enum(VM_PHASES), since: z.iso.datetime() }))
    .optional()
    .catch(undefined),
})

/** Those of an earlier release say nothing of it. */
function sincesOf({ since, conditions, vms }: z.output<typeof statusBefore>): Sinces {
  return {
    since,
    conditions: conditions.flatMap(({ type, status, reason, lastTransitionTime }) => {
      const known = CONDITION_TYPES.find((each) => each === type)
      return known === undefined || lastTransitionTime === undefined
        ? []
        : [{ type: known, status, reason, lastTransitionTime }]
    }),
    vms: vms ?? [],
  }
}

/** The part of a status that tells it. */
const statusHeld = z.object({ revisions: z.object({ held: z.object({ message: z.string() }) }) })

/** Range ids and the stand-ins for misnamed files are all that become names here, and never hidden ones. */
const SAFE_NAME = /^[A-Za-z0-9_%-][A-Za-z0-9._%-]{0,63}$/

/**
 * Status files `<stateDir>/status/<range id>.json`. Each appears whole (written beside and renamed), and is left alone
 * while it says the same but for `changedAt`. The folder may be deleted at any time. No fsync: a status that is lost
 * with the machine is written again.
 *
 * @param mask what is told in place of digests of files; default: they are told as they are
 */
export function statusFiles(stateDir: string, mask?: Pick<DigestMask, 'of'>): StatusFiles {
  const folder = join(stateDir, 'status')
  let writes = 0
  const pathOf = (rangeId: string): string => {
    if (!SAFE_NAME.test(rangeId)) throw new Error(`status: ${JSON.stringify(rangeId)} can't be the name of a file`)
    return join(folder, rangeId + ENDING)
  }
  const contents = async (): Promise<readonly (readonly [string, unknown])[]> => {
    const names = await readdir(folder).catch(() => [])
    return await Promise.all(
      names
        .filter((name) => name.endsWith(ENDING) && !name.startsWith('.'))
        .map(async (name) => [name.slice(0, -ENDING.length), await contentOf(join(folder, name))] as const),
    )
  }
  return {
    write: async (told) => {
      const status = mask === undefined ? told : maskedStatus(told, mask)
      const path = pathOf(status.id)
      if (sameButTime(await contentOf(path), status)) return
      writes += 1
      // Hidden, so that nobody takes it for a status; one that a crash leaves behind is overwritten or removed later.
      const beside = join(folder, `.${status.id}.${process.pid}.${writes}.tmp`)
      await makeFolder(folder)
      try {
        await writeFile(beside, `${JSON.stringify(status, null, 2)}\n`)
        await rename(beside, path)
      } catch (error) {
        await rm(beside, { force: true })
        throw error
      }
    },
    remove: async (rangeId) => {
      await rm(pathOf(rangeId), { force: true })
    },
    readyBefore: async () => {
      const read = (await contents()).map(([id, content]) => {
        const status = statusBefore.safeParse(content)
        const ready = status.data?.conditions.find(({ type }) => type === 'Ready')
        if (ready === undefined || status.data === undefined) return []
        const { reason, message } = ready
        const { source } = status.data
        const before = {
          type: 'Ready',
          status: ready.status,
          reason,
          message,
          source,
          sinces: sincesOf(status.data),
        } as const
        return [[id, before] as const]
      })
      return new Map(read.flat())
    },
    heldBefore: async () => {
      const told = (await contents()).flatMap(([id, content]) => {
        const message = statusHeld.safeParse(content).data?.revisions.held.message
        return message === undefined ? [] : [[id, message] as const]
      })
      return new Map(told)
    },
    forgetAllBut: async (rangeIds) => {
      const kept = new Set(rangeIds.map((id) => id + ENDING))
      const names = await readdir(folder).catch(() => [])
      const gone = names.filter(
        (name) => isLeftover(name) || (name.endsWith(ENDING) && !name.startsWith('.') && !kept.has(name)),
      )
      await Promise.all(gone.map(async (name) => rm(join(folder, name), { force: true })))
    },
  }
}

/** A temporary file of another process, which is no more: two controllers don't share a state directory. */
const isLeftover = (name: string): boolean => /^\..*\.tmp$/.test(name) && !name.includes(`.${process.pid}.`)

/** The file's JSON; undefined when there is none, or it is no JSON. */
async function contentOf(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    return undefined
  }
}

function sameButTime(content: unknown, status: RangeStatus): boolean {
  if (typeof content !== 'object' || content === null) return false
  const { changedAt } = status
  // Through JSON, where a key without a value is no key.
  return JSON.stringify({ ...content, changedAt }) === JSON.stringify({ ...status, changedAt })
}
