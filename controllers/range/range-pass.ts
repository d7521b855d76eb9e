import { type Finding, isInOrder, NOT_READ, type PartFinding, type Remark } from '../../model/condition.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { type Outcome, worstOf } from '../../model/outcome.ts'
import { poolComment } from '../../model/identity.ts'
import type { NodeNetworkState } from '../../model/plan/network-plan.ts'
import type { RangePlan } from '../../model/plan/range-plan.ts'
import type { VmPlan } from '../../model/plan/vm-plan.ts'
import type { Pools } from '../../model/machine-ports.ts'
import type { RangeSpec } from '../../model/range-spec.ts'
import type { VmStatus } from '../../model/range-status.ts'
import { zoneRemarkOf } from '../../model/zone-finding.ts'
import { outcomeOfError } from '../../reconcilers/outcome-of-error.ts'
import { withFirstStarts } from '../../reconcilers/vm/first-start.ts'
import { networksMissing } from '../../reconcilers/vnet/networks-missing.ts'
import { nodesWithout } from '../../reconcilers/vnet/node-states.ts'
import type { AclGranter } from '../network/acl-granter.ts'
import type { NetworkController } from '../network/network-controller.ts'
import type { NetworkRepair } from '../network/network-repair.ts'
import type { Planning } from './planning.ts'
import { conditionsOf, machinesFinding, NO_ZONE_NEEDED, type PassFindings } from './range-conditions.ts'
import type { RouteController } from '../network/route-controller.ts'
import type { StatusBoard } from '../report/status-board.ts'
import { auditedOf, holdStartOn, type VmNews, VmPass, type VmPassDependencies } from '../machine/vm-pass.ts'
import { vmStatusOf } from '../machine/vm-status.ts'

/** What a pass over a range works with. */
export interface PassDependencies extends VmPassDependencies {
  readonly planning: Planning
  readonly networks: NetworkController
  readonly repair: NetworkRepair
  readonly granter: AclGranter
  readonly pools: Pools
  readonly routes: Pick<RouteController, 'ensure'>
  readonly board: StatusBoard
}

/**
 * The pass over a range whose file is valid, and what it has found so far.
 *
 * 1. plan in the shared turn
 * 2. networks, together with all other ranges; while nodes reload them, the pool is made and new VMs are begun
 * 3. the pool, then all VMs side by side, and the route to the range
 *
 * Reports after each step, so that a status never claims more than was seen.
 */
export class RangePass {
  readonly #spec: RangeSpec
  readonly #warnings: readonly Diagnostic[]
  readonly #deps: PassDependencies
  readonly #signal: AbortSignal
  #findings: PassFindings = { zone: undefined, network: undefined, machines: undefined }
  #number: number | undefined
  #vms: readonly VmStatus[]
  #nodes: readonly NodeNetworkState[]
  /** Resolves when the networks are made, with what each node has of them; with undefined when they could not be. */
  #networksMade: Promise<readonly NodeNetworkState[] | undefined> = Promise.resolve(undefined)
  #pool: Promise<void> | undefined
  /** New VMs that were begun while nodes still reloaded, by name. */
  readonly #begun = new Map<string, Promise<Outcome>>()

  constructor(spec: RangeSpec, warnings: readonly Diagnostic[], deps: PassDependencies, signal: AbortSignal) {
    this.#spec = spec
    this.#warnings = warnings
    this.#deps = deps
    this.#signal = signal
    const before = deps.board.get(spec.id)
    this.#number = before?.number
    this.#vms = before?.vms ?? []
    this.#nodes = before?.networks ?? []
  }

