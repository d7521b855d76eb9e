import type { RangeNetworks } from './range-networks.ts'
import type { RangeReport } from './range-report.ts'

/** What is kept of one range in memory, from its first trigger on. Losing it loses nothing: all of it is found again. */
export interface RangeInHand {
  readonly id: string
  readonly report: RangeReport
  readonly networks: RangeNetworks
}
