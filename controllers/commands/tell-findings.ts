import type { LanistaApi } from '../../model/api/lanista-api.ts'
import { printable } from '../../model/printable.ts'

/** So many are told at once; the page and the API tell all. */
const MOST = 5

/**
 * Tells what is wrong with the site as a whole beside what was asked for: a range that is Ready says nothing of a node that is gone, or
 * of a storage that is full. A Lanista that tells it not, as of another release, has told what was asked for all the same.
 */
export async function tellFindings(
  api: Pick<LanistaApi, 'controller'>,
  warn: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const view = await api.controller(signal).catch(() => undefined)
  signal.throwIfAborted()
  if (view === undefined) return
  const lines = [
    ...(view.notReady === undefined ? [] : [`✗ not ready: ${view.notReady}`]),
    ...(view.git?.finding === undefined ? [] : [`! ${view.git.finding.message}`]),
    ...view.findings.map(({ severity, message }) => `${severity === 'error' ? '✗' : '!'} ${message}`),
  ]
  for (const line of lines.slice(0, MOST)) warn(printable(line, 1000))
  if (lines.length > MOST) warn(`… and ${lines.length - MOST} more: see the page, or GET /api/v1/controller`)
}
