import { z } from 'zod'
import type { Clock } from '../../model/clock.ts'
import type { ApplyProgress, ApplyWatch } from '../../model/network-ports.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import { nodeOfTask } from '../../model/upid.ts'
import type { Api } from './api.ts'
import { applyProgress } from './apply-log.ts'
import { taskLog } from './schemas.ts'

/** How often the log is read, in milliseconds: mostly an apply is done with a node in a few seconds. */
const QUICK = { every: 1000, reads: 10 } as const
const SLOW_MS = 3000
const LINES = 500

const whole = z.object({ data: taskLog })

/** The lines of an apply's log; undefined when its node does not tell them in time. Throws when aborted, or when the token is wrong. */
export async function applyLog(
  api: Pick<Api, 'peek'>,
  upid: string,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  try {
    const names = { node: nodeOfTask(upid), upid }
    const { data } = await api.peek('GET /nodes/{node}/tasks/{upid}/log', names, { limit: LINES }, whole, signal)
    return data.map((line) => line.t)
  } catch (error) {
    signal.throwIfAborted()
    if (isProxmoxError(error, 'unauthorized')) throw error
    return undefined
  }
}

/** Follows the log of an apply from node to node. */
export type WatchApply = (
  upid: string,
  watch: Pick<ApplyWatch, 'onProgress' | 'patience'>,
  signal: AbortSignal,
) => Promise<ApplyProgress>

/**
 * Resolves with how far the apply has come when it has stood at one node, or was told nothing of, for longer than anybody waits for
 * that. It does not see its end: its task tells that. Throws only when aborted, or when the token is wrong.
 */
export const createWatchApply =
  ({ api, clock }: { readonly api: Pick<Api, 'peek'>; readonly clock: Clock }): WatchApply =>
  async (upid, { onProgress, patience }, signal) => {
    let progress: ApplyProgress = { upid, through: new Map(), at: undefined }
    let since = clock.now()
    for (let reads = 0; ; reads += 1) {
      await clock.sleep(reads < QUICK.reads ? QUICK.every : SLOW_MS, signal)
      const log = await applyLog(api, upid, signal)
      if (log !== undefined) {
        const now = applyProgress(upid, log)
        if (now.at !== progress.at || now.through.size !== progress.through.size) since = clock.now()
        progress = now
        onProgress(progress)
      }
      if (clock.now() - since >= patience(progress.at)) return progress
    }
  }
