import type { Outcome } from '../../model/outcome.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { NodeNetworkState } from '../../model/plan/network-plan.ts'
import type { RangePlan } from '../../model/plan/range-plan.ts'
import type { VmPlan } from '../../model/plan/vm-plan.ts'
import type { Machines } from '../../model/machine-ports.ts'
import type { Logger } from '../../model/ports.ts'
import { type RangeSpec, vlansOf } from '../../model/range-spec.ts'
import type { VmStatus } from '../../model/range-status.ts'
import type { VmPhase } from '../../model/vm-phase.ts'
import type { RangeNetworks } from '../../reconcilers/vm/config-patch.ts'
import { isNew } from '../../reconcilers/vm/first-start.ts'
import { runVm } from '../../reconcilers/vm/run-vm.ts'
import type { VmResult } from '../../reconcilers/vm/vm-work.ts'
import { nodesWithout } from '../../reconcilers/vnet/node-states.ts'
import type { AuditFound, ConfigAudit } from './config-audit.ts'
import type { NetworkRepair } from '../network/network-repair.ts'
import type { VmBackoff, VmFailure, VmWait } from './vm-backoff.ts'

/** What the pass over one VM works with. */
export interface VmPassDependencies {
  readonly machines: Machines
  readonly repair: Pick<NetworkRepair, 'lacks'>
  readonly logger: Logger
  readonly settings: () => PlanSettings
  /** VMIDs of VMs that were made and have not been started yet: `power: keep` leaves only others as they are. */
  readonly firstStarts: Set<number>
  readonly audit: Pick<ConfigAudit, 'check' | 'found'>
  readonly backoff: VmBackoff
}

/** What a VM's status tells from now on. */
export type VmNews = Pick<VmStatus, 'phase'> & AuditFound

