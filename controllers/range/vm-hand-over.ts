import type { Outcome } from '../../model/outcome.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { RangePlan } from '../../model/plan/range-plan.ts'
import { nodeOf } from '../../model/plan/vm-plan.ts'
import { type RangeSpec, vlansOf } from '../../model/range-spec.ts'
import { type KeepAssignment, type VmAssignment, vmidOf, type VmNews } from '../machine/vm-assignment.ts'
import type { VmRemover } from '../machine/vm-remover.ts'
import type { VmWorker } from '../machine/vm-worker.ts'
import type { RangeInHand } from './range-in-hand.ts'
import type { RangeWishes } from './range-wishes.ts'
import type { Reservations } from './reservations.ts'

/** Makes of a range's plan what each of its VMs is handed, and has it carried out. */
export class VmHandOver {
  readonly #worker: VmWorker
  readonly #remover: VmRemover
  readonly #wishes: Pick<RangeWishes, 'stillWanted'>
  readonly #reservations: Pick<Reservations, 'workOn' | 'isUnderWay'>
  readonly #settings: () => Pick<PlanSettings, 'storage' | 'storageFormat'>
  readonly #onBridgeMissing: (rangeId: string, node: string, bridge: string) => void

  /** @param onBridgeMissing told that a VM's start found no bridge of its range's networks on a node */
  constructor(
    worker: VmWorker,
    remover: VmRemover,
    wishes: Pick<RangeWishes, 'stillWanted'>,
    reservations: Pick<Reservations, 'workOn' | 'isUnderWay'>,
    settings: () => Pick<PlanSettings, 'storage' | 'storageFormat'>,
    onBridgeMissing: (rangeId: string, node: string, bridge: string) => void,
  ) {
    this.#worker = worker
    this.#remover = remover
    this.#wishes = wishes
    this.#reservations = reservations
    this.#settings = settings
    this.#onBridgeMissing = onBridgeMissing
  }

  /** One for each VM of the plan, in its order. */
  assignmentsOf(plan: RangePlan, spec: RangeSpec, { report, networks }: RangeInHand): readonly KeepAssignment[] {
    const { storage, storageFormat: format } = this.#settings()
    const { id: rangeId, power, drift } = spec
    const names = { rangeId, names: plan.network.names, vlans: vlansOf(spec) }
    return plan.vms.map((vm) => ({
      kind: 'keep',
      rangeId,
      plan: this.#worker.withFirstStart(vm, power),
      power,
      drift,
      networks: names,
      fullClone: { storage, format },
      startGate: networks,
      check: () => this.#wishes.stillWanted(spec, vm.spec.name),
      onBridgeMissing: (node: string, bridge: string) => this.#onBridgeMissing(rangeId, node, bridge),
      tell: (news: VmNews) => report.vm(vm.vmid, vm.spec.name, news),
    }))
  }

  /** What is to be told of a VM that is handed this; undefined while it is worked on, as it tells its own news then. */
  newsOf(assignment: KeepAssignment): VmNews | undefined {
    return this.#reservations.isUnderWay(assignment.plan.vmid) ? undefined : this.#worker.newsOf(assignment)
  }

  /** Carries an assignment out. Throws only when the signal aborts. */
  async work(assignment: VmAssignment, withdrawn: AbortSignal, signal: AbortSignal): Promise<Outcome> {
    const permit = { signal, withdrawn, check: assignment.check }
    const work = (): Promise<Outcome> =>
      assignment.kind === 'keep' ? this.#worker.work(assignment, permit) : this.#remover.remove(assignment, permit)
    const node = workplaceOf(assignment)
    if (node === undefined) return await work()
    const rangeId = assignment.kind === 'keep' ? assignment.rangeId : assignment.order.rangeId
    const end = this.#reservations.workOn(rangeId, vmidOf(assignment), node)
    try {
      return await work()
    } finally {
      end()
    }
  }
}

/** Where something is to be done for the VM; undefined when nothing is. */
function workplaceOf(assignment: VmAssignment): string | undefined {
  if (assignment.kind === 'remove') return assignment.node
  const { step } = assignment.plan
  return step.kind === 'none' || step.kind === 'wait' || step.kind === 'blocked' ? undefined : nodeOf(step)
}
