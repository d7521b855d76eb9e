import type { PlanSettings } from '../../model/plan-settings.ts'
import type { RangePlan } from '../../model/plan/range-plan.ts'
import { type RangeSpec, vlansOf } from '../../model/range-spec.ts'
import type { KeepAssignment, VmNews } from '../machine/vm-assignment.ts'
import type { VmsUnderWay } from '../machine/vms-under-way.ts'
import type { VmWorker } from '../machine/vm-worker.ts'
import type { RangeInHand } from './range-in-hand.ts'
import type { RangeWishes } from './range-wishes.ts'

/** Makes of a range's plan what each of its VMs is handed. */
export class VmHandOver {
  readonly #worker: VmWorker
  readonly #wishes: Pick<RangeWishes, 'stillWanted'>
  readonly #underWay: Pick<VmsUnderWay, 'has'>
  readonly #settings: () => Pick<PlanSettings, 'storage' | 'storageFormat'>
  readonly #onBridgeMissing: (rangeId: string, node: string, bridge: string) => void

  /** @param onBridgeMissing told that a VM's start found no bridge of its range's networks on a node */
  constructor(
    worker: VmWorker,
    wishes: Pick<RangeWishes, 'stillWanted'>,
    underWay: Pick<VmsUnderWay, 'has'>,
    settings: () => Pick<PlanSettings, 'storage' | 'storageFormat'>,
    onBridgeMissing: (rangeId: string, node: string, bridge: string) => void,
  ) {
    this.#worker = worker
    this.#wishes = wishes
    this.#underWay = underWay
    this.#settings = settings
    this.#onBridgeMissing = onBridgeMissing
  }

  /** One for each VM of the plan, in its order. */
  assignmentsOf(plan: RangePlan, spec: RangeSpec, { report, networks }: RangeInHand): readonly KeepAssignment[] {
    const { storage, storageFormat: format } = this.#settings()
    const { id: rangeId, power, drift } = spec
    const names = { rangeId, names: plan.network.names, vlans: vlansOf(spec) }
    const planned = new Set(plan.vms.map(({ vmid }) => vmid))
    return plan.vms.map((vm) => ({
      kind: 'keep',
      rangeId,
      plan: this.#worker.withFirstStart(vm, power),
      power,
      drift,
      networks: names,
      planned,
      isRemade: plan.network.actions.some(({ kind }) => kind === 'create-vnet'),
      fullClone: { storage, format },
      startGate: networks,
      check: () => this.#wishes.stillWanted(spec, vm.spec.name),
      onBridgeMissing: (node: string, bridge: string) => this.#onBridgeMissing(rangeId, node, bridge),
      tell: (news: VmNews) => report.vm(vm.vmid, vm.spec.name, news),
    }))
  }

  /** What is to be told of a VM that is handed this; undefined while it is worked on, as it tells its own news then. */
  newsOf(assignment: KeepAssignment): VmNews | undefined {
    return this.#underWay.has(assignment.plan.vmid) ? undefined : this.#worker.newsOf(assignment)
  }
}
