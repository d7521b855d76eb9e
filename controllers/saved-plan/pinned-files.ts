import type { RangeFileRead, RangeFiles } from '../../model/ports.ts'
import type { SavedPlan } from '../../model/saved-plan.ts'
import { pinnedSpec } from '../../reconcilers/saved-plan/pinned-spec.ts'
import { digestOfSpec } from './digests.ts'

/**
 * The files of a plan's ranges alone, whose VMs have the nodes of the plan. One that asks for something else by now counts as one that
 * can't be acted on, at each read: it may be saved while the plan is carried out.
 */
export function pinnedFiles(files: RangeFiles, { basedOn, placements }: SavedPlan): RangeFiles {
  const planned = new Map(basedOn.ranges.map(({ range, spec }) => [range, spec]))
  return {
    list: async () => (await files.list()).filter((id) => planned.has(id)),
    read: async (rangeId) => {
      const read = await files.read(rangeId)
      if (read.kind !== 'ok') return read
      if (planned.get(rangeId) !== digestOfSpec(read.spec)) return changed(read)
      return { ...read, spec: pinnedSpec(read.spec, placements) }
    },
    watch: (onChange, signal) => files.watch(onChange, signal),
  }
}

const changed = ({ spec: { source }, origin, revisions }: Extract<RangeFileRead, { kind: 'ok' }>): RangeFileRead => ({
  kind: 'invalid',
  diagnostics: [
    {
      file: source,
      line: undefined,
      column: undefined,
      finding: 'what it asks for is not what was planned any more, so nothing more is done for its range',
      remedy: 'make a new plan, and look at it',
    },
  ],
  ...(origin === undefined ? {} : { origin }),
  ...(revisions === undefined ? {} : { revisions }),
})
