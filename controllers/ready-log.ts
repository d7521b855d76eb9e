import type { Logger } from '../model/ports.ts'
import { type RangeStatus, readyConditionOf } from '../model/range-status.ts'

/** Reasons that say no more than that work goes on, which the steps of the work tell already. */
const QUIET: ReadonlySet<string> = new Set(['Progressing', 'Pending'])

/**
 * Tells the log whenever a range becomes Ready, or stops being so, or for another reason: whoever reads only the log, such
 * as the journal of the service, learns of everything that waits for a person.
 */
export function readyLog(logger: Logger): (status: RangeStatus) => void {
  const told = new Map<string, string>()
  return (status) => {
    const ready = readyConditionOf(status)
    if (ready === undefined || QUIET.has(ready.reason)) return
    const news = `${ready.status} ${ready.reason}`
    if (told.get(status.id) === news) return
    told.set(status.id, news)
    const { reason, message } = ready
    if (ready.status === 'True') logger.info('range is Ready', { range: status.id })
    else logger.warn('range is not Ready', { range: status.id, reason, message })
  }
}
