import type { Finding, Remark } from '../../model/condition.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { poolComment } from '../../model/identity.ts'
import type { Pools } from '../../model/machine-ports.ts'
import { type Outcome, worstOf } from '../../model/outcome.ts'
import { always, provided } from '../../model/permit.ts'
import type { RangePlan } from '../../model/plan/range-plan.ts'
import { nodeOf, type VmPlan } from '../../model/plan/vm-plan.ts'
import type { Tracer } from '../../model/tracer.ts'
import { namesIn, type RangeSpec } from '../../model/range-spec.ts'
import { withSettledRouter } from '../../reconcilers/range/settled-router.ts'
import { zoneRemarkOf } from '../../model/zone-finding.ts'
import type { KeepAssignment } from '../machine/vm-assignment.ts'
import type { Pruning } from '../removal/pruning.ts'
import type { NetworkStep } from './network-step.ts'
import type { Planned, Planning } from './planning.ts'
import { NO_ZONE_NEEDED, type PassFindings } from './range-conditions.ts'
import { askedBy, factsSeen } from './range-facts.ts'
import type { RangeInHand } from './range-in-hand.ts'
import type { PassReach } from './range-machine.ts'
import type { RangeSight } from './range-sight.ts'
import type { RangeWishes } from './range-wishes.ts'
import type { RouteStep } from './route-step.ts'
import type { VmHandOver } from './vm-hand-over.ts'

/** A valid range file as it was read for a pass. */
export interface ValidFile {
  readonly spec: RangeSpec
  readonly warnings: readonly Diagnostic[]
  /** What is wrong with a newer content of the file. */
  readonly problem?: readonly Diagnostic[]
}

/** A range's plan, and what its VMs are handed of it. */
interface InPlan {
  readonly plan: RangePlan
  readonly assignments: readonly KeepAssignment[]
}

/** Whom a pass asks on its way. */
interface PassQuestions {
  readonly wishes: Pick<RangeWishes, 'stillNumbered'>
  readonly pruning: Pick<Pruning, 'renameOf'>
  readonly sight: Pick<RangeSight, 'in'>
  readonly tracer: Pick<Tracer, 'part'>
}

/**
 * The pass over a range whose file is valid.
 *
 * 1. plan in the shared turn
 * 2. networks, together with all other ranges; once they are committed, new VMs are handed their plans
 * 3. the pool; every VM is handed its plan, and works on by itself; the route to the range
 *
 * Reports after each step, so that a status never claims more than was seen.
 */
export class RangePass {
  readonly #planning: Planning
  readonly #networks: NetworkStep
  readonly #pools: Pick<Pools, 'create'>
  readonly #routes: RouteStep
  readonly #vms: VmHandOver
  readonly #wishes: PassQuestions['wishes']
  readonly #pruning: PassQuestions['pruning']
  readonly #sight: PassQuestions['sight']
  readonly #tracer: PassQuestions['tracer']

  constructor(
    planning: Planning,
    networks: NetworkStep,
    pools: Pick<Pools, 'create'>,
    routes: RouteStep,
    vms: VmHandOver,
    { wishes, pruning, sight, tracer }: PassQuestions,
  ) {
    this.#planning = planning
    this.#networks = networks
    this.#pools = pools
    this.#routes = routes
    this.#vms = vms
    this.#wishes = wishes
    this.#pruning = pruning
    this.#sight = sight
    this.#tracer = tracer
  }

  /**
   * Carries the pass through as far as it goes. Throws what Proxmox refuses, and when aborted.
   *
   * @param onStage told of each part as it is begun, for whoever tells people where a pass broke off
   */
  async run(
    file: ValidFile,
    range: RangeInHand,
    reach: PassReach,
    signal: AbortSignal,
    onStage: (stage: Stage) => void,
  ): Promise<Outcome> {
    try {
      return await this.#run(file, range, reach, signal, onStage)
    } finally {
      this.#planning.passed(range.id)
    }
  }

