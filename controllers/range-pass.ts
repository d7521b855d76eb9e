import { type Finding, isInOrder, type PartFinding, type Remark } from '../model/condition.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { type Outcome, worstOf } from '../model/outcome.ts'
import { poolComment } from '../model/identity.ts'
import type { PlanSettings } from '../model/plan-settings.ts'
import type { NodeNetworkState, RangePlan, VmPlan } from '../model/plan.ts'
import type { Logger, Machines, Pools } from '../model/ports.ts'
import { type RangeSpec, vlansOf } from '../model/range-spec.ts'
import type { VmStatus } from '../model/range-status.ts'
import type { VmPhase } from '../model/vm-phase.ts'
import { zoneRemarkOf } from '../model/zone-finding.ts'
import { outcomeOfError } from '../reconcilers/outcome-of-error.ts'
import type { RangeNetworks } from '../reconcilers/vm/config-patch.ts'
import { isNew, withFirstStarts } from '../reconcilers/vm/first-start.ts'
import { runVm } from '../reconcilers/vm/run-vm.ts'
import { networksMissing } from '../reconcilers/vnet/networks-missing.ts'
import { nodesWithout } from '../reconcilers/vnet/node-states.ts'
import type { AclGranter } from './acl-granter.ts'
import type { AuditFound, ConfigAudit } from './config-audit.ts'
import type { NetworkController } from './network-controller.ts'
import type { Planning } from './planning.ts'
import { conditionsOf, machinesFinding, NO_ZONE_NEEDED, type PassFindings, NOT_READ } from './range-conditions.ts'
import type { RouteController } from './route-controller.ts'
import type { StatusBoard } from './status-board.ts'
import { vmStatusOf } from './vm-status.ts'

/** What a pass over a range works with. */
export interface PassDependencies {
  readonly planning: Planning
  readonly networks: NetworkController
  readonly granter: AclGranter
  readonly machines: Machines
  readonly pools: Pools
  readonly routes: Pick<RouteController, 'ensure'>
  readonly board: StatusBoard
  readonly logger: Logger
  readonly settings: () => PlanSettings
  /** VMIDs of VMs that were made and have not been started yet: `power: keep` leaves only others as they are. */
  readonly firstStarts: Set<number>
  readonly audit: Pick<ConfigAudit, 'check' | 'found'>
}

