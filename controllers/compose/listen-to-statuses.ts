import type { Metrics } from '../../model/metrics-port.ts'
import type { Logger } from '../../model/ports.ts'
import type { RangeStatus } from '../../model/range-status.ts'
import type { Notifications } from '../report/notifications.ts'
import { readyLog } from '../report/ready-log.ts'
import type { StatusBoard } from '../report/status-board.ts'

interface Listeners {
  readonly notifications: Pick<Notifications, 'changed' | 'forget'>
  readonly metrics: Pick<Metrics, 'rangeStatus' | 'rangeGone' | 'rangeFiles'>
  readonly logger: Logger
}

/** Has the log, notifications and metrics hear of every status. */
export function listenToStatuses(board: StatusBoard, { notifications, metrics, logger }: Listeners): void {
  const news = readyLog(logger)
  board.onForget((rangeId) => {
    notifications.forget(rangeId)
    news.forget(rangeId)
    metrics.rangeGone(rangeId)
    metrics.rangeFiles(countFiles(board.all()))
  })
  board.onChange((status) => news.changed(status))
  board.onChange((status) => notifications.changed(status))
  board.onChange((status) => {
    metrics.rangeStatus(status)
    metrics.rangeFiles(countFiles(board.all()))
  })
}

function countFiles(statuses: readonly RangeStatus[]): { readonly valid: number; readonly invalid: number } {
  const specs = statuses.map(({ conditions }) => conditions.find(({ type }) => type === 'SpecValid'))
  return {
    valid: specs.filter((spec) => spec?.status === 'True').length,
    invalid: specs.filter((spec) => spec?.reason === 'Invalid').length,
  }
}
