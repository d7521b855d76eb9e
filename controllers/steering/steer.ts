import type { CommitApprovalStore } from '../../model/accepted-commit.ts'
import type { Steered, Steering } from '../../model/api/steering.ts'
import type { Clock } from '../../model/clock.ts'
import { shortId } from '../../model/commit-snapshot.ts'
import type { EventSink } from '../../model/event-store.ts'
import type { ApprovalStore, RangeFileRead } from '../../model/ports.ts'
import { printable } from '../../model/printable.ts'
import { suspendUntil } from '../../model/range-file/lanista-keys.ts'
import { isRangeId } from '../../model/range-id.ts'
import { isSuspended, type RangeSpec } from '../../model/range-spec.ts'
import { saidOf, standingOfOrder, type SuspendOrderStore } from '../../model/suspend-order.ts'
import { keyOf } from './waiting-key.ts'
import { UserError } from '../../model/user-error.ts'

export interface SteerParts {
  /** Ids of all ranges that have a file, or of which something is told. Throws when that can't be known. */
  readonly known: () => Promise<readonly string[]>
  /** What a range's file says, whatever a person has ordered. */
  readonly read: (rangeId: string) => Promise<RangeFileRead>
  /** Has a range looked at now. */
  readonly trigger: (rangeId: string) => void
  readonly suspendOrders: SuspendOrderStore
  readonly approvals: Pick<ApprovalStore, 'asked' | 'approve'>
  /** Undefined where range files are in a folder. */
  readonly commits: { readonly force: CommitApprovalStore; readonly waves: CommitApprovalStore } | undefined
  readonly events: EventSink
  readonly clock: Pick<Clock, 'now'>
}

type Asked<A extends Steering['action']> = Extract<Steering, { readonly action: A }>

/**
 * What a person asks of ranges besides what their files say: a look now, to leave one alone for a time, to go on, and approvals. None of
 * it writes to Proxmox; each is an event with the person's name. Throws `UserError` for what can't be done, with why.
 */
export class Steer {
  readonly #parts: SteerParts

  constructor(parts: SteerParts) {
    this.#parts = parts
  }

  /** @param by the person, as the machine or a token knows */
  async do(asked: Steering, by: string): Promise<Steered> {
    switch (asked.action) {
      case 'reconcile':
        return await this.#reconcile(asked, by)
      case 'suspend':
        return await this.#suspend(asked, by)
      case 'resume':
        return await this.#resume(asked, by)
      case 'approve':
        return await this.#approve(asked, by)
    }
  }

