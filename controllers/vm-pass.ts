import type { Outcome } from '../model/outcome.ts'
import type { PlanSettings } from '../model/plan-settings.ts'
import type { NodeNetworkState, RangePlan, VmPlan } from '../model/plan.ts'
import type { Logger, Machines } from '../model/ports.ts'
import { type RangeSpec, vlansOf } from '../model/range-spec.ts'
import type { VmStatus } from '../model/range-status.ts'
import type { VmPhase } from '../model/vm-phase.ts'
import type { RangeNetworks } from '../reconcilers/vm/config-patch.ts'
import { isNew } from '../reconcilers/vm/first-start.ts'
import { runVm } from '../reconcilers/vm/run-vm.ts'
import type { VmResult } from '../reconcilers/vm/vm-work.ts'
import { nodesWithout } from '../reconcilers/vnet/node-states.ts'
import type { AuditFound, ConfigAudit } from './config-audit.ts'
import type { NetworkController } from './network-controller.ts'

/** What the pass over one VM works with. */
export interface VmPassDependencies {
  readonly machines: Machines
  readonly networks: Pick<NetworkController, 'repair'>
  readonly logger: Logger
  readonly settings: () => PlanSettings
  /** VMIDs of VMs that were made and have not been started yet: `power: keep` leaves only others as they are. */
  readonly firstStarts: Set<number>
  readonly audit: Pick<ConfigAudit, 'check' | 'found'>
}

/** What a VM's status tells from now on. */
export type VmNews = Pick<VmStatus, 'phase'> & AuditFound

/** The part of a pass that one VM gets: it is brought where its range file wants it, and then compared with it. */
export class VmPass {
  readonly #vm: VmPlan
  readonly #spec: RangeSpec
  readonly #plan: RangePlan
  readonly #deps: VmPassDependencies
  readonly #signal: AbortSignal
  readonly #tell: (news: VmNews) => Promise<void>

  /** @param tell told of each news of the VM; resolves when it is reported */
  constructor(
    vm: VmPlan,
    { spec, plan }: { readonly spec: RangeSpec; readonly plan: RangePlan },
    deps: VmPassDependencies,
    signal: AbortSignal,
    tell: (news: VmNews) => Promise<void>,
  ) {
    this.#vm = vm
    this.#spec = spec
    this.#plan = plan
    this.#deps = deps
    this.#signal = signal
    this.#tell = tell
  }

  /** @param nodes whether the range's networks are in force, node by node */
  async run(nodes: readonly NodeNetworkState[]): Promise<Outcome> {
    const { phase, outcome } = await this.#bring(nodes)
    const { node } = this.#vm.step
    if (outcome.kind !== 'settled' || node === undefined || this.#signal.aborted) return outcome
    const work = { plan: this.#vm, node, networks: this.#networks(), drift: this.#spec.drift, signal: this.#signal }
    const compared = await this.#deps.audit.check(work)
    if (!this.#signal.aborted) await this.#tell({ phase, ...this.#audited(phase) })
    return compared
  }

  async #bring(nodes: readonly NodeNetworkState[]): Promise<VmResult> {
    const { step, phase } = this.#vm
    switch (step.kind) {
      case 'none':
        return { phase, outcome: { kind: 'settled' } }
      case 'wait':
        return { phase, outcome: { kind: 'progressing' } }
      case 'blocked':
        return { phase, outcome: { kind: 'retry', error: step.finding.message } }
      case 'create':
      case 'continue':
      case 'shutdown':
        return this.#work(step.node, nodes)
    }
  }

  async #work(node: string, nodes: readonly NodeNetworkState[]): Promise<VmResult> {
    const vm = this.#vm
    const { machines, firstStarts, settings } = this.#deps
    const { storage, storageFormat: format } = settings()
    const work = {
      plan: vm,
      node,
      networks: this.#networks(),
      fullClone: { storage, format },
      machines,
      holdStart: nodesWithout(nodes).find((without) => without.node === node)?.message,
      signal: this.#signal,
    }
    if (isNew(vm) && this.#spec.power !== 'off') firstStarts.add(vm.vmid)
    const result = await runVm(work, (entered) => void this.#show(entered))
    if (result.phase === 'running') firstStarts.delete(vm.vmid)
    if (this.#signal.aborted) return result
    const { outcome, phase } = result
    if ('error' in outcome) await this.#failed(node, result.phase, outcome)
    else await this.#show(phase)
    return result
  }

  /** It is on its way, or where it should be. */
  #show(phase: VmPhase): Promise<void> {
    if (PHASES_OF_WORK.has(phase)) this.#deps.logger.info(phase, { range: this.#spec.id, vm: this.#vm.spec.name })
    return this.#tell({ phase, ...this.#audited(phase) })
  }

  async #failed(node: string, phase: VmPhase, { kind, error }: Extract<Outcome, { error: string }>): Promise<void> {
    const { name } = this.#vm.spec
    this.#deps.logger.warn('vm is not done', { range: this.#spec.id, vm: name, phase, error })
    this.#repairNetwork(node, error)
    await this.#tell({ phase: kind === 'stalled' ? 'blocked' : phase, trouble: error, remark: undefined })
  }

  #repairNetwork(node: string, error: string): void {
    const { names, wants } = this.#plan.network
    // Of bridges a node's network tells whether they are there.
    if (wants.kind !== 'vnets') return
    // Proxmox' words when a VM is started on a node that lacks its network. Applying helps against no other bridge.
    const bridge = /bridge '([^']+)' does not exist/.exec(error)?.[1]
    if (bridge === names.range || bridge === names.nat) this.#deps.networks.repair(`node ${node} lacks ${bridge}`)
  }

  #audited(phase: VmPhase): AuditFound {
    return auditedOf(this.#deps.audit, this.#spec.id, this.#vm, phase)
  }

  #networks(): RangeNetworks {
    return { rangeId: this.#plan.rangeId, names: this.#plan.network.names, vlans: vlansOf(this.#spec) }
  }
}

/** What is known of the configuration of a VM that is where `power` wants it; of others their way is told. */
export const auditedOf = (audit: Pick<ConfigAudit, 'found'>, rangeId: string, vm: VmPlan, phase: VmPhase): AuditFound =>
  phase === 'running' || phase === 'stopped' ? audit.found(rangeId, vm) : { trouble: undefined, remark: undefined }

const PHASES_OF_WORK: ReadonlySet<VmPhase> = new Set([
  'cloning',
  'configuring',
  'starting',
  'running',
  'stopping',
  'stopped',
])
