import type { Clock } from '../../model/clock.ts'
import type { Condition, Finding, PartFinding } from '../../model/condition.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { NodeNetworkState } from '../../model/node-network-state.ts'
import type { RangePlan } from '../../model/plan/range-plan.ts'
import type { VmPlan } from '../../model/plan/vm-plan.ts'
import type { Power, RangeSpec } from '../../model/range-spec.ts'
import type { CommitStamp, HeldRevision, RangeRevisions, Revision } from '../../model/revision.ts'
import type { RangeNews, VmStatus } from '../../model/range-status.ts'
import type { VmNews } from '../machine/vm-assignment.ts'
import { vmStatusOf } from '../machine/vm-status.ts'
import { type Asked, type RangeFacts, unlooked } from './range-facts.ts'
import { withFacts, withMachines, withUpToDate } from './seen-conditions.ts'
import {
  conditionsOf,
  conditionsOfHeld,
  conditionsOfInvalid,
  conditionsOfMissing,
  conditionsOfSuspended,
  conditionsOfUnreadable,
  fileMissing,
  invalidFinding,
  machinesFinding,
  suspensionTold,
  type PassFindings,
  withUnnamed,
} from './range-conditions.ts'

type Conditions = () => readonly Condition[]

/** Where a range's status goes. Nobody waits for it, and nothing is read back from it. */
export interface StatusSink {
  set(status: RangeNews): void
  forget(rangeId: string): void
}

/**
 * What is known of one range for as long as the controller runs, and the status that tells it. Whoever finds something out
 * says so here, and it is told at once.
 */
export class RangeReport {
  readonly #sink: StatusSink
  readonly #clock: Pick<Clock, 'now'>
  #status: RangeNews
  #revisions: RangeRevisions | undefined
  /** Whether anything was told since the beginning, or since the range was forgotten. */
  #isReported = false
  /** By what is known when they are asked for. */
  #conditions: Conditions = () => []
  /** Those that are not about the file, which stay when the file gets a problem. */
  #ofCluster: Conditions = () => []
  #findings: PassFindings = NOTHING_FOUND
  /** What was seen of the range since there is no plan for it; undefined while there is one, or nobody has looked yet. */
  #facts: RangeFacts | undefined
  /** What the last plan says of VMs that are the range's, and that its file does not name. */
  #unnamed: readonly string[] = []
  #plan: { readonly at: number; readonly plan: RangePlan } | undefined
  /** What the last valid file asks of its VMs; undefined when there was none. */
  #power: Power | undefined
  /** What the file, or what is left of the range, lets one say of its number. */
  #standing: 'valid' | 'problem' | 'gone' = 'problem'

  /** @param clock of the date @param source the file of which an earlier life told */
  constructor(rangeId: string, sink: StatusSink, clock: Pick<Clock, 'now'>, source = rangeId) {
    this.#sink = sink
    this.#clock = clock
    this.#status = { ...blank(rangeId), source }
  }

  /** As last told; undefined when nothing was. */
  get status(): RangeNews | undefined {
    return this.#isReported ? this.#status : undefined
  }

  /** As it was planned last, and when, in epoch milliseconds; undefined while there is no plan for it. */
  get plan(): { readonly at: number; readonly plan: RangePlan } | undefined {
    return this.#plan
  }

