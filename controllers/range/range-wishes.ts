import type { Clock } from '../../model/clock.ts'
import { type DestroyOrder, removalOf } from '../../model/destroy-order.ts'
import { type Diagnostic, unquotedDiagnostic } from '../../model/diagnostic.ts'
import { Withdrawn } from '../../model/permit.ts'
import type { RangeFileRead, RangeFiles, ReadFile } from '../../model/ports.ts'
import { readInForce } from '../../model/read-in-force.ts'
import type { CommitStamp, HeldRevision, RangeRevisions } from '../../model/revision.ts'
import { isSuspended, machineNamed, namesIn, type RangeSpec } from '../../model/range-spec.ts'
import { orderOfFile, type RemovalOrder } from '../../model/removal.ts'
import type { DestroyOrders } from '../removal/destroy-orders.ts'
import type { Pruning } from '../removal/pruning.ts'
import type { MoveHolds } from './move-holds.ts'

/** What people want of a range just now, by its file and by orders; and how far its file is followed, where that is kept. */
export type Wish = WishKind & { readonly revisions?: RangeRevisions }

type WishKind =
  | {
      readonly kind: 'present'
      readonly spec: RangeSpec
      readonly warnings: readonly Diagnostic[]
      /** What is wrong with a newer content of the file. */
      readonly problem?: readonly Diagnostic[]
    }
  /** It is to go. `file`: undefined when no valid one is there. */
  | {
      readonly kind: 'removal'
      readonly order: RemovalOrder
      readonly by: RemovalCause
      readonly file: OkFile | undefined
    }
  /** A person had it destroyed, and it is: it stays away, although its file, if there is one, asks for it. */
  | { readonly kind: 'destroyed'; readonly order: DestroyOrder; readonly file: OkFile | undefined }
  | { readonly kind: 'suspended'; readonly spec: RangeSpec; readonly warnings: readonly Diagnostic[] }
  /** Nothing is written to it for now. */
  | { readonly kind: 'held'; readonly held: HeldRevision; readonly problem?: readonly Diagnostic[] }
  | { readonly kind: 'invalid'; readonly diagnostics: readonly Diagnostic[] }
  /** Its file, or an order, is there and can't be read. */
  | { readonly kind: 'unreadable'; readonly why: string }
  /** No file, and no order either. */
  | { readonly kind: 'missing'; readonly removedBy: CommitStamp | undefined }

/** Why a range is to go: its file says so, a person ordered it, or its file has been gone for long. */
type RemovalCause =
  | { readonly kind: 'file' }
  | { readonly kind: 'order'; readonly order: DestroyOrder }
  | { readonly kind: 'prune' }

/** What it says of the file goes to statuses, logs and notifications. */
function unquotedRead(read: RangeFileRead): RangeFileRead {
  switch (read.kind) {
    case 'ok':
      return read.warnings.length === 0 && read.problem === undefined
        ? read
        : { ...read, warnings: read.warnings.map(unquotedDiagnostic), ...unquotedProblem(read) }
    case 'held':
      return { ...read, ...unquotedProblem(read) }
    case 'invalid':
      return { ...read, diagnostics: read.diagnostics.map(unquotedDiagnostic) }
    case 'absent':
      return read
  }
}

const problemIn = (file: RangeFileRead): { readonly problem?: readonly Diagnostic[] } => {
  if (file.kind === 'invalid') return { problem: file.diagnostics }
  return file.kind === 'absent' || file.problem === undefined ? {} : { problem: file.problem }
}

const unquotedProblem = ({
  problem,
}: {
  readonly problem?: readonly Diagnostic[]
}): { readonly problem?: readonly Diagnostic[] } =>
  problem === undefined ? {} : { problem: problem.map(unquotedDiagnostic) }

type OkFile = ReadFile

