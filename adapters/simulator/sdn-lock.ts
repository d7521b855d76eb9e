import { failure, wrapped } from './api-error.ts'
import { clusterLocked } from './simulation.ts'
import type { Call } from './route.ts'

/** Throws unless the given token is that of the global lock, or nobody holds it. */
const checkToken = (held: string | undefined, token: string | undefined): void => {
  if (held !== undefined && held !== token)
    throw failure('invalid lock token provided! at /usr/share/perl5/PVE/Network/SDN.pm line 291.')
}

/**
 * Runs a change of the SDN configuration under the short internal lock, and only with the global lock's token while
 * that one is held. Whatever fails comes out as a 500 that starts with `prefix`.
 */
export const sdnLocked = <T>(
  call: Call,
  prefix: string,
  work: () => T,
  token = call.params['lock-token'],
): Promise<T> =>
  wrapped(prefix, () =>
    clusterLocked(call.sim, 'domain-sdn', () => {
      checkToken(call.sim.world.sdn.lock, token)
      return work()
    }),
  )