  /** The range's number, and whether that stays so. */
  get knownNumber(): { readonly number: number | undefined; readonly isSure: boolean } {
    const { number } = this.#status
    return { number, isSure: this.#standing === 'gone' || (this.#standing === 'valid' && number !== undefined) }
  }

  /** True when nothing of the range is left, as was asked. */
  get isGone(): boolean {
    return this.#standing === 'gone'
  }

  /** As last told of. */
  get vms(): readonly VmStatus[] {
    return this.#status.vms
  }

  /** The file has problems. @returns what is told of it, as the others here do */
  invalid(diagnostics: readonly Diagnostic[]): string {
    const source = diagnostics[0]?.file ?? this.#status.source
    return this.#fileProblem((before) => conditionsOfInvalid(diagnostics, before), { source, diagnostics })
  }

  unreadable(why: string): string {
    return this.#fileProblem((before) => conditionsOfUnreadable(this.#status.id, why, before), {})
  }

  /** From here on it is told how far the range follows its file. */
  follows(revisions: RangeRevisions | undefined): void {
    this.#revisions = revisions
    // In a folder there is nothing to tell of as long as nothing is held back.
    const isTold = revisions?.seen.commit !== undefined || revisions?.held !== undefined
    this.#status = { ...this.#status, revisions: isTold ? revisions : undefined }
  }

  /** Stands for what the range is Ready with; undefined while it is not, or that is not kept. */
  get readyWith(): string | undefined {
    const isReady = this.#isReported && this.#status.conditions.at(-1)?.status === 'True'
    return isReady ? this.#revisions?.actedOn?.digest : undefined
  }

  /** The range has come to rest, Ready with that. */
  reached(reached: Revision): void {
    if (this.#revisions === undefined) return
    this.follows({ ...this.#revisions, reached })
    this.#tell({})
  }

  /** There is a file, and nothing is written to the range now. @param problem what is wrong with the file */
  held(held: HeldRevision, problem: readonly Diagnostic[] = []): string {
    this.#fileProblem((before) => conditionsOfHeld(held, problem, before), { diagnostics: problem })
    return held.message
  }

  /** @param outlook what becomes of the range; nothing, unless it is given */
  missing(outlook: Finding | undefined, removedBy?: CommitStamp): string {
    const { id, source } = this.#status
    // What it asked for counts no more, also when another file comes that is not valid.
    this.#power = undefined
    const finding = outlook ?? fileMissing(id, source !== id, removedBy)
    return this.#fileProblem((before) => conditionsOfMissing(id, before, finding), { diagnostics: [] })
  }

  /** What is asked for of its VMs while there is no plan for them. */
  get asked(): Asked {
    const { vms } = this.#status
    return this.#power === undefined ? { kind: 'unknown', vms } : { kind: 'these', vms, power: this.#power }
  }

  /** What was seen of it while there is no plan for it: what was told before counts no more. */
  seen(facts: RangeFacts): void {
    const { number = this.#status.number, vms } = facts
    this.#facts = facts
    this.#tell({ number, vms, networks: [] })
  }

  /** There is a file that asks for these VMs, and no plan for it: only what was seen of them is told. */
  refused(facts: RangeFacts, findings: Pick<PassFindings, 'zone' | 'network'>): void {
    this.#facts = facts
    this.#findings = { ...this.#findings, ...findings, machines: undefined }
    this.#tell({ vms: facts.vms, networks: [] })
  }

  /** Nothing could be looked at, of the range's VMs as of the rest. */
  unread(unseen: Finding): void {
    this.#status = { ...this.#status, vms: this.#status.vms.map(unlooked), networks: [] }
    this.found({ zone: unseen, network: unseen, machines: unseen })
  }

  suspended(spec: RangeSpec, warnings: readonly Diagnostic[]): void {
    this.#standing = 'valid'
    this.#explainBy(() => conditionsOfSuspended(spec))
    this.#plan = undefined
    const vms = this.#status.vms.map(unlooked)
    const suspension = spec.suspension && suspensionTold(spec.suspension)
    this.#tell({ source: spec.source, diagnostics: warnings, vms, networks: [], suspension })
  }

  /** The range is to go, or, with `left` nothing, gone. @param conditions asked for whenever something is told */
  removal(
    conditions: Conditions,
    news: Partial<Pick<RangeNews, 'source' | 'diagnostics' | 'number' | 'vms'>>,
    left: 'something' | 'nothing',
  ): void {
    this.#standing = left === 'nothing' ? 'gone' : 'valid'
    this.#plan = undefined
    this.#explainBy(conditions)
    this.#tell({ networks: [], ...news })
  }

  /**
   * A pass over the range begins with this file; what it finds is told from here on.
   *
   * @param problem what is wrong with a newer content of the file
   */
  begun({ source, power }: RangeSpec, warnings: readonly Diagnostic[], problem?: readonly Diagnostic[]): void {
    this.#standing = 'valid'
    this.#power = power
    const spec = problem === undefined ? {} : { spec: invalidFinding(problem) }
    this.#explainBy(() => {
      const { machines = withUnnamed(machinesFinding(this.#status.vms, power), this.#unnamed) } = this.#findings
      // A plan that was refused says nothing of the VMs.
      return withMachines(conditionsOf({ ...this.#findings, machines, ...spec }, power), this.#facts)
    })
    this.#status = { ...this.#status, source, diagnostics: problem ?? warnings }
  }

  /**
   * The range was planned.
   *
   * @param networks what each node has of its networks
   * @param newsOf what is to be told of a VM; undefined: it is worked on, and tells its own news
   */
  planned(
    plan: RangePlan,
    networks: readonly NodeNetworkState[],
    newsOf: (vm: VmPlan) => VmNews | undefined,
    findings: Pick<PassFindings, 'zone' | 'network'>,
  ): void {
    const { number, vms, unnamed = [] } = plan
    this.#plan = { at: this.#clock.now(), plan }
    const statuses = vms.map((vm) => {
      const before = this.#status.vms.find(({ name }) => name === vm.spec.name)
      const planned = { phase: vm.phase, trouble: undefined, remark: undefined }
      const news = outlasting(before, vm) ?? newsOf(vm) ?? before ?? planned
      return vmStatusOf(vm, number, before, news)
    })
    this.#facts = undefined
    this.#unnamed = unnamed
    this.#status = { ...this.#status, number, vms: statuses, networks }
    this.found({ ...findings, machines: undefined })
  }

  /** Takes findings in. That of the machines follows from the VMs unless it is given. */
  found(news: Partial<PassFindings>): void {
    this.#findings = { ...this.#findings, ...news }
    this.#tell({})
  }

  /** Lanista keeps no routes, or not any more. */
  noRoutes(): void {
    if (!('routes' in this.#findings)) return
    const { routes: _, ...others } = this.#findings
    this.#findings = others
    this.#tell({})
  }

  /** What each node has of the range's networks. */
  networks(networks: readonly NodeNetworkState[], finding: PartFinding): void {
    this.#status = { ...this.#status, networks }
    this.found({ network: finding })
  }

  /** News of one VM; nothing, if it is not among the range's VMs any more. */
  vm(vmid: number, name: string, news: VmNews): void {
    const { vms } = this.#status
    const isIt = (vm: VmStatus): boolean => vm.name === name && vm.vmid === vmid
    if (!vms.some(isIt) || !this.#isReported) return
    this.#tell({ vms: vms.map((vm) => (isIt(vm) ? { ...vm, reason: undefined, ...news } : vm)) })
  }

  /** A VM is no more. */
  vmGone(vmid: number): void {
    this.#tell({ vms: this.#status.vms.filter((vm) => vm.vmid !== vmid) })
  }

  /** Neither a file nor anything else of it is left. */
  forget(): void {
    const { id } = this.#status
    this.#isReported = false
    this.#standing = 'problem'
    this.#status = blank(id)
    this.#findings = NOTHING_FOUND
    this.#power = undefined
    this.#explainBy(() => [])
    this.#sink.forget(id)
  }

  #explainBy(conditions: Conditions): void {
    this.#conditions = conditions
    this.#ofCluster = conditions
    this.#facts = undefined
    this.#status = { ...this.#status, suspension: undefined }
  }

  #fileProblem(
    conditionsAfter: (before: readonly Condition[]) => readonly Condition[],
    news: Partial<RangeNews>,
  ): string {
    this.#standing = 'problem'
    this.#plan = undefined
    const ofCluster = this.#ofCluster
    this.#conditions = () => conditionsAfter(withFacts(ofCluster(), this.#facts))
    this.#tell({ suspension: undefined, ...news })
    return this.#status.conditions.find(({ type }) => type === 'SpecValid')?.message ?? 'the range file has problems'
  }

  #tell(news: Partial<RangeNews>): void {
    this.#isReported = true
    this.#status = { ...this.#status, ...news }
    this.#status = { ...this.#status, conditions: withUpToDate(this.#conditions(), this.#status.revisions) }
    this.#sink.set(this.#status)
  }
}

/**
 * What a VM's own node has said of it, where the plan only says that it is to be looked at: the cluster's list lags by 10 s, and
 * a VM that runs is not called starting meanwhile.
 */
function outlasting(before: VmStatus | undefined, { vmid, step, phase }: VmPlan): VmNews | undefined {
  if (before === undefined || before.vmid !== vmid || before.trouble !== undefined) return undefined
  const isToRun = step.kind === 'continue' && phase !== 'configuring' && before.phase === 'running'
  const isToBeOff = step.kind === 'shutdown' && before.phase === 'stopped'
  return isToRun || isToBeOff ? before : undefined
}

const NOTHING_FOUND: PassFindings = { zone: undefined, network: undefined, machines: undefined }

const blank = (id: string): RangeNews => ({
  id,
  source: id,
  number: undefined,
  conditions: [],
  diagnostics: [],
  vms: [],
  networks: [],
})
