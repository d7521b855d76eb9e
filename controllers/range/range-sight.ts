import type { Machines } from '../../model/machine-ports.ts'
import type { VmStatus } from '../../model/range-status.ts'
import type { ClusterSnapshot, GuestSeen } from '../../model/snapshot.ts'
import type { VmPhase } from '../../model/vm-phase.ts'
import { mayHaveMore, rangeLeft } from '../../reconcilers/removal/range-left.ts'
import { contradicted, type Sight } from './range-facts.ts'

/** Looks at what there is of ranges for which nothing is planned, and changes nothing. */
export class RangeSight {
  readonly #look: () => Promise<ClusterSnapshot>
  readonly #machines: Pick<Machines, 'read'>

  /** @param look a look at the cluster, shared by all who ask in the same moment */
  constructor(look: () => Promise<ClusterSnapshot>, machines: Pick<Machines, 'read'>) {
    this.#look = look
    this.#machines = machines
  }

  /** What is there of a range now. Throws when the cluster can't be seen. @param told of its VMs before */
  async now(rangeId: string, told: readonly VmStatus[], signal: AbortSignal): Promise<Sight> {
    return await this.in(await this.#look(), rangeId, told, signal)
  }

  /** The same by a look that was made just now. Throws only when aborted. */
  async in(snapshot: ClusterSnapshot, rangeId: string, told: readonly VmStatus[], signal: AbortSignal): Promise<Sight> {
    const left = rangeLeft(rangeId, snapshot)
    const asked = contradicted(told, left.guests)
    const answers = await Promise.all(
      asked.map(async (guest) => [guest.vmid, await this.#phaseOf(guest, signal)] as const),
    )
    return { left, unsure: mayHaveMore(rangeId, snapshot), byNode: new Map(answers) }
  }

  async #phaseOf({ node, vmid }: GuestSeen, signal: AbortSignal): Promise<VmPhase> {
    try {
      const read = await this.#machines.read(node, vmid, signal)
      // It is listed: on its way to another node, or just deleted.
      if (read === undefined) return 'unknown'
      if (read.paused) return 'unknown'
      return read.running ? 'running' : 'stopped'
    } catch {
      signal.throwIfAborted()
      return 'unknown'
    }
  }
}
