import type { PlacementSettings } from '../../model/plan-settings.ts'
import type { VmSpec } from '../../model/range-spec.ts'

/** What a VM takes from its node. */
export interface Demand {
  readonly memoryBytes: number
  readonly cores: number
  /** What it takes of a storage: full clones only, since a linked one begins empty. */
  readonly disk: Disk | undefined
}

interface Disk {
  readonly storage: string
  readonly bytes: number
}

/**
 * What a VM takes by its range file. With ballooning it counts with its minimum, to which Proxmox shrinks it when the
 * node is short, unless the settings say otherwise.
 *
 * @param templateBytes size of the template's disks
 */
export const demandOf = (
  vm: VmSpec,
  templateBytes: number,
  { storage, placement }: { readonly storage: string; readonly placement: Pick<PlacementSettings, 'ballooning'> },
): Demand => ({
  memoryBytes:
    (placement.ballooning === 'minimum' && vm.balloonMiB > 0 ? Math.min(vm.balloonMiB, vm.memoryMiB) : vm.memoryMiB) *
    1024 ** 2,
  cores: vm.cpus,
  disk: vm.fullClone ? { storage, bytes: templateBytes } : undefined,
})
