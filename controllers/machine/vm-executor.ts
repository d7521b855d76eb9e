import type { Outcome } from '../../model/outcome.ts'
import { nodeOf } from '../../model/plan/vm-plan.ts'
import type { InFlight } from '../pace/in-flight.ts'
import { type VmAssignment, vmidOf } from './vm-assignment.ts'
import type { VmRemover } from './vm-remover.ts'
import type { VmsUnderWay } from './vms-under-way.ts'
import type { VmWorker } from './vm-worker.ts'

/** Carries out what VMs are handed, whatever it is, and lets others see which VMs are worked on meanwhile. */
export class VmExecutor {
  readonly #worker: VmWorker
  readonly #remover: VmRemover
  readonly #underWay: VmsUnderWay
  readonly #inFlight: InFlight

  constructor(worker: VmWorker, remover: VmRemover, underWay: VmsUnderWay, inFlight: InFlight) {
    this.#worker = worker
    this.#remover = remover
    this.#underWay = underWay
    this.#inFlight = inFlight
  }

  /** Carries an assignment out as far as it goes; nothing is begun once it is withdrawn. Throws only when the controller stops. */
  work(assignment: VmAssignment, withdrawn: AbortSignal): Promise<Outcome> {
    return this.#inFlight.track(this.#carryOut(assignment, withdrawn))
  }

  async #carryOut(assignment: VmAssignment, withdrawn: AbortSignal): Promise<Outcome> {
    const permit = { signal: this.#inFlight.signal, withdrawn, check: assignment.check }
    const work = (): Promise<Outcome> =>
      assignment.kind === 'keep' ? this.#worker.work(assignment, permit) : this.#remover.remove(assignment, permit)
    const node = workplaceOf(assignment)
    if (node === undefined) return await work()
    const { rangeId, name } =
      assignment.kind === 'keep'
        ? { rangeId: assignment.rangeId, name: assignment.plan.spec.name }
        : { rangeId: assignment.order.rangeId, name: assignment.name }
    const end = this.#underWay.begin({ rangeId, vmid: vmidOf(assignment), name, node })
    // Whether it runs afterwards is not what its node said before.
    if (assignment.kind === 'remove') this.#worker.forgetPower(assignment.vmid)
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
