import type { Clock } from '../../model/clock.ts'
import type { Metrics } from '../../model/metrics-port.ts'
import type { ApprovalStore, FolderProvenance, Logger, RangeFiles, SeenFilesStore } from '../../model/ports.ts'
import type { PruneSettings } from '../../model/prune.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { MissingFiles } from './missing-files.ts'
import { PruneApproval } from './prune-approval.ts'
import { PruneOrders } from './prune-orders.ts'
import { Pruning } from './pruning.ts'

/** What pruning needs of the outside. */
export interface PruneParts {
  readonly settings: () => PruneSettings
  readonly provenance: FolderProvenance
  readonly seenFiles: SeenFilesStore
  readonly approvals: ApprovalStore
  /** Milliseconds since some moment; setting the machine's date doesn't change it. */
  readonly stopwatch: () => number
}

interface Surroundings {
  readonly clock: Pick<Clock, 'now'>
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'pruneWaiting'>
}

/** Pruning of the ranges in a folder. @param look at the cluster, for the VMs that a person approves of */
export function openPruning(
  { settings, provenance, seenFiles, approvals, stopwatch }: PruneParts,
  files: Pick<RangeFiles, 'list' | 'read'>,
  look: () => Promise<Pick<ClusterSnapshot, 'guests'>>,
  resyncMs: () => number,
  { clock, logger, metrics }: Surroundings,
): Pruning {
  const missing = new MissingFiles(files, provenance, seenFiles, { stopwatch, clock, resyncMs })
  const approval = new PruneApproval(approvals, look, logger, metrics)
  return new Pruning(settings, missing, new PruneOrders(stopwatch, logger), approval, logger)
}
