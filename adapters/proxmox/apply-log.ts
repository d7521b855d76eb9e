import type { ApplyProgress, ReloadFailure } from '../../model/network-ports.ts'

/**
 * How far an apply has come, from the lines of its `reloadnetworkall` task: a line `pve2: reloading network config`, then, where
 * it failed, what went wrong, then the next node. It waits for each, so a node is through when the next has begun.
 */
export function applyProgress(upid: string, log: readonly string[]): ApplyProgress {
  const through = new Map<string, string | undefined>()
  let node: string | undefined
  let lines: string[] = []
  const close = (): void => {
    const failed = lines.find((line) => / failed: /.test(line))
    if (node !== undefined) through.set(node, failed === undefined ? undefined : (lines[0] ?? failed))
  }
  for (const line of log) {
    const begun = /^(\S+): reloading network config$/.exec(line)?.[1]
    if (begun === undefined && !line.startsWith('TASK ')) {
      lines.push(line)
      continue
    }
    close()
    node = begun
    lines = []
  }
  return { upid, through, at: node }
}

/** Nodes that an apply did not reach or that failed to reload, from the whole log of its task, which ends `OK` nevertheless. */
export const reloadFailures = (log: readonly string[]): readonly ReloadFailure[] =>
  [...applyProgress('', [...log, 'TASK OK']).through].flatMap(([node, why]) =>
    why === undefined ? [] : [{ node, why }],
  )
