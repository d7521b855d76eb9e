import type { Clock } from '../../model/clock.ts'
import type { Condition } from '../../model/condition.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { RangeFileRead, RangeFiles } from '../../model/ports.ts'
import { type DestroyOrder, removalOf } from '../../model/destroy-order.ts'
import { orderOfFile } from '../../model/removal.ts'
import { isSuspended, machinesOf, type RangeSpec } from '../../model/range-spec.ts'
import { type RangeStatus, readyConditionOf } from '../../model/range-status.ts'
import type { DestroyOrders } from '../removal/destroy-orders.ts'
import {
  conditionsOfInvalid,
  conditionsOfMissing,
  conditionsOfSuspended,
  conditionsOfUnreadable,
} from './range-conditions.ts'
import { conditionsOfDestroyed } from '../removal/removal-conditions.ts'
import type { Pruning } from '../removal/pruning.ts'
import { type PassDependencies, RangePass } from './range-pass.ts'
import type { RemovalPass } from '../removal/removal-pass.ts'
import type { RemovalSource } from '../removal/removal-report.ts'

/** What a pass over any range works with. */
export interface ReconcileDependencies extends PassDependencies {
  readonly files: RangeFiles
  readonly clock: Pick<Clock, 'now'>
  readonly destroyOrders: Pick<DestroyOrders, 'of' | 'done'>
  readonly pruning: Pick<Pruning, 'orderOf' | 'outlookOf' | 'fileSeen'>
  readonly removal: RemovalPass
}

/**
 * One pass over one range: read its file, plan, carry the plan out, report. Recomputes everything from the file and
 * from Proxmox. A broken, missing or unreadable file is reported and changes nothing, and so is a suspended range.
 * Throws only when aborted.
 */
export async function reconcileRange(
  rangeId: string,
  deps: ReconcileDependencies,
  signal: AbortSignal,
): Promise<Outcome> {
  const { file, order } = await deps.planning.announce(readWishes(rangeId, deps))
  const before = deps.board.get(rangeId)
  if (file.kind === 'invalid') deps.pruning.fileSeen(rangeId, undefined)
  if (file.kind === 'ok') deps.pruning.fileSeen(rangeId, namesIn(file.spec))
  const suspended = file.kind === 'ok' && isSuspended(file.spec, deps.clock.now())
  if (order !== undefined && !suspended) return await destroy(order, file, deps, signal)
  switch (file.kind) {
    case 'unreadable': {
      const conditions = conditionsOfUnreadable(rangeId, file.why, before?.conditions ?? [])
      await deps.board.set({ ...(before ?? { ...blank(rangeId), source: rangeId, diagnostics: [] }), conditions })
      deps.logger.error('range file could not be read', { range: rangeId, error: file.why })
      return { kind: 'retry', error: messageOf(conditions) }
    }
    case 'absent':
      return await withoutFile(rangeId, deps, signal)
    case 'invalid': {
      const conditions = conditionsOfInvalid(file.diagnostics, before?.conditions ?? [])
      const source = file.diagnostics[0]?.file ?? before?.source ?? rangeId
      await deps.board.set({ ...(before ?? blank(rangeId)), source, diagnostics: file.diagnostics, conditions })
      return { kind: 'stalled', error: messageOf(conditions) }
    }
    case 'ok': {
      const { spec, warnings } = file
      if (!suspended) {
        if (spec.state === 'present') return new RangePass(spec, warnings, deps, signal).run()
        const source = { source: spec.source, diagnostics: warnings, whenGone: 'absent' } as const
        return deps.removal.run(orderOfFile(spec), source, signal)
      }
      // It may end by itself, so it is looked at again like a range that is as asked.
      const conditions = conditionsOfSuspended(spec)
      await deps.board.set({ ...(before ?? blank(rangeId)), source: spec.source, diagnostics: warnings, conditions })
      return { kind: 'settled' }
    }
  }
}

/**
 * The pass over a range that a person ordered to be destroyed. Once nothing of it is left, it is forgotten if it has no
 * valid file; otherwise it stays away until its file changes, and what comes to its pool meanwhile is left alone.
 */
async function destroy(
  order: DestroyOrder,
  file: FileRead,
  deps: ReconcileDependencies,
  signal: AbortSignal,
): Promise<Outcome> {
  const { rangeId } = order
  const { board, destroyOrders } = deps
  const source: RemovalSource =
    file.kind === 'ok'
      ? { source: file.spec.source, diagnostics: file.warnings, whenGone: 'destroyed' }
      : { source: board.get(rangeId)?.source ?? rangeId, diagnostics: [], whenGone: 'forgotten' }
  if (order.carriedOut) {
    const { source: at, diagnostics } = source
    if (file.kind === 'ok') {
      const conditions = conditionsOfDestroyed(removalOf(order))
      await board.set({ ...blank(rangeId), source: at, diagnostics, conditions })
    } else {
      await destroyOrders.done(order, false)
      await board.forget(rangeId)
    }
    return { kind: 'settled' }
  }
  const outcome = await deps.removal.run(removalOf(order), source, signal)
  if (outcome.kind === 'settled') await destroyOrders.done(order, file.kind === 'ok')
  return outcome
}

/** The pass over a range whose file is gone: as pruning says. A file that was never reported on leaves nothing to say. */
async function withoutFile(rangeId: string, deps: ReconcileDependencies, signal: AbortSignal): Promise<Outcome> {
  const { board, pruning } = deps
  const before = board.get(rangeId)
  const source = before?.source ?? rangeId
  const order = pruning.orderOf(rangeId)
  if (order !== undefined)
    return await deps.removal.run(order, { source, diagnostics: [], whenGone: 'forgotten' }, signal)
  // Nothing of it was left while its file was still there, so nothing is missing.
  if (before !== undefined && readyConditionOf(before)?.reason === 'Absent') {
    await board.forget(rangeId)
    return { kind: 'settled' }
  }
  const outlook = pruning.outlookOf(rangeId)
  if (before === undefined && outlook === undefined) return { kind: 'settled' }
  const conditions = conditionsOfMissing(rangeId, before?.conditions ?? [], outlook)
  await board.set({ ...(before ?? blank(rangeId)), source, diagnostics: [], conditions })
  return { kind: 'stalled', error: messageOf(conditions) }
}

type FileRead = RangeFileRead | { readonly kind: 'unreadable'; readonly why: string }

/** What people want of the range: all that is read before it asks for its plan. */
async function readWishes(
  rangeId: string,
  { files, destroyOrders }: Pick<ReconcileDependencies, 'files' | 'destroyOrders'>,
): Promise<{ readonly file: FileRead; readonly order: DestroyOrder | undefined }> {
  const file = await readFile(rangeId, files)
  return { file, order: file.kind === 'unreadable' ? undefined : await destroyOrders.of(rangeId, file) }
}

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
const namesIn = (spec: RangeSpec): readonly string[] => machinesOf(spec).map(({ name }) => name)

const messageOf = (conditions: readonly Condition[]): string =>
  conditions.find(({ type }) => type === 'SpecValid')?.message ?? 'the range file has problems'
