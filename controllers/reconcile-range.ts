import type { Clock } from '../model/clock.ts'
import type { Condition } from '../model/condition.ts'
import type { Outcome } from '../model/outcome.ts'
import type { RangeFileRead, RangeFiles } from '../model/ports.ts'
import { orderOfFile } from '../model/removal.ts'
import { isSuspended } from '../model/range-spec.ts'
import type { RangeStatus } from '../model/range-status.ts'
import {
  conditionsOfInvalid,
  conditionsOfMissing,
  conditionsOfSuspended,
  conditionsOfUnreadable,
} from './range-conditions.ts'
import { type PassDependencies, RangePass } from './range-pass.ts'
import { type RemovalDependencies, RemovalPass } from './removal-pass.ts'

/**
 * One pass over one range: read its file, plan, carry the plan out, report. Recomputes everything from the file and
 * from Proxmox. A broken, missing or unreadable file is reported and changes nothing, and so is a suspended range.
 * Throws only when aborted.
 */
export async function reconcileRange(
  rangeId: string,
  deps: PassDependencies & RemovalDependencies & { readonly files: RangeFiles; readonly clock: Pick<Clock, 'now'> },
  signal: AbortSignal,
): Promise<Outcome> {
  const file = await deps.planning.announce(readFile(rangeId, deps.files))
  const before = deps.board.get(rangeId)
  switch (file.kind) {
    case 'unreadable': {
      const conditions = conditionsOfUnreadable(rangeId, file.why, before?.conditions ?? [])
      await deps.board.set({ ...(before ?? { ...blank(rangeId), source: rangeId, diagnostics: [] }), conditions })
      deps.logger.error('range file could not be read', { range: rangeId, error: file.why })
      return { kind: 'retry', error: messageOf(conditions) }
    }
    case 'absent': {
      // A file that was never reported on leaves nothing to say.
      if (before === undefined) return { kind: 'settled' }
      await deps.board.set({ ...before, diagnostics: [], conditions: conditionsOfMissing(rangeId, before.conditions) })
      return { kind: 'stalled', error: `range ${rangeId}: its file is gone` }
    }
    case 'invalid': {
      const conditions = conditionsOfInvalid(file.diagnostics, before?.conditions ?? [])
      const source = file.diagnostics[0]?.file ?? before?.source ?? rangeId
      await deps.board.set({ ...(before ?? blank(rangeId)), source, diagnostics: file.diagnostics, conditions })
      return { kind: 'stalled', error: messageOf(conditions) }
    }
    case 'ok': {
      const { spec, warnings } = file
      if (!isSuspended(spec, deps.clock.now())) {
        if (spec.state === 'present') return new RangePass(spec, warnings, deps, signal).run()
        const source = { source: spec.source, hasFile: true, diagnostics: warnings }
        return new RemovalPass(orderOfFile(spec), source, deps, signal).run()
      }
      // It may end by itself, so it is looked at again like a range that is as asked.
      const conditions = conditionsOfSuspended(spec)
      await deps.board.set({ ...(before ?? blank(rangeId)), source: spec.source, diagnostics: warnings, conditions })
      return { kind: 'settled' }
    }
  }
}

type FileRead = RangeFileRead | { readonly kind: 'unreadable'; readonly why: string }

async function readFile(rangeId: string, files: RangeFiles): Promise<FileRead> {
  try {
    return await files.read(rangeId)
  } catch (error) {
    return { kind: 'unreadable', why: error instanceof Error ? error.message : String(error) }
  }
}

const blank = (id: string): Omit<RangeStatus, 'source' | 'diagnostics' | 'conditions' | 'changedAt'> => ({
  id,
  number: undefined,
  vms: [],
  networks: [],
})
const messageOf = (conditions: readonly Condition[]): string =>
  conditions.find(({ type }) => type === 'SpecValid')?.message ?? 'the range file has problems'
