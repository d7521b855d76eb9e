import type { Clock } from '../../model/clock.ts'
import type { Machines, Pools } from '../../model/machine-ports.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { Permit } from '../../model/permit.ts'
import type { Logger } from '../../model/ports.ts'
import { outcomeOfError } from '../../reconcilers/outcome-of-error.ts'
import { removeVm } from '../../reconcilers/vm/remove-vm.ts'
import type { RemoveAssignment } from './vm-assignment.ts'

/** Removes one VM that is to go with its range, as far as that goes now. */
export class VmRemover {
  readonly #machines: Machines
  readonly #pools: Pick<Pools, 'read'>
  readonly #clock: Pick<Clock, 'now'>
  readonly #logger: Logger

  /** @param clock a steady one */
  constructor(machines: Machines, pools: Pick<Pools, 'read'>, clock: Pick<Clock, 'now'>, logger: Logger) {
    this.#machines = machines
    this.#pools = pools
    this.#clock = clock
    this.#logger = logger
  }

  /** Settled when the VM is no more. Throws only when aborted. */
  async remove(assignment: RemoveAssignment, permit: Permit): Promise<Outcome> {
    const { order, vmid, name, node, tell, onGone } = assignment
    const { rangeId, why } = order
    const blocked = (trouble: string): void => tell({ phase: 'blocked', trouble, remark: undefined })
    const now = (): number => this.#clock.now()
    const work = { vm: { rangeId, vmid, name }, node, machines: this.#machines, pools: this.#pools, now, permit }
    try {
      const removed = await removeVm(work, (phase) => {
        this.#logger.info(phase, { range: rangeId, vm: name, vmid, node, why })
        tell({ phase, trouble: undefined, remark: undefined })
      })
      if (removed.kind === 'stays') {
        blocked(removed.why)
        return { kind: 'stalled', error: removed.why }
      }
      this.#logger.info('gone', { range: rangeId, vm: name, vmid, node })
      onGone()
      return { kind: 'settled' }
    } catch (error) {
      permit.signal.throwIfAborted()
      const outcome = outcomeOfError(error)
      if (!('error' in outcome)) return outcome
      const trouble = `vm ${name}: ${outcome.error}`
      this.#logger.warn('vm is not gone', { range: rangeId, vm: name, vmid, node, error })
      blocked(trouble)
      return { ...outcome, error: trouble }
    }
  }
}
