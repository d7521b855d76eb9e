import type { HostJournal } from '../../model/host-journal.ts'
import { UserError } from '../../model/user-error.ts'
import { beginPuttingBack } from '../host-migration/begin.ts'
import { carryOut } from '../host-migration/carry-out.ts'
import { follow, isAtWork, type Onlooker } from '../host-migration/follow.ts'
import type { Composition } from './composition.ts'
import { type HostConversation, mustBeRoot, statusOf, withHost } from './on-host.ts'

/**
 * `lanista migrate host confirm`: what was done stays.
 *
 * @returns the exit status: 0 it stays, 1 it was put back before
 */
export async function confirmHostCommand(
  options: { readonly config: string },
  composition: Composition,
  { print }: Pick<Onlooker, 'print'>,
  signal: AbortSignal,
): Promise<number> {
  return await withHost(options, composition, async (parts) => {
    mustBeRoot(parts, 'confirm')
    const found = await parts.journal.read()
    if (found?.phase !== 'waiting' || !(await isAtWork(parts)))
      throw new UserError(`migrate host confirm: ${whyNotWaiting(found)}`)
    await parts.journal.answer('confirm')
    return statusOf(await follow(parts, { print, enter: undefined }, undefined, found.told.length, signal), 'confirmed')
  })
}

function whyNotWaiting(journal: HostJournal | undefined): string {
  const phase = journal?.phase ?? 'reverted'
  switch (phase) {
    case 'reverted':
      return 'no move of this host waits for it; lanista migrate host run begins one'
    case 'confirmed':
      return 'it is confirmed already'
    case 'changing':
      return 'not everything is done yet, so there is nothing to confirm; wait a moment'
    case 'waiting':
      return 'who should hear it is gone; lanista migrate host run goes on with it'
    case 'reverting':
      return 'it is being put back already'
    default:
      return phase satisfies never
  }
}

/**
 * `lanista migrate host rollback`: makes the host as it was before the move, from the journal, after a question.
 *
 * @returns the exit status: 0 everything is as it was, 1 something is not, or it was not agreed to
 */
export async function rollbackHostCommand(
  options: { readonly config: string; readonly yes: boolean },
  composition: Composition,
  conversation: HostConversation,
  signal: AbortSignal,
): Promise<number> {
  const { print, question } = conversation
  return await withHost(options, composition, async (parts) => {
    mustBeRoot(parts, 'rollback')
    const found = await parts.journal.read()
    if (found === undefined || (found.phase === 'reverted' && found.left.length === 0)) {
      print('there is nothing to put back')
      return 0
    }
    for (const { path } of found.files) print(`to be as it was: ${path}`)
    if (!options.yes) {
      if (question === undefined)
        throw new UserError(
          'migrate host rollback: nobody is at the terminal to agree to it; say --yes if it is meant so',
        )
      const answer = await question('Type yes to put everything back: ')
      if (answer.trim() !== 'yes') {
        print('nothing is changed')
        return 1
      }
    }
    const isGoing = await isAtWork(parts)
    if (isGoing) await parts.journal.answer('rollback')
    const worker = isGoing ? undefined : await beginPuttingBack(parts)
    return statusOf(await follow(parts, { print, enter: undefined }, worker, found.told.length, signal), 'reverted')
  })
}

/** `lanista migrate host work`: what `run` and `rollback` start as a process of its own. @returns the exit status */
export async function workHostCommand(
  options: { readonly config: string },
  composition: Composition,
  signal: AbortSignal,
): Promise<number> {
  return await withHost(options, composition, async (parts) => {
    mustBeRoot(parts, 'work')
    await parts.journal.prepare()
    const claim = await parts.presence.claim(() => undefined)
    // Two were started at the same moment: the other does it.
    if (claim.kind === 'taken') return 1
    try {
      await carryOut(parts, signal)
      return 0
    } finally {
      await claim.release()
    }
  })
}
