import type { ApiProvider } from './api/api-provider.ts'
import type { Explanation } from './explanation.ts'
import type { RangeStatus } from './range-status.ts'

/** What the HTTP endpoints tell about. */
export interface Observed {
  readonly statuses: () => readonly RangeStatus[]
  /** Why the controller isn't ready to serve, or undefined when it is. */
  readonly notReady: () => string | undefined
  /** How often the cluster is read at least, in milliseconds. */
  readonly resyncMs: () => number
  /** Why a VM is, or would be, on its node; undefined when no valid range file has it. */
  readonly explain: (rangeId: string, vm: string) => Promise<Explanation | undefined>
  readonly api: ApiProvider
}
