import type { Outcome } from '../../model/outcome.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { RangePlan } from '../../model/plan/range-plan.ts'
import { nodeOf, type VmPlan } from '../../model/plan/vm-plan.ts'
import { type RangeSpec, vlansOf } from '../../model/range-spec.ts'
import type { VmAssignment, VmNews } from '../machine/vm-assignment.ts'
import type { VmWorker } from '../machine/vm-worker.ts'
import type { RangeInHand } from './range-in-hand.ts'
import type { RangeWishes } from './range-wishes.ts'
import type { Reservations } from './reservations.ts'

/** Makes of a range's plan what each of its VMs is handed, and has it carried out. */
export class VmHandOver {
  readonly #worker: VmWorker
  readonly #wishes: Pick<RangeWishes, 'stillWanted'>
  readonly #reservations: Pick<Reservations, 'workOn' | 'isUnderWay'>
  readonly #settings: () => Pick<PlanSettings, 'storage' | 'storageFormat'>
  readonly #onBridgeMissing: (node: string, bridge: string) => void

  /** @param onBridgeMissing told that a VM's start found no bridge of its range's networks on a node */
  constructor(
    worker: VmWorker,
    wishes: Pick<RangeWishes, 'stillWanted'>,
    reservations: Pick<Reservations, 'workOn' | 'isUnderWay'>,
    settings: () => Pick<PlanSettings, 'storage' | 'storageFormat'>,
    onBridgeMissing: (node: string, bridge: string) => void,
  ) {
    this.#worker = worker
    this.#wishes = wishes
    this.#reservations = reservations
    this.#settings = settings
    this.#onBridgeMissing = onBridgeMissing
  }

  /** One for each VM of the plan, in its order. */
  assignmentsOf(plan: RangePlan, spec: RangeSpec, { report, networks }: RangeInHand): readonly VmAssignment[] {
    const { storage, storageFormat: format } = this.#settings()
    const { id: rangeId, power, drift } = spec
    const names = { rangeId, names: plan.network.names, vlans: vlansOf(spec) }
    return plan.vms.map((vm) => ({
      rangeId,
      plan: this.#worker.withFirstStart(vm, power),
      power,
      drift,
      networks: names,
      fullClone: { storage, format },
      startGate: networks,
      check: () => this.#wishes.stillWanted(spec, vm.spec.name),
      onBridgeMissing: this.#onBridgeMissing,
      tell: (news: VmNews) => report.vm(vm.vmid, vm.spec.name, news),
    }))
  }

  /** What is to be told of a VM that is handed this; undefined while it is worked on, as it tells its own news then. */
  newsOf(assignment: VmAssignment): VmNews | undefined {
    return this.#reservations.isUnderWay(assignment.plan.vmid) ? undefined : this.#worker.newsOf(assignment)
  }

  /** Carries an assignment out. Throws only when the signal aborts. */
  async work(assignment: VmAssignment, withdrawn: AbortSignal, signal: AbortSignal): Promise<Outcome> {
    const { rangeId, plan, check } = assignment
    const permit = { signal, withdrawn, check }
    const node = isWork(plan) ? nodeOf(plan.step) : undefined
    if (node === undefined) return await this.#worker.work(assignment, permit)
    const end = this.#reservations.workOn(rangeId, plan.vmid, node)
    try {
      return await this.#worker.work(assignment, permit)
    } finally {
      end()
    }
  }
}

const isWork = ({ step: { kind } }: VmPlan): boolean => kind !== 'none' && kind !== 'wait' && kind !== 'blocked'
