import type { Logger } from '../../model/ports.ts'
import { WORKING } from '../../model/range-state.ts'
import { ReadyTurns } from './ready-turns.ts'

/**
 * Tells the log whenever a range becomes Ready, or stops being so, or for another reason: whoever reads only the log, such
 * as the journal of the service, learns of everything that waits for a person.
 */
export function readyLog(logger: Logger): Pick<ReadyTurns, 'changed' | 'forget'> {
  return new ReadyTurns(
    ({ reason }) => WORKING.has(reason),
    ({ id }, { status, reason, message }) => {
      if (status === 'True') logger.info('range is Ready', { range: id })
      else logger.warn('range is not Ready', { range: id, reason, message })
    },
  )
}