  async #run(
    { spec, warnings, problem }: ValidFile,
    range: RangeInHand,
    reach: PassReach,
    signal: AbortSignal,
    onStage: (stage: Stage) => void,
  ): Promise<Outcome> {
    range.report.begun(spec, warnings, problem)
    onStage('planning')
    const planned = await this.#tracer.part('plan', {}, () => this.#planning.plan(spec))
    const zone = zoneFindingOf(planned)
    if (planned.result.kind === 'refused') {
      const { id, report } = range
      const asked = askedBy(withSettledRouter(spec, planned.snapshot, []), report.vms)
      const sight = await this.#sight.in(planned.snapshot, id, asked.vms, signal)
      const facts = factsSeen(asked, sight, planned.result.finding.reason, reach.underWay().size > 0)
      report.refused(facts, findingsOf(planned.result, zone))
      return { kind: 'retry', error: planned.result.finding.message }
    }
    const { plan } = planned.result
    if (plan.vms.every(isNotThere)) {
      const names = namesIn(spec)
      const finding = await this.#pruning.renameOf({ rangeId: spec.id, names })
      if (finding !== undefined) {
        range.report.found({ zone, network: finding, machines: undefined })
        return { kind: 'retry', error: finding.message }
      }
    }
    const inPlan: InPlan = { plan, assignments: this.#vms.assignmentsOf(plan, spec, range) }
    const pool = once(() => this.#makePool(plan, spec, signal))

    onStage('networks')
    const isNeeded = plan.network.actions.length > 0
    this.#networks.seen(plan, range)
    this.#tellPlan(inPlan, zone, isNeeded, range)
    let begun: ReadonlySet<number> = new Set()
    if (isNeeded) {
      // What fails about the pool here fails again below, where it is told.
      const begin = (): void =>
        void pool().then(
          () => (begun = this.#beginNew(inPlan, reach)),
          () => undefined,
        )
      const made = await this.#networks.make(plan, spec, range, begin, reach.superseded)
      if (made.kind === 'superseded') return { kind: 'progressing' }
      if (made.kind === 'blocked') {
        range.report.found({ zone, network: made.finding, machines: undefined })
        return { kind: 'retry', error: made.finding.message }
      }
    }
    const ready = isNeeded ? inPlan.assignments : withoutReloading(inPlan, range)
    if (ready.length === 0 && plan.vms.length > 0) return { kind: 'progressing' }
    await this.#networks.grant(plan, spec, range)

    onStage('machines')
    await pool()
    signal.throwIfAborted()
    const isAll = ready.length === inPlan.assignments.length
    reach.handOver(ready, isAll ? 'all' : 'some', begun)
    const later: Outcome = isAll ? { kind: 'settled' } : { kind: 'progressing' }
    return worstOf([this.#networks.outcome(plan, range), later, await this.#routes.ensure(plan, range)])
  }

  #tellPlan({ plan, assignments }: InPlan, zone: Remark | true, isNeeded: boolean, range: RangeInHand): void {
    const network = isNeeded ? PROGRESSING : this.#networks.finding(plan, range.networks.nodes)
    const byVmid = new Map(assignments.map((assignment) => [assignment.plan.vmid, assignment]))
    const newsOf = (vmid: number): ReturnType<VmHandOver['newsOf']> => {
      const assignment = byVmid.get(vmid)
      return assignment && this.#vms.newsOf(assignment)
    }
    range.report.planned(plan, range.networks.nodes, ({ vmid }) => newsOf(vmid), { zone, network })
  }

  #makePool({ rangeId, pool }: RangePlan, spec: RangeSpec, signal: AbortSignal): Promise<void> {
    const permit = provided(() => this.#wishes.stillNumbered(spec), always(signal))
    return pool.exists ? Promise.resolve() : this.#pools.create(rangeId, poolComment(rangeId), permit)
  }

  /** Once its VNets are committed, new VMs are made while nodes reload, and started when their node has them. @returns their VMIDs */
  #beginNew({ assignments }: InPlan, reach: PassReach): ReadonlySet<number> {
    const fresh = assignments.filter(({ plan: { step } }) => step.kind === 'create')
    reach.handOver(fresh, 'some')
    return new Set(fresh.map(({ plan: { vmid } }) => vmid))
  }
}

/** VMs that are to be made or started for the first time wait for their node's reload, if it is just about to have the networks. */
function withoutReloading({ assignments }: InPlan, { networks }: RangeInHand): readonly KeepAssignment[] {
  const reloading = new Set(networks.nodes.flatMap(({ node, state }) => (state === 'reloading' ? [node] : [])))
  const waits = ({ plan: { step } }: KeepAssignment): boolean => {
    const node = nodeOf(step)
    return (step.kind === 'create' || step.kind === 'continue') && node !== undefined && reloading.has(node)
  }
  return reloading.size === 0 ? assignments : assignments.filter((each) => !waits(each))
}

const isNotThere = ({ step }: VmPlan): boolean =>
  step.kind === 'create' || (step.kind === 'blocked' && step.at === undefined)

/** The parts of a pass, in order. */
export type Stage = 'planning' | 'networks' | 'machines'

function zoneFindingOf({ result, mode }: Planned): Remark | true {
  if (mode === 'bridges') return NO_ZONE_NEEDED
  return zoneRemarkOf(result.kind === 'refused' ? result.zoneFindings : result.plan.zoneFindings)
}

const findingsOf = (
  { part, finding }: { readonly part: 'ZoneReady' | 'NetworkReady'; readonly finding: Finding },
  zone: Remark | true,
): Pick<PassFindings, 'zone' | 'network'> =>
  part === 'ZoneReady' ? { zone: finding, network: undefined } : { zone, network: finding }

function once<T>(begin: () => Promise<T>): () => Promise<T> {
  let begun: Promise<T> | undefined
  return () => (begun ??= begin())
}

const PROGRESSING: Finding = { reason: 'Progressing', message: 'the networks are being made' }