/** The one place that says what is wanted of a range: its file, then a person's order, then what pruning decided. */
export class RangeWishes {
  readonly #files: Pick<RangeFiles, 'read'>
  readonly #destroyOrders: Pick<DestroyOrders, 'of'>
  readonly #pruning: Pick<Pruning, 'orderOf' | 'fileSeen'>
  readonly #clock: Pick<Clock, 'now' | 'sleep'>
  readonly #holds: Pick<MoveHolds, 'on'>
  readonly #onGoing: (rangeId: string) => Promise<void>
  /** Reads that have been waited for in vain, by range: beside one that hangs no other is begun. */
  readonly #overdue = new Map<string, Promise<unknown>>()

  /** @param clock of the date, by which a suspension ends @param holds that moves of networks have on ranges @param onGoing told that a range goes for lack of its file */
  constructor(
    files: Pick<RangeFiles, 'read'>,
    destroyOrders: Pick<DestroyOrders, 'of'>,
    pruning: Pick<Pruning, 'orderOf' | 'fileSeen'>,
    clock: Pick<Clock, 'now' | 'sleep'>,
    holds: Pick<MoveHolds, 'on'> = { on: () => Promise.resolve(undefined) },
    onGoing: (rangeId: string) => Promise<void> = () => Promise.resolve(),
  ) {
    this.#files = files
    this.#destroyOrders = destroyOrders
    this.#pruning = pruning
    this.#clock = clock
    this.#holds = holds
    this.#onGoing = onGoing
  }

  /**
   * Reads what is wanted of the range now; where its file or an order can't be read, or not in time, nothing is known of that.
   *
   * @param patience for how long it is waited for, in milliseconds
   */
  read(rangeId: string, patience = PATIENCE_MS): Promise<Wish> {
    return this.#within(patience, rangeId, () => this.#read(rangeId))
  }

