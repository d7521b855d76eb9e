import type { Watched } from '../../model/watched.ts'
import type { ConfigAudit } from '../machine/config-audit.ts'
import { type RangeController, STANDINGS } from '../range/range-controller.ts'
import type { StatusBoard } from '../report/status-board.ts'

/** What metrics look up of ranges and their VMs when somebody scrapes. */
export function watchRanges(
  ranges: Pick<RangeController, 'standings'>,
  board: Pick<StatusBoard, 'get'>,
  audit: Pick<ConfigAudit, 'standing'>,
): Pick<Watched, 'standings' | 'audit'> {
  return {
    standings: () => {
      const counts = new Map<string, number>(STANDINGS.map((standing) => [standing, 0]))
      for (const { standing } of ranges.standings().values()) counts.set(standing, (counts.get(standing) ?? 0) + 1)
      return counts
    },
    // A VM that is gone, suspended or in somebody's way is not compared, and does not lag behind.
    audit: () =>
      audit.standing((rangeId, name, vmid) => {
        const vm = board.get(rangeId)?.vms.find((each) => each.vmid === vmid && each.name === name)
        return vm !== undefined && (vm.phase === 'running' || vm.phase === 'stopped')
      }),
  }
}
