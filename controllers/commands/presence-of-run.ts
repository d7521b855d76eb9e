import { isRangeId } from '../../model/range-id.ts'
import type { Logger } from '../../model/ports.ts'
import { UserError } from '../../model/user-error.ts'
import type { Connected } from './composition.ts'

/**
 * Makes this process the one at work on the state directory; resolves with the way to end that. Throws `UserError` when
 * another is. Where it can't be told, that is logged and work goes on.
 *
 * @param onLook told of each range that another process asks to be looked at
 */
export async function claimPresence(
  { presence }: Pick<Connected, 'presence'>,
  stateDir: string,
  onLook: (rangeId: string) => void,
  logger: Logger,
): Promise<() => Promise<void>> {
  try {
    const claim = await presence.claim((rangeId) => {
      if (isRangeId(rangeId)) onLook(rangeId)
    })
    if (claim.kind === 'claimed') return claim.release
    throw new UserError(
      `${stateDir}: a Lanista (process ${claim.pid}) is at work on this state directory, and two would undo each other's work; stop it first, or give this one a lanista.state_dir of its own`,
    )
  } catch (error) {
    if (error instanceof UserError) throw error
    logger.warn(
      'the state directory can not be used, so it is not known whether another Lanista is at work on it; make it, writable to the user that Lanista runs as, or set lanista.state_dir',
      { stateDir, error },
    )
    return () => Promise.resolve()
  }
}