  /** What is wanted at the moment of a write. Throws `Withdrawn` while a move of networks holds the range. */
  async #now(rangeId: string): Promise<Wish> {
    const now = await this.#within(
      MOMENT_MS,
      rangeId,
      async () => (await this.#holds.on(rangeId)) ?? this.#read(rangeId),
    )
    if ('reason' in now) throw new Withdrawn(now.message)
    return now
  }

  async #within<T>(patience: number, rangeId: string, read: () => Promise<T>): Promise<T | Wish> {
    const over = new AbortController()
    const late = this.#clock.sleep(patience, over.signal).then(
      (): typeof LATE => LATE,
      (): typeof LATE => LATE,
    )
    try {
      const overdue = this.#overdue.get(rangeId)
      if (overdue !== undefined && (await Promise.race([overdue, late])) === LATE) return tooLate(patience)
      const reading = read().catch(unreadable)
      const wish = await Promise.race([reading, late])
      if (wish !== LATE) return wish
      const hanging = reading.finally(() => this.#overdue.delete(rangeId))
      this.#overdue.set(rangeId, hanging)
      return tooLate(patience)
    } finally {
      over.abort()
    }
  }

  async #read(rangeId: string): Promise<Wish> {
    const file = unquotedRead(await this.#files.read(rangeId))
    // Nothing that was decided for the lack of a file holds any more.
    if (file.kind === 'invalid') this.#pruning.fileSeen(rangeId, undefined)
    const valid = readInForce(file)
    if (valid !== undefined) this.#pruning.fileSeen(rangeId, namesIn(valid.spec))
    if (file.kind === 'held' && valid === undefined) this.#pruning.fileSeen(rangeId, undefined)
    const wish = await this.#wishOf(rangeId, file, valid)
    return file.kind === 'absent' || file.revisions === undefined ? wish : { ...wish, revisions: file.revisions }
  }

  async #wishOf(rangeId: string, file: RangeFileRead, valid: OkFile | undefined): Promise<WishKind> {
    if (file.leftAlone !== undefined) return { kind: 'held', held: file.leftAlone, ...problemIn(file) }
    const destroy = await this.#destroyOrders.of(rangeId, file)
    if (file.kind === 'ok' && isSuspended(file.spec, this.#clock.now())) return { ...file, kind: 'suspended' }
    if (destroy?.carriedOut === true) return { kind: 'destroyed', order: destroy, file: valid }
    if (destroy !== undefined)
      return { kind: 'removal', order: removalOf(destroy), by: { kind: 'order', order: destroy }, file: valid }
    switch (file.kind) {
      case 'invalid':
      case 'held':
        return file
      case 'absent': {
        const order = this.#pruning.orderOf(rangeId)
        if (order === undefined) return { kind: 'missing', removedBy: file.removedBy }
        if (file.withheld !== undefined) return { kind: 'held', held: file.withheld }
        await this.#onGoing(rangeId)
        return { kind: 'removal', order, by: { kind: 'prune' }, file: undefined }
      }
      case 'ok':
        return file.spec.state === 'present'
          ? { ...file, kind: 'present' }
          : { kind: 'removal', order: orderOfFile(file.spec), by: { kind: 'file' }, file }
    }
  }

  /** For a write to one VM of a range that is to stay: throws `Withdrawn` when that VM is not wanted like this any more. */
  async stillWanted(basis: RangeSpec, vmName: string): Promise<void> {
    const now = await this.#now(basis.id)
    if (now.kind !== 'present')
      throw new Withdrawn(
        `range ${basis.id}: it is ${WORDS[now.kind]} by now`,
        now.kind === 'removal' ? 'removal' : 'change',
      )
    if (now.spec === basis || partOf(now.spec, vmName) === partOf(basis, vmName)) return
    throw new Withdrawn(`vm ${vmName}: its range file says something else by now`)
  }

  /** For a range's networks: throws `Withdrawn` when it is not to stay any more, or under another number. */
  async stillNumbered(basis: Pick<RangeSpec, 'id' | 'number'>): Promise<void> {
    const now = await this.#now(basis.id)
    if (now.kind !== 'present') throw new Withdrawn(`range ${basis.id}: it is ${WORDS[now.kind]} by now`)
    if (now.spec.number !== basis.number)
      throw new Withdrawn(`range ${basis.id}: its range file asks for another number by now`)
  }

  /** For a write that removes something of a range: throws `Withdrawn` when the range is not to go like this any more. */
  async stillToGo(basis: RemovalOrder): Promise<void> {
    const now = await this.#now(basis.rangeId)
    if (now.kind === 'removal' && JSON.stringify(now.order) === JSON.stringify(basis)) return
    throw new Withdrawn(`range ${basis.rangeId}: it is not to go any more, or not like this`)
  }
}

/** So long a pass waits for a file; many large ones that come together are parsed one after the other. */
const PATIENCE_MS = 60_000
/** So long a write waits for its permit. What is not known by then is asked for again when the write is. */
const MOMENT_MS = 10_000
const LATE: unique symbol = Symbol('late')

const unreadable = (error: unknown): Wish => ({
  kind: 'unreadable',
  why: error instanceof Error ? error.message : String(error),
})

const tooLate = (patience: number): Wish => ({
  kind: 'unreadable',
  why: `its file, or the order about it, could not be read within ${patience / 1000} s; check the disk, or the network, that it is on`,
})

/** All of a range file that writes to one of its VMs depend on, as one text. */
function partOf(spec: RangeSpec, vmName: string): string {
  const vm = machineNamed(spec, vmName)
  const vlans = vm?.role === 'router' ? spec.vms.map(({ address }) => address.vlan) : []
  return JSON.stringify([vm, vlans, spec.number, spec.power, spec.drift, spec.targetNode])
}

const WORDS: Readonly<Record<Exclude<Wish['kind'], 'present'>, string>> = {
  removal: 'to go',
  destroyed: 'destroyed',
  suspended: 'suspended',
  held: 'held back',
  invalid: 'without a valid file',
  unreadable: 'without a file that can be read',
  missing: 'without a file',
}
