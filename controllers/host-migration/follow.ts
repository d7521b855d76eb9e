import type { HostJournal } from '../../model/host-journal.ts'
import type { HostWorker } from '../../model/host-ports.ts'
import { UserError } from '../../model/user-error.ts'
import type { HostParts } from './host-parts.ts'
import { isUnfinished } from './look-at-ground.ts'

/** Who looks on. */
export interface Onlooker {
  readonly print: (line: string) => void
  /**
   * Resolves with true when a person presses Enter, with false when nobody can any more; undefined where nobody is there.
   */
  readonly enter: ((signal: AbortSignal) => Promise<boolean>) | undefined
}

const LOOK_EVERY_MS = 200
/** How many looks are between two questions whether anybody is at work. */
const ASK_EVERY = 10

/** True while a process works on the journal. */
export const isAtWork = async ({ presence }: HostParts): Promise<boolean> => (await presence.ask(NOBODY)) === 'asked'

/** A line that asks for nothing. */
const NOBODY = '-'

/**
 * Shows what the process at work tells, until the move is over; takes Enter for the confirmation. Where that process is gone
 * in the middle, another is started to put everything back.
 *
 * @param from so many sentences of the journal were shown already
 * @param signal ends only the looking on
 */
export async function follow(
  parts: HostParts,
  { print, enter }: Onlooker,
  started: HostWorker | undefined,
  from: number,
  signal: AbortSignal,
): Promise<HostJournal> {
  const end = new AbortController()
  let worker = watched(started)
  let shown = from
  let isAsked = false
  let hasReplaced = false
  try {
    for (let look = 0; ; look += 1) {
      // Asked before the journal is read: what it wrote at its end is in there.
      const mayBeGone = worker?.hasEnded ?? (worker === undefined && look % ASK_EVERY === ASK_EVERY - 1)
      const isGone = mayBeGone && !(await isAtWork(parts))
      const journal = await parts.journal.read()
      if (journal === undefined) throw new UserError(`${parts.journal.folder}: the journal is gone`)
      for (const line of journal.told.slice(shown)) print(line)
      shown = journal.told.length
      if (!isUnfinished(journal)) return journal
      if (journal.phase === 'waiting' && enter !== undefined && !isAsked) {
        isAsked = true
        print('Press Enter to keep it.')
        void enter(end.signal).then(async (isEnter) => (isEnter ? await parts.journal.answer('confirm') : undefined))
      }
      if (isGone) {
        if (hasReplaced)
          throw new UserError(
            `the process that puts everything back ends before it is done; ${parts.journal.folder}/worker.log says why, and beside it are the files as they were`,
          )
        hasReplaced = true
        const told = [...journal.told, 'the process at work is gone; everything is put back']
        await parts.journal.update({ ...journal, phase: 'reverting', told })
        worker = watched(await parts.startWorker())
      }
      await parts.clock.sleep(LOOK_EVERY_MS, signal)
    }
  } catch (error) {
    if (!signal.aborted) throw error
    throw new UserError(
      'this command was ended, and what it began goes on without it: lanista migrate host confirm keeps it, lanista migrate host rollback puts it back now',
    )
  } finally {
    end.abort()
  }
}

function watched(worker: HostWorker | undefined): { hasEnded: boolean } | undefined {
  if (worker === undefined) return undefined
  const seen = { hasEnded: false }
  void worker.ended.then(() => (seen.hasEnded = true))
  return seen
}
