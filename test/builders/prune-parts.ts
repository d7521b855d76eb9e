import type { PruneParts } from '../../controllers/removal/open-pruning.ts'
import type { FolderIdentity, SeenFile, WaitingSet } from '../../model/prune.ts'

/** Pruning that is off, on a folder that never changes hands, with its memory in memory. */
export function pruneParts(parts: Partial<PruneParts> = {}): PruneParts {
  const folder: FolderIdentity = { place: '1:2', born: undefined, git: undefined }
  const kept: { seen: readonly SeenFile[]; asked?: WaitingSet | undefined; approved?: WaitingSet | undefined } = {
    seen: [],
  }
  return {
    settings: () => ({ enabled: false, grace: 3_600_000, budget: 1 }),
    provenance: { identity: () => Promise.resolve(folder), follows: () => Promise.resolve(true) },
    seenFiles: {
      read: () => Promise.resolve(kept.seen),
      write: async (seen) => {
        kept.seen = seen
      },
    },
    approvals: {
      asked: () => Promise.resolve(kept.asked),
      ask: async (waiting) => {
        kept.asked = waiting
      },
      approved: () => Promise.resolve(kept.approved),
      approve: async (waiting) => {
        kept.approved = waiting
      },
      forgetAnswer: async () => {
        kept.approved = undefined
      },
      clear: async () => {
        kept.asked = undefined
        kept.approved = undefined
      },
    },
    stopwatch: () => 0,
    ...parts,
  }
}