  async #reconcile({ ranges }: Asked<'reconcile'>, by: string): Promise<Steered> {
    const known = await this.#parts.known()
    for (const id of ranges ?? []) if (!known.includes(id)) throw unknownRange(id, known)
    const ids = ranges ?? known
    for (const id of new Set(ids)) {
      this.#tell('ReconcileRequested', `range ${id}: ${printable(by)} has it looked at now`, id, by)
      this.#parts.trigger(id)
    }
    if (ids.length === 0) return { done: false, message: 'there is no range to look at' }
    return {
      done: true,
      message: `${ids.length === 1 ? `range ${ids[0] ?? ''} is` : `${ids.length} ranges are`} looked at now`,
    }
  }

  async #suspend({ range, reason, until }: Asked<'suspend'>, by: string): Promise<Steered> {
    await this.#mustBeKnown(range)
    const at = this.#parts.clock.now()
    const ends = until === undefined ? undefined : endOf(until, at)
    const spec = specOf(await this.#parts.read(range))
    await kept(
      `the order about range ${range}`,
      this.#parts.suspendOrders.write({
        rangeId: range,
        kind: 'suspend',
        by,
        at,
        reason: reason.trim(),
        until: ends,
        file: spec && saidOf(spec.suspension),
      }),
    )
    const till = ends === undefined ? '' : ` until ${new Date(ends).toISOString()}`
    const why = printable(reason.trim(), 500)
    this.#tell('SuspendRequested', `range ${range}: ${printable(by)} has it left alone${till}: ${why}`, range, by)
    this.#parts.trigger(range)
    const end = ends === undefined ? `until lanista resume ${range}` : till.trim()
    return {
      done: true,
      message: `range ${range} is left alone ${end}, or until its file says something else of suspend; what is under way is carried through`,
    }
  }

  async #resume({ range }: Asked<'resume'>, by: string): Promise<Steered> {
    await this.#mustBeKnown(range)
    const { suspendOrders, clock } = this.#parts
    const now = clock.now()
    const spec = specOf(await this.#parts.read(range))
    const order = await suspendOrders.read(range)
    const isOrdered = order?.kind === 'suspend' && standingOfOrder(order, spec, now) === 'holds'
    const byFile = spec !== undefined && isSuspended(spec, now)
    const isResumed = order?.kind === 'resume' && standingOfOrder(order, spec, now) === 'holds'
    if (!isOrdered && (!byFile || isResumed))
      return { done: false, message: `range ${range} is not suspended, so there is nothing to resume` }
    await kept(
      `the order about range ${range}`,
      byFile
        ? suspendOrders.write({
            rangeId: range,
            kind: 'resume',
            by,
            at: now,
            reason: '',
            until: undefined,
            file: saidOf(spec.suspension),
          })
        : suspendOrders.clear(range),
    )
    this.#tell('ResumeRequested', `range ${range}: ${printable(by)} has it go on`, range, by)
    this.#parts.trigger(range)
    const file = byFile ? ', although its file says suspend, until that says something else' : ''
    return { done: true, message: `range ${range} goes on${file}` }
  }

  async #approve({ removal, commit }: Asked<'approve'>, by: string): Promise<Steered> {
    if (commit !== undefined && removal === undefined) return await this.#approveCommit(commit, by)
    if (removal === undefined || commit !== undefined)
      throw new UserError('approve: give the key of the removal that waits, or the commit that does')
    const { approvals } = this.#parts
    const waiting = await approvals.asked()
    if (waiting === undefined) throw new UserError('approve: no range waits for approval')
    if (keyOf(waiting) !== removal)
      throw new UserError('approve: what waits has changed since it was shown; look at it again')
    const ids = waiting.ranges.map(({ id }) => id)
    await kept('the approval', approvals.approve(waiting))
    for (const id of ids)
      this.#tell(
        'RemovalApproved',
        `range ${id}: ${printable(by)} has approved that it goes, as its file is gone`,
        id,
        by,
      )
    return {
      done: true,
      message: 'approved; they go with the next look at the files, unless something of this changes before',
    }
  }

  async #approveCommit(commit: string, by: string): Promise<Steered> {
    const { commits } = this.#parts
    if (commits === undefined) throw new UserError('approve: range files are in a folder here, so no commit waits')
    if (!/^[0-9a-f]{7,64}$/.test(commit))
      throw new UserError('approve: give seven digits at least of the commit, as the finding names it')
    for (const about of ['force', 'waves'] as const) {
      const waiting = await commits[about].asked()
      if (waiting?.commit.startsWith(commit) !== true) continue
      await kept('the approval', commits[about].approve(waiting.commit))
      const what = about === 'force' ? 'goes in force' : 'goes on with its later waves'
      this.#parts.events.record({
        type: 'Normal',
        reason: 'CommitApproved',
        message: `commit ${shortId(waiting.commit)}: ${printable(by)} has approved that it ${what}`,
        object: { kind: 'Controller', name: 'git' },
        by,
        revision: waiting.commit,
      })
      return { done: true, message: `approved; commit ${shortId(waiting.commit)} ${what} with the next look` }
    }
    throw new UserError(`approve: commit ${commit} does not wait for approval`)
  }

  async #mustBeKnown(rangeId: string): Promise<void> {
    const known = await this.#parts.known()
    if (!isRangeId(rangeId) || !known.includes(rangeId)) throw unknownRange(rangeId, known)
  }

  #tell(reason: string, message: string, range: string, by: string): void {
    this.#parts.events.record({ type: 'Normal', reason, message, object: { kind: 'Range', name: range }, range, by })
  }
}

/** What a person asks is not to be lost in silence, as on a full disk. Throws `UserError`. */
async function kept(what: string, writing: Promise<void>): Promise<void> {
  try {
    await writing
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new UserError(
      `${what} can't be kept in the state directory (${why}), so it is as before; see to the disk, and ask again`,
      error,
    )
  }
}

const specOf = (read: RangeFileRead): RangeSpec | undefined => {
  if (read.kind === 'ok') return read.spec
  return read.kind === 'held' ? read.inForce?.spec : undefined
}

/** Throws `UserError` for what is no moment to come. */
function endOf(until: string, now: number): number {
  const parsed = suspendUntil.safeParse(until)
  if (!parsed.success)
    throw new UserError(`until: ${printable(until)} ${parsed.error.issues[0]?.message ?? 'is no moment'}`)
  const ends = Date.parse(parsed.data)
  if (ends <= now) throw new UserError(`until: ${printable(until)} is over; give a moment to come`)
  return ends
}

function unknownRange(id: string, known: readonly string[]): UserError {
  const meant = known.find((each) => each.toLowerCase() === id.toLowerCase())
  const hint =
    meant === undefined
      ? `there ${known.length === 0 ? 'is none' : `are ${known.slice(0, 10).join(', ')}${known.length > 10 ? ', …' : ''}`}`
      : `did you mean ${meant}?`
  return new UserError(`range ${printable(id)}: there is no such range; ${hint}`)
}
