import type { Machines, Pools } from '../../model/machine-ports.ts'
import type { Clock } from '../../model/clock.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { Permit } from '../../model/permit.ts'
import { nodeOf, type VmPlan } from '../../model/plan/vm-plan.ts'
import type { Logger } from '../../model/ports.ts'
import type { Power } from '../../model/range-spec.ts'
import type { VmPhase } from '../../model/vm-phase.ts'
import { firstConfiguration, isNew, withFirstStart } from '../../reconcilers/vm/first-start.ts'
import { outcomeOfError } from '../../reconcilers/outcome-of-error.ts'
import { runVm } from '../../reconcilers/vm/run-vm.ts'
import type { VmResult } from '../../reconcilers/vm/vm-work.ts'
import type { ConfigAudit } from './config-audit.ts'
import { FailedClones } from './failed-clones.ts'
import { FirstStarts } from './first-starts.ts'
import { PowerCheck } from './power-check.ts'
import { Waiting } from './waiting.ts'
import type { KeepAssignment, VmNews } from './vm-assignment.ts'
import type { VmBackoff, VmFailure, VmWait } from './vm-backoff.ts'

/** What the cluster's list has not told by then is not on its way: it lags by 10 s. */
const TOLD_WITHIN_MS = 60_000

/** Brings one VM where its range file wants it, as far as that goes now, and then compares it with the file. */
export class VmWorker {
  readonly #machines: Machines
  readonly #pools: Pick<Pools, 'read'>
  readonly #clock: Pick<Clock, 'now'>
  readonly #audit: Pick<ConfigAudit, 'check' | 'found' | 'isToBeConfigured'>
  readonly #backoff: VmBackoff
  readonly #power: PowerCheck
  readonly #firstStarts: FirstStarts
  readonly #waiting: Waiting
  readonly #failedClones: Pick<FailedClones, 'failed' | 'succeeded'>
  readonly #logger: Logger

  /** @param clock a steady one @param failedClones told on which nodes clones fail */
  constructor(
    { machines, pools }: { readonly machines: Machines; readonly pools: Pick<Pools, 'read'> },
    audit: Pick<ConfigAudit, 'check' | 'found' | 'isToBeConfigured'>,
    backoff: VmBackoff,
    clock: Pick<Clock, 'now'>,
    logger: Logger,
    failedClones: Pick<FailedClones, 'failed' | 'succeeded'> = new FailedClones(clock),
  ) {
    this.#machines = machines
    this.#failedClones = failedClones
    this.#pools = pools
    this.#clock = clock
    this.#audit = audit
    this.#backoff = backoff
    this.#power = new PowerCheck(machines, clock)
    this.#firstStarts = new FirstStarts(machines)
    this.#waiting = new Waiting(clock)
    this.#logger = logger
  }

