import type { HostJournal } from '../../model/host-journal.ts'
import type { HostWorker } from '../../model/host-ports.ts'
import { UserError } from '../../model/user-error.ts'
import type { HostParts } from './host-parts.ts'
import { isUnfinished, type PlannedHost } from './look-at-ground.ts'

/**
 * Writes the journal of a move, with copies of all files, and starts the process that carries it out. Of several at once one
 * begins. Throws `UserError` when another is under way, or a confirmed one would be forgotten.
 */
export async function beginMove(parts: HostParts, { plan, before }: PlannedHost): Promise<HostWorker> {
  const { target, files, steps } = plan
  const journal: HostJournal = { phase: 'changing', target, files, steps, done: 0, before, told: [], left: [] }
  return await exclusively(parts, async (found) => {
    if (found !== undefined && isUnfinished(found))
      throw new UserError('another move of this host was begun just now; look what it came to, then try again')
    if (found?.phase === 'confirmed')
      throw new UserError(
        `${parts.journal.folder}: a move of this host was confirmed before, and what it needs to be put back is in there; put it back first (lanista migrate host rollback), or move that folder away if it is to stay for good`,
      )
    await parts.journal.begin(journal)
  })
}

/**
 * Has a move that is not under way put back: by the same process of its own. Throws `UserError` when there is none any more.
 */
export async function beginPuttingBack(parts: HostParts): Promise<HostWorker> {
  return await exclusively(parts, async (found) => {
    if (found === undefined) throw new UserError('there is no move of this host to put back')
    await parts.journal.forgetAnswer()
    await parts.journal.update({ ...found, phase: 'reverting', left: [] })
  })
}

/** Goes on with a move that somebody who is gone has begun. */
export const goOn = (parts: HostParts): Promise<HostWorker> => exclusively(parts, () => Promise.resolve())

async function exclusively(
  parts: HostParts,
  write: (found: HostJournal | undefined) => Promise<void>,
): Promise<HostWorker> {
  await parts.journal.prepare()
  const claim = await parts.presence.claim(() => undefined)
  if (claim.kind === 'taken')
    throw new UserError(
      `process ${claim.pid} is at work on the move of this host; wait until it has ended, then try again`,
    )
  try {
    await write(await parts.journal.read())
  } finally {
    await claim.release()
  }
  return await parts.startWorker()
}