type HoldStart = (node: string) => Promise<string | undefined>

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

  /** What its status tells before anything is done, where that differs from the plan: why it is left alone for now. */
  standing(nodes: readonly NodeNetworkState[]): VmNews | undefined {
    const wait = this.#wait(nodes)
    return wait && newsOf(wait)
  }

  /**
   * @param nodes whether the range's networks are in force, node by node
   * @param holdStart resolves with why the VM must not be started on a node, as soon as that is known; default: by `nodes`
   */
  async run(
    nodes: readonly NodeNetworkState[],
    holdStart: HoldStart = (node) => Promise.resolve(holdStartOn(node, nodes)),
  ): Promise<Outcome> {
    const { phase, outcome } = await this.#bring(nodes, holdStart)
    const { node } = this.#vm.step
    if (outcome.kind !== 'settled' || node === undefined || this.#signal.aborted) return outcome
    const work = { plan: this.#vm, node, networks: this.#networks(), drift: this.#spec.drift, signal: this.#signal }
    const compared = await this.#deps.audit.check(work)
    if (!this.#signal.aborted) await this.#tell({ phase, ...this.#audited(phase) })
    return compared
  }

  async #bring(nodes: readonly NodeNetworkState[], holdStart: HoldStart): Promise<VmResult> {
    const { step, phase } = this.#vm
    switch (step.kind) {
      case 'none':
        this.#deps.backoff.forget(this.#spec.id, this.#vm.spec.name)
        return { phase, outcome: { kind: 'settled' } }
      case 'wait':
        return { phase, outcome: { kind: 'progressing' } }
      case 'blocked':
        this.#deps.backoff.forget(this.#spec.id, this.#vm.spec.name)
        return { phase, outcome: { kind: 'retry', error: step.finding.message } }
      case 'create':
      case 'continue':
      case 'leftover':
      case 'shutdown':
        return this.#work(step.node, nodes, holdStart)
    }
  }

  async #work(node: string, nodes: readonly NodeNetworkState[], holdStart: HoldStart): Promise<VmResult> {
    const vm = this.#vm
    const { machines, firstStarts, backoff } = this.#deps
    const wait = this.#wait(nodes)
    if (wait !== undefined) {
      await this.#tell(newsOf(wait))
      return wait
    }
    const work = {
      plan: vm,
      node,
      networks: this.#networks(),
      fullClone: this.#fullClone(),
      machines,
      holdStart: () => holdStart(node),
      signal: this.#signal,
    }
    if (isNew(vm) && this.#spec.power !== 'off') firstStarts.add(vm.vmid)
    const result = await runVm(work, (entered) => void this.#show(entered))
    if (result.phase === 'running') firstStarts.delete(vm.vmid)
    if (this.#signal.aborted) return result
    const { outcome, phase } = result
    if ('error' in outcome) return this.#failed(node, nodes, { phase, ...outcome })
    if (outcome.kind === 'settled') backoff.forget(this.#spec.id, vm.spec.name)
    await this.#show(phase)
    return result
  }

  /** It is on its way, or where it should be. */
  #show(phase: VmPhase): Promise<void> {
    if (PHASES_OF_WORK.has(phase)) this.#deps.logger.info(phase, { range: this.#spec.id, vm: this.#vm.spec.name })
    return this.#tell({ phase, ...this.#audited(phase) })
  }

  async #failed(node: string, nodes: readonly NodeNetworkState[], failure: VmFailure): Promise<VmResult> {
    const { name } = this.#vm.spec
    const { phase, error } = failure
    this.#deps.logger.warn('vm is not done', { range: this.#spec.id, vm: name, phase, error })
    this.#repairNetwork(node, error)
    const wait = this.#deps.backoff.failed(this.#spec.id, name, this.#cause(nodes), failure)
    await this.#tell(newsOf(wait))
    return wait
  }

  /** Why nothing is done for it now, although there is something to do. */
  #wait(nodes: readonly NodeNetworkState[]): VmWait | undefined {
    const { kind } = this.#vm.step
    const works = kind !== 'none' && kind !== 'wait' && kind !== 'blocked'
    return works ? this.#deps.backoff.waits(this.#spec.id, this.#vm.spec.name, this.#cause(nodes)) : undefined
  }

  /** All that a try depends on. Where an absent VM would be placed differs with the load, so it is no part of it. */
  #cause(nodes: readonly NodeNetworkState[]): string {
    const { spec, vmid, step } = this.#vm
    const { node, ...rest } = step
    const where = step.kind === 'create' || node === undefined ? {} : { node, hold: holdStartOn(node, nodes) }
    return JSON.stringify([spec, vmid, rest, where, this.#networks(), this.#fullClone()])
  }

  #fullClone(): { readonly storage: string; readonly format: string } {
    const { storage, storageFormat: format } = this.#deps.settings()
    return { storage, format }
  }

  #repairNetwork(node: string, error: string): void {
    const { names, wants } = this.#plan.network
    // Of bridges a node's network tells whether they are there.
    if (wants.kind !== 'vnets') return
    // Proxmox' words when a VM is started on a node that lacks its network. Applying helps against no other bridge.
    const bridge = /bridge '([^']+)' does not exist/.exec(error)?.[1]
    if (bridge === names.range || bridge === names.nat) this.#deps.repair.lacks(this.#spec.id, node, bridge)
  }

  #audited(phase: VmPhase): AuditFound {
    return auditedOf(this.#deps.audit, this.#spec.id, this.#vm, phase)
  }

  #networks(): RangeNetworks {
    return { rangeId: this.#plan.rangeId, names: this.#plan.network.names, vlans: vlansOf(this.#spec) }
  }
}

const newsOf = ({ phase, trouble }: VmWait): VmNews => ({ phase, trouble, remark: undefined })

/** Why a VM must not be started on a node, as its networks are not in force there; undefined: it may. */
export const holdStartOn = (node: string, nodes: readonly NodeNetworkState[]): string | undefined =>
  nodesWithout(nodes).find((without) => without.node === node)?.message

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