  /** Carries the pass through as far as it goes. Throws only when aborted. */
  async run(): Promise<Outcome> {
    try {
      return await this.#run()
    } catch (error) {
      this.#signal.throwIfAborted()
      return await this.#broken(error)
    } finally {
      await Promise.allSettled(this.#begun.values())
      this.#deps.planning.release(this.#spec.id)
    }
  }

  async #run(): Promise<Outcome> {
    const { result, mode } = await this.#deps.planning.plan(this.#spec)
    const zone =
      mode === 'single'
        ? NO_ZONE_NEEDED
        : zoneRemarkOf(result.kind === 'refused' ? result.zoneFindings : result.plan.zoneFindings)
    if (result.kind === 'refused') return this.#refused(result.part, result.finding, zone)
    const plan = withFirstStarts(result.plan, this.#spec.power, this.#deps.firstStarts)
    if (this.#spec.power === 'off') for (const { vmid } of plan.vms) this.#deps.firstStarts.delete(vmid)
    this.#number = plan.number
    this.#nodes = this.#deps.repair.report(plan.rangeId, plan.network, nodesOf(plan))
    this.#vms = plan.vms.map((vm) => ({
      ...vmStatusOf(
        vm,
        plan.number,
        this.#vms.find(({ name }) => name === vm.spec.name),
        auditedOf(this.#deps.audit, this.#spec.id, vm, vm.phase),
      ),
      ...this.#passOf(vm, plan).standing(this.#nodes),
    }))
    const busyNetwork = plan.network.actions.length > 0
    const network = busyNetwork ? PROGRESSING : this.#networkStanding(plan)
    // Not waited for: ranges planned together go to the networks together, and share one apply.
    void this.#found({ zone, network })

    if (busyNetwork) {
      const making = this.#deps.networks.ensure(plan.network.wants, () => this.#beginNew(plan))
      this.#networksMade = making.then(
        (made) => (made.kind === 'ready' ? made.nodes : undefined),
        () => undefined,
      )
      const made = await making
      if (made.kind === 'blocked') return this.#refused('NetworkReady', made.finding, zone)
      if (made.kind === 'failed') throw made.error
      this.#nodes = made.nodes
      await this.#found({ network: this.#networkStanding(plan) })
    } else if (plan.network.busy && plan.vms.some(({ step }) => step.kind === 'create' || step.kind === 'continue')) {
      return { kind: 'progressing' }
    }
    // After the networks, as nobody has a use for it before; what can't be granted keeps no VM from running.
    if (plan.grant !== undefined) {
      await this.#deps.granter.grant(plan.grant)
      await this.#found({ network: this.#networkStanding(plan) })
    }
    this.#networksMade = Promise.resolve(this.#nodes)
    await this.#poolOf(plan)
    const [machines, route] = await Promise.all([this.#runVms(plan), this.#makeRoute(plan)])
    return worstOf([machines, route])
  }

  /** Once its VNets are committed, new VMs are made while nodes reload, and started when their node is known to be fine. */
  #beginNew(plan: RangePlan): void {
    for (const vm of plan.vms.filter(({ step }) => step.kind === 'create')) {
      const begun = this.#poolOf(plan).then(() =>
        this.#passOf(vm, plan).run(this.#nodes, (node) => this.#holdStart(node)),
      )
      // Whoever waits for it is told; the pass may break off before.
      begun.catch(() => undefined)
      this.#begun.set(vm.spec.name, begun)
    }
  }

  #poolOf({ rangeId, pool }: RangePlan): Promise<void> {
    this.#pool ??= pool.exists
      ? Promise.resolve()
      : this.#deps.pools.create(rangeId, poolComment(rangeId), this.#signal)
    return this.#pool
  }

  /** Why a VM must not be started on a node, known as soon as the networks are made. */
  async #holdStart(node: string): Promise<string | undefined> {
    const nodes = await this.#networksMade
    if (nodes === undefined) return 'may lack its networks, which could not be made'
    return holdStartOn(node, nodes)
  }

  /** The route from this machine to the range, which no VM waits for. */
  async #makeRoute({ rangeId, number }: RangePlan): Promise<Outcome> {
    if (!this.#deps.settings().routesEnabled) return { kind: 'settled' }
    const made = await this.#deps.routes.ensure({ rangeId, number })
    await this.#found({ routes: made.kind === 'ready' ? true : made.finding })
    if (made.kind === 'ready') return { kind: 'settled' }
    return { kind: made.kind === 'retry' ? 'retry' : 'stalled', error: made.finding.message }
  }

  async #runVms(plan: RangePlan): Promise<Outcome> {
    const outcomes = await Promise.all(
      plan.vms.map((vm) => this.#begun.get(vm.spec.name) ?? this.#passOf(vm, plan).run(this.#nodes)),
    )
    this.#signal.throwIfAborted()
    const network = this.#networkFinding(plan)
    return worstOf(network === true ? outcomes : [...outcomes, { kind: 'retry', error: network.message }])
  }

  #passOf(vm: VmPlan, plan: RangePlan): VmPass {
    const tell = (news: VmNews): Promise<void> => {
      this.#vms = this.#vms.map((each) => (each.name === vm.spec.name ? { ...each, ...news } : each))
      return this.#found({})
    }
    return new VmPass(vm, { spec: this.#spec, plan }, this.#deps, this.#signal, tell)
  }

  /** How the networks stand: a finding, or what could not be granted, or `true`. */
  #networkStanding(plan: RangePlan): PartFinding {
    const finding = this.#networkFinding(plan)
    return finding === true ? this.#deps.granter.standing(plan.grant) : finding
  }

  /** Nodes that hold VMs of the range, or will, and lack its networks: only these VMs wait. */
  #networkFinding(plan: RangePlan): Finding | true {
    const here = nodesOf(plan)
    const without = nodesWithout(this.#nodes).filter(({ node }) => here.has(node))
    return without.length === 0 || networksMissing(plan.rangeId, without, this.#deps.repair.standing())
  }

  async #refused(part: 'ZoneReady' | 'NetworkReady', finding: Finding, zone: Remark | true): Promise<Outcome> {
    await this.#found(part === 'ZoneReady' ? { zone: finding } : { zone, network: finding })
    return { kind: 'retry', error: finding.message }
  }

  /** The pass broke off: what it did not get to see is not known, and what it broke off at has failed. */
  async #broken(error: unknown): Promise<Outcome> {
    const outcome = outcomeOfError(error)
    const message = 'error' in outcome ? outcome.error : String(error)
    this.#deps.logger.error('pass broke off', { range: this.#spec.id, error })
    const { zone, network } = this.#findings
    if (!isInOrder(zone))
      await this.#found({
        zone: { reason: NOT_READ, message },
        network: { reason: NOT_READ, message },
        machines: { reason: NOT_READ, message },
      })
    else if (!isInOrder(network)) await this.#found({ network: { reason: 'NetworkFailed', message } })
    else await this.#found({ machines: { reason: 'MachinesFailed', message } })
    return outcome
  }

  /** Takes findings in and reports. The machines' finding follows from the VMs unless it is given. */
  #found(news: Partial<PassFindings>): Promise<void> {
    this.#findings = { ...this.#findings, machines: machinesFinding(this.#vms, this.#spec.power), ...news }
    return this.#deps.board.set({
      id: this.#spec.id,
      source: this.#spec.source,
      number: this.#number,
      conditions: conditionsOf(this.#findings, this.#spec.power),
      diagnostics: this.#warnings,
      vms: this.#vms,
      networks: this.#nodes,
    })
  }
}

/** The nodes that VMs of the range are on, or go to. */
const nodesOf = ({ vms }: RangePlan): ReadonlySet<string> => new Set(vms.flatMap(({ step }) => step.node ?? []))

const PROGRESSING: Finding = { reason: 'Progressing', message: 'the networks are being made' }
