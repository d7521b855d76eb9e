import type { Explanation } from '../../model/explanation.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import { machineNamed, type RangeSpec } from '../../model/range-spec.ts'
import { readInForce } from '../../model/read-in-force.ts'
import type { RangeFiles } from '../../model/ports.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { explainVm } from '../../reconcilers/range/explain-vm.ts'
import { groundOf } from '../../reconcilers/range/ground.ts'
import { planTurn } from '../../reconcilers/range/plan-turn.ts'
import type { DecidedMode } from '../network/decided-mode.ts'
import { Turn } from '../pace/turn.ts'
import type { Reservations } from './reservations.ts'

/** Says why VMs are where they are, or which node they would get now. Reserves nothing. */
export class Explaining {
  readonly #files: Pick<RangeFiles, 'read'>
  readonly #turn: Turn<{ readonly spec: RangeSpec; readonly vm: string }, Explanation>

  constructor(
    files: Pick<RangeFiles, 'read'>,
    look: () => Promise<ClusterSnapshot>,
    decided: Pick<DecidedMode, 'modeOf'>,
    reservations: Pick<Reservations, 'all'>,
    settings: () => PlanSettings,
  ) {
    this.#files = files
    // Whoever asks while the cluster is looked at shares the next look.
    this.#turn = new Turn(async () => {
      const snapshot = await look()
      const ground = groundOf(snapshot, settings(), decided.modeOf(snapshot))
      return ({ spec, vm }) => {
        const watch = { rangeId: spec.id, vm }
        return explainVm(spec, vm, planTurn([spec], ground, reservations.all(), watch))
      }
    })
  }

  /**
   * Undefined when there is no valid file of that range, it is to be removed, or there is no such VM in it. Throws when
   * Proxmox can't be seen.
   */
  async explain(rangeId: string, vm: string): Promise<Explanation | undefined> {
    const file = readInForce(await this.#files.read(rangeId))
    if (file === undefined || file.spec.state === 'absent') return undefined
    if (machineNamed(file.spec, vm) === undefined) return undefined
    return await this.#turn.enter({ spec: file.spec, vm })
  }
}
