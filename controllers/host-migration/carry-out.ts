import { commandOf } from '../../model/host-migration.ts'
import type { HostJournal, HostPhase } from '../../model/host-journal.ts'
import { HostError } from '../../model/host-ports.ts'
import { printable } from '../../model/printable.ts'
import { whyNotHeld } from '../../reconcilers/host/what-holds.ts'
import { awaitWord } from './await-word.ts'
import { doStep } from './do-step.ts'
import { CONFIRM_WITHIN_MS, type HostParts } from './host-parts.ts'
import { UNITS } from './look-at-ground.ts'
import { putBack } from './put-back.ts'
import { whyApiLost } from './reach-api.ts'

/**
 * Goes on with the journal from where it stands, whoever wrote it: does its steps in order, looking after each whether what
 * should hold then does and whether the API is still reached, waits for a person to confirm, and puts everything back
 * when anything of that fails. Each stage is on disk before the next begins.
 *
 * @param signal where it aborts, what is not confirmed is put back
 * @returns how it ended
 */
export async function carryOut(parts: HostParts, signal: AbortSignal): Promise<HostPhase> {
  const found = await parts.journal.read()
  if (found === undefined) throw new HostError(`${parts.journal.folder}: there is no journal of a move to go on with`)
  let journal = found
  const keep = async (change: Partial<HostJournal>, ...lines: readonly string[]): Promise<void> => {
    journal = { ...journal, ...change, told: [...journal.told, ...lines] }
    await parts.journal.update(journal)
  }
  let unwritten: unknown
  // What was begun is put back also where that can't be written down: a full disk is no reason to leave a host without network.
  const keepIfPossible: typeof keep = async (...kept) => {
    await keep(...kept).catch((error: unknown) => (unwritten = error))
  }
  const why = await changedAndAgreed(() => journal, keep, parts, signal)
  if (why !== undefined) await keepIfPossible({ phase: 'reverting' }, `${why}; everything is put back`)
  if (journal.phase === 'reverting') {
    const left = await putBack(journal, parts)
    await keepIfPossible(
      { phase: 'reverted', left },
      ...(left.length === 0 ? ['everything is as it was'] : left.map((each) => `not put back: ${each}`)),
    )
  }
  if (unwritten !== undefined) throw new HostError(whatIsUnwritten(journal, parts, unwritten), unwritten)
  return journal.phase
}

const whatIsUnwritten = ({ left }: HostJournal, { journal }: HostParts, error: unknown): string =>
  `${journal.folder}: the journal can't be written (${printable(String(error), 200)}); ${left.length === 0 ? 'everything was put back all the same' : left.join('; ')}`

/** Does the steps and waits for a person's word. @returns why everything is to be put back, or undefined when it is not, or is being so */
async function changedAndAgreed(
  journalNow: () => HostJournal,
  keep: (change: Partial<HostJournal>, ...lines: readonly string[]) => Promise<void>,
  parts: HostParts,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    if (journalNow().phase === 'changing') {
      const why = await changed(journalNow, keep, parts, signal)
      if (why !== undefined) return why
      const line = `everything holds; it is put back unless it is confirmed within ${CONFIRM_WITHIN_MS / 1000} s: lanista migrate host confirm`
      await keep({ phase: 'waiting' }, line)
    }
    if (journalNow().phase !== 'waiting') return undefined
    const word = await awaitWord(parts, signal)
    if (word.kind === 'revert') return word.why
    await keep({ phase: 'confirmed' }, 'confirmed; it stays')
    return undefined
  } catch (error) {
    return error instanceof HostError ? error.message : printable(String(error), 400)
  }
}

/** Does all steps that are not done. Throws, or resolves with, why that can't be gone on with. */
async function changed(
  journalNow: () => HostJournal,
  keep: (change: Partial<HostJournal>, ...lines: readonly string[]) => Promise<void>,
  parts: HostParts,
  signal: AbortSignal,
): Promise<string | undefined> {
  const lost = await whyApiLost(parts)
  if (lost !== undefined) return lost
  for (;;) {
    const journal = journalNow()
    const step = journal.steps[journal.done]
    if (step === undefined) return await whyNotAll(journal, parts)
    if (signal.aborted) return 'this process was told to end'
    if ((await parts.journal.answered()) === 'rollback') return 'somebody asked for it'
    await doStep(step, journal, parts)
    const why = await whyApiLost(parts)
    if (why !== undefined) return why
    await keep({ done: journal.done + 1 }, `done: ${commandOf(step)}`)
  }
}

/** A later step may have undone what an earlier one was for. */
async function whyNotAll({ steps, target }: HostJournal, { system }: HostParts): Promise<string | undefined> {
  const seen = await system.look(UNITS)
  for (const step of steps) {
    const why = whyNotHeld(step, seen, target)
    if (why !== undefined) return why
  }
  return undefined
}