/**
 * The pass over a range whose file is valid, and what it has found so far.
 *
 * 1. plan in the shared turn
 * 2. networks, together with all other ranges
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
    this.#vms = plan.vms.map((vm) =>
      vmStatusOf(
        vm,
        plan.number,
        this.#vms.find(({ name }) => name === vm.spec.name),
        this.#audited(vm, vm.phase),
      ),
    )
    this.#nodes = plan.network.nodes
    const busyNetwork = plan.network.actions.length > 0 || this.#deps.networks.needsRepair(plan.network)
    const network = busyNetwork ? PROGRESSING : this.#networkStanding(plan)
    // Not waited for: ranges planned together go to the networks together, and share one apply.
    void this.#found({ zone, network })

    if (busyNetwork) {
      const made = await this.#deps.networks.ensure(plan.network.wants)
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
    if (!plan.pool.exists) await this.#deps.pools.create(plan.rangeId, poolComment(plan.rangeId), this.#signal)
    const [machines, route] = await Promise.all([this.#runVms(plan), this.#makeRoute(plan)])
    return worstOf([machines, route])
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
    const outcomes = await Promise.all(plan.vms.map((vm) => this.#runVm(vm, plan)))
    this.#signal.throwIfAborted()
    const network = this.#networkFinding(plan)
    return worstOf(network === true ? outcomes : [...outcomes, { kind: 'retry', error: network.message }])
  }

  async #runVm(vm: VmPlan, plan: RangePlan): Promise<Outcome> {
    const outcome = await this.#bringVm(vm, plan)
    const { node } = vm.step
    if (outcome.kind !== 'settled' || node === undefined || this.#signal.aborted) return outcome
    const { drift } = this.#spec
    const compared = await this.#deps.audit.check({
      plan: vm,
      node,
      networks: this.#networksOf(plan),
      drift,
      signal: this.#signal,
    })
    if (this.#signal.aborted) return compared
    this.#vms = this.#vms.map((each) =>
      each.name === vm.spec.name ? { ...each, ...this.#audited(vm, each.phase) } : each,
    )
    await this.#found({})
    return compared
  }

  /** What is known of the configuration of a VM that is where `power` wants it; of others their way is told. */
  #audited(vm: VmPlan, phase: VmPhase): AuditFound {
    return phase === 'running' || phase === 'stopped'
      ? this.#deps.audit.found(this.#spec.id, vm)
      : { trouble: undefined, remark: undefined }
  }

  #networksOf({ rangeId, network: { names } }: RangePlan): RangeNetworks {
    return { rangeId, names, vlans: vlansOf(this.#spec) }
  }

  async #bringVm(vm: VmPlan, plan: RangePlan): Promise<Outcome> {
    const { step } = vm
    switch (step.kind) {
      case 'none':
        return { kind: 'settled' }
      case 'wait':
        return { kind: 'progressing' }
      case 'blocked':
        return { kind: 'retry', error: step.finding.message }
      case 'create':
      case 'continue':
      case 'shutdown': {
        const { storage, storageFormat: format } = this.#deps.settings()
        const work = {
          plan: vm,
          node: step.node,
          networks: this.#networksOf(plan),
          fullClone: { storage, format },
          machines: this.#deps.machines,
          holdStart: nodesWithout(this.#nodes).find(({ node }) => node === step.node)?.message,
          signal: this.#signal,
        }
        const { firstStarts } = this.#deps
        if (isNew(vm) && this.#spec.power !== 'off') firstStarts.add(vm.vmid)
        const { phase, outcome } = await runVm(work, (entered) => void this.#showVm(vm, entered))
        if (phase === 'running') firstStarts.delete(vm.vmid)
        if (this.#signal.aborted) return outcome
        if ('error' in outcome) this.#vmTrouble(vm, plan, step.node, phase, outcome.error)
        await this.#showVm(
          vm,
          outcome.kind === 'stalled' ? 'blocked' : phase,
          'error' in outcome ? outcome.error : undefined,
        )
        return outcome
      }
    }
  }

  /** How the networks stand: a finding, or what could not be granted, or `true`. */
  #networkStanding(plan: RangePlan): PartFinding {
    const finding = this.#networkFinding(plan)
    return finding === true ? this.#deps.granter.standing(plan.grant) : finding
  }

  /** Nodes that hold VMs of the range, or will, and lack its networks: only these VMs wait. */
  #networkFinding({ rangeId, vms }: RangePlan): Finding | true {
    const here = new Set(vms.flatMap(({ step }) => step.node ?? []))
    const without = nodesWithout(this.#nodes).filter(({ node }) => here.has(node))
    return without.length === 0 || networksMissing(rangeId, without, this.#deps.networks.repairsExhausted())
  }

  #vmTrouble(
    { spec }: VmPlan,
    { network: { names, wants } }: RangePlan,
    node: string,
    phase: VmPhase,
    error: string,
  ): void {
    this.#deps.logger.warn('vm is not done', { range: this.#spec.id, vm: spec.name, phase, error })
    // Of bridges a node's network tells whether they are there.
    if (wants.kind !== 'vnets') return
    // Proxmox' words when a VM is started on a node that lacks its network. Applying helps against no other bridge.
    const bridge = /bridge '([^']+)' does not exist/.exec(error)?.[1]
    if (bridge === names.range || bridge === names.nat) this.#deps.networks.repair(`node ${node} lacks ${bridge}`)
  }

  async #showVm(plan: VmPlan, phase: VmPhase, trouble?: string): Promise<void> {
    if (trouble === undefined && PHASES_OF_WORK.has(phase))
      this.#deps.logger.info(phase, { range: this.#spec.id, vm: plan.spec.name })
    const told = trouble === undefined ? this.#audited(plan, phase) : { trouble, remark: undefined }
    this.#vms = this.#vms.map((vm) => (vm.name === plan.spec.name ? { ...vm, phase, ...told } : vm))
    await this.#found({})
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

const PROGRESSING: Finding = { reason: 'Progressing', message: 'the networks are being made' }

const PHASES_OF_WORK: ReadonlySet<VmPhase> = new Set([
  'cloning',
  'configuring',
  'starting',
  'running',
  'stopping',
  'stopped',
])
