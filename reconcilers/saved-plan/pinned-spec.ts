import type { SavedPlan } from '../../model/saved-plan.ts'
import type { RangeSpec, VmSpec } from '../../model/range-spec.ts'

/**
 * A range whose VMs that are to be made have the nodes of a saved plan: their loads and their authors' wishes were weighed when it was
 * made, and a person has looked at that. All else is as the file says.
 */
export function pinnedSpec(spec: RangeSpec, placements: SavedPlan['placements']): RangeSpec {
  const own = placements.filter(({ range }) => range === spec.id)
  if (own.length === 0) return spec
  const pinned = (vm: VmSpec): VmSpec => {
    const placed = own.find(({ vm: name }) => name === vm.name || vm.otherNames.includes(name))
    return placed === undefined ? vm : { ...vm, targetNode: placed.node, wishes: [] }
  }
  return { ...spec, router: pinned(spec.router), vms: spec.vms.map(pinned) }
}