  /** What the VM's status tells before anything is done for it. */
  newsOf(assignment: KeepAssignment): VmNews {
    const wait = this.#wait(assignment)
    if (wait !== undefined) return newsOfWait(wait)
    const { step, phase, vmid } = assignment.plan
    if (step.kind === 'wait') return { phase, trouble: this.#waitsLong(assignment), remark: undefined }
    // What the cluster's list says of it may be of before, or of another VM that had its VMID.
    const isSure = step.kind !== 'none' || this.#power.isConfirmed(vmid, step.at, phase !== 'stopped')
    return this.#news(assignment, isSure ? phase : 'unknown')
  }

  /** The plan in which a new VM still gets its first start, although others are kept as they are. */
  withFirstStart(plan: VmPlan, power: Power): VmPlan {
    if (power === 'off') this.#firstStarts.closed(plan.vmid)
    return withFirstStart(plan, power, this.#firstStarts.vmids)
  }

  /** What is to be told of a VM that waits for what Proxmox should have told by now; undefined while it need not. */
  #waitsLong({ plan: { spec, vmid, phase, message } }: KeepAssignment): string | undefined {
    // A clone may take hours.
    if (phase === 'cloning' || this.#waiting.lasts(vmid, message) < TOLD_WITHIN_MS) return undefined
    return `vm ${spec.name}: ${message}`
  }

  /** Somebody else does something about the VM: what its node said of it before counts no more. */
  forgetPower(vmid: number): void {
    this.#power.forget(vmid)
  }

  /** Carries the assignment out. Throws only when aborted. */
  async work(assignment: KeepAssignment, permit: Permit): Promise<Outcome> {
    const { plan, networks, isRemade, drift, tell } = assignment
    const { phase, outcome } = await this.#bring(assignment, permit)
    permit.signal.throwIfAborted()
    const node = nodeOf(plan.step)
    if (outcome.kind !== 'settled' || node === undefined || permit.withdrawn.aborted) return outcome
    const compared = await this.#audit.check({ plan, node, networks, drift, isRemade, permit })
    permit.signal.throwIfAborted()
    if (plan.step.kind === 'none' && this.#audit.isToBeConfigured(assignment.rangeId, plan))
      return this.work({ ...assignment, plan: firstConfiguration(plan, node, assignment.power) }, permit)
    tell(this.#news(assignment, phase))
    return compared
  }

  async #bring(assignment: KeepAssignment, permit: Permit): Promise<VmResult> {
    const { rangeId, plan } = assignment
    const { step, phase, spec } = plan
    if (step.kind !== 'wait') this.#waiting.end(plan.vmid)
    switch (step.kind) {
      case 'none':
        const unsure = await this.#whyUnsure(assignment, step.at, permit.signal)
        if (unsure !== undefined) return { phase: 'unknown', outcome: unsure }
        // Whoever started it: it has had its first start.
        if (phase === 'running') this.#firstStarts.closed(plan.vmid)
        this.#backoff.forget(rangeId, spec.name)
        return { phase, outcome: { kind: 'settled' } }
      case 'wait':
        const trouble = this.#waitsLong(assignment)
        return { phase, outcome: trouble === undefined ? { kind: 'progressing' } : { kind: 'retry', error: trouble } }
      case 'blocked':
        this.#power.forget(plan.vmid)
        this.#backoff.forget(rangeId, spec.name)
        return { phase, outcome: { kind: 'retry', error: step.finding.message } }
      case 'create':
        return this.#carryOut(assignment, step.to, permit)
      case 'continue':
      case 'leftover':
      case 'shutdown':
        return this.#carryOut(assignment, step.at, permit)
    }
  }

  /**
   * What is to be waited for before the list is taken at its word; undefined when its node says so as well. Throws only when
   * aborted.
   */
  async #whyUnsure({ plan, tell }: KeepAssignment, node: string, signal: AbortSignal): Promise<Outcome | undefined> {
    try {
      const isSure = await this.#power.confirm(plan.vmid, node, plan.phase !== 'stopped', signal)
      return isSure ? undefined : { kind: 'progressing' }
    } catch (error) {
      signal.throwIfAborted()
      const outcome = outcomeOfError(error)
      if (!('error' in outcome)) return outcome
      const trouble = `vm ${plan.spec.name}: its node ${node} does not say whether it runs: ${outcome.error}; it is asked again; check that the node answers`
      tell({ phase: 'unknown', trouble, remark: undefined })
      return outcome
    }
  }

  async #carryOut(assignment: KeepAssignment, node: string, permit: Permit): Promise<VmResult> {
    const { rangeId, plan, power, networks, planned, fullClone, startGate, tell } = assignment
    const wait = this.#wait(assignment)
    if (wait !== undefined) {
      tell(newsOfWait(wait))
      return wait
    }
    if (isNew(plan) && power !== 'off') this.#firstStarts.opened(plan.vmid)
    if (power === 'keep') {
      const kept = await this.#startedByOthers(assignment, node, permit.signal)
      if (kept !== undefined) return kept
    }
    this.#power.forget(plan.vmid)
    const work = {
      plan,
      node,
      networks,
      planned,
      fullClone,
      machines: this.#machines,
      pools: this.#pools,
      now: () => this.#clock.now(),
      holdStart: () => startGate.closed(node),
      permit,
    }
    const result = await runVm(work, (phase) => this.#show(assignment, phase))
    if (result.phase === 'running') this.#firstStarts.closed(plan.vmid)
    if (permit.signal.aborted) return result
    const { outcome, phase } = result
    if (plan.step.kind === 'create') this.#tellClone(node, result)
    if ('error' in outcome) {
      if (power === 'keep' && phase === 'starting') await this.#firstStarts.failed(node, plan.vmid, permit.signal)
      return this.#failed(assignment, node, { phase, ...outcome })
    }
    if (outcome.kind === 'settled') {
      const isSure =
        (phase !== 'running' && phase !== 'stopped') || this.#power.saw(plan.vmid, node, phase === 'running')
      if (!isSure) {
        this.#show(assignment, 'starting')
        return { phase: 'starting', outcome: { kind: 'progressing' } }
      }
      this.#backoff.forget(rangeId, plan.spec.name)
    }
    this.#show(assignment, phase)
    return result
  }

  /** Where a person has started it after its first start had failed, it is as they left it. Throws only when aborted. */
  async #startedByOthers(assignment: KeepAssignment, node: string, signal: AbortSignal): Promise<VmResult | undefined> {
    const { plan } = assignment
    try {
      if (!(await this.#firstStarts.isStartedByOthers(node, plan.vmid, signal))) return undefined
      this.#firstStarts.closed(plan.vmid)
      return { phase: plan.phase, outcome: { kind: 'progressing' } }
    } catch (error) {
      signal.throwIfAborted()
      const outcome = outcomeOfError(error)
      if (!('error' in outcome)) return { phase: plan.phase, outcome }
      return this.#failed(assignment, node, { phase: 'starting', ...outcome })
    }
  }

  /** What is stalled would be the same on another node, such as for want of a right. */
  #tellClone(node: string, { phase, outcome }: VmResult): void {
    if (phase !== 'cloning') this.#failedClones.succeeded(node)
    else if (outcome.kind === 'retry') this.#failedClones.failed(node, outcome.error)
  }

  /** It is on its way, or where it should be. */
  #show(assignment: KeepAssignment, phase: VmPhase): void {
    const { rangeId, plan, tell } = assignment
    if (PHASES_OF_WORK.has(phase)) this.#logger.info(phase, { range: rangeId, vm: plan.spec.name })
    tell(this.#news(assignment, phase))
  }

  #failed(assignment: KeepAssignment, node: string, failure: VmFailure): VmResult {
    const { rangeId, plan, networks, startGate, onBridgeMissing, tell } = assignment
    const { phase, error } = failure
    const { name } = plan.spec
    this.#logger.warn('vm is not done', { range: rangeId, vm: name, phase, error })
    // One that was held back has not been tried.
    if (phase === 'starting' && startGate.closedNow(node) === undefined) this.#power.startFailed(plan.vmid)
    const bridge = /bridge '([^']+)' does not exist/.exec(error)?.[1]
    if (bridge !== undefined && (bridge === networks.names.range || bridge === networks.names.nat))
      onBridgeMissing(node, bridge)
    const wait = this.#backoff.failed(rangeId, name, causeOf(assignment), failure)
    tell(newsOfWait(wait))
    return wait
  }

  /** Why nothing is done for it now, although there is something to do. */
  #wait(assignment: KeepAssignment): VmWait | undefined {
    const { rangeId, plan } = assignment
    const { kind } = plan.step
    const works = kind !== 'none' && kind !== 'wait' && kind !== 'blocked'
    return works ? this.#backoff.waits(rangeId, plan.spec.name, causeOf(assignment)) : undefined
  }

  /** What is known of the configuration of a VM that is where `power` wants it; of others their way is told. */
  #news({ rangeId, plan }: KeepAssignment, phase: VmPhase): VmNews {
    const { step, message } = plan
    if (step.kind === 'blocked') return { phase, trouble: message, reason: step.finding.reason, remark: undefined }
    const arrived = phase === 'running' || phase === 'stopped'
    return { phase, ...(arrived ? this.#audit.found(rangeId, plan) : { trouble: undefined, remark: undefined }) }
  }
}

/** All that a try depends on. Where an absent VM would be placed differs with the load, so it is no part of it. */
function causeOf({ plan: { spec, vmid, step }, networks, fullClone, startGate }: KeepAssignment): string {
  const what = step.kind === 'create' ? { ...step, to: undefined } : step
  const held = step.kind === 'create' || step.at === undefined ? undefined : startGate.closedNow(step.at)
  return JSON.stringify([spec, vmid, what, held, networks, fullClone])
}

const newsOfWait = ({ phase, trouble }: VmWait): VmNews => ({ phase, trouble, remark: undefined })

const PHASES_OF_WORK: ReadonlySet<VmPhase> = new Set([
  'cloning',
  'configuring',
  'starting',
  'running',
  'stopping',
  'deleting',
  'stopped',
])
