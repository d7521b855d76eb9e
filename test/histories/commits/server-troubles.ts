import type { Clock } from '../../../model/clock.ts'
import type { RangeRepository } from '../../../model/git-ports.ts'
import { GitTrouble } from '../../../model/git-trouble.ts'

/** How the way to the server is. */
export interface ServerTrouble {
  now: 'none' | 'unreachable' | 'hangs' | 'cuts'
}

/** So long a server that hangs is waited for, in milliseconds. */
const PATIENCE_MS = 60_000

/** A repository whose server may be out of reach, hang, or cut off what it sends. */
export function behind(
  trouble: ServerTrouble,
  repository: RangeRepository,
  clock: Pick<Clock, 'sleep'>,
): RangeRepository {
  const hang = async (signal: AbortSignal): Promise<never> => {
    await clock.sleep(PATIENCE_MS, signal)
    throw new GitTrouble('TimedOut', 'the server: it took too long; see to it')
  }
  return {
    ...repository,
    remoteHead: async (signal) => {
      if (trouble.now === 'unreachable')
        throw new GitTrouble('Unreachable', 'the server: it is out of reach; see to it')
      if (trouble.now === 'hangs') return await hang(signal)
      return await repository.remoteHead(signal)
    },
    bring: async (head, accepted, all, signal) => {
      if (trouble.now === 'cuts') throw new GitTrouble('CutOff', 'the server: what it sent has no end; see to it')
      if (trouble.now !== 'none') return await hang(signal)
      return await repository.bring(head, accepted, all, signal)
    },
  }
}
