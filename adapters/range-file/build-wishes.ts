import type { PlacementKeys, VmWishKeys } from '../../model/range-file/placement.ts'
import type { Wish } from '../../model/range-spec.ts'
import { fillTemplate } from './fill-template.ts'

/** The wishes of each VM of a range by its names: the range's, then its own. Its own strategy stands in for the range's. */
export function wishesIn(
  placement: PlacementKeys | undefined,
  rangeId: string,
): (names: readonly string[]) => readonly Wish[] {
  if (placement === undefined) return () => []
  const byName = new Map(wishKeysByName(placement, rangeId).map(({ name, keys }) => [name, keys]))
  const ranges = (own: VmWishKeys | undefined): readonly Wish[] =>
    wishesOf(own?.strategy === undefined ? placement : { ...placement, strategy: undefined })
  return (names) => {
    const own = names.map((name) => byName.get(name)).find((keys) => keys !== undefined)
    return [...ranges(own), ...wishesOf(own ?? {})]
  }
}

/** The wishes for single VMs with their keys, and the names these stand for. */
export const wishKeysByName = (
  placement: PlacementKeys,
  rangeId: string,
): readonly { readonly key: string; readonly name: string; readonly keys: VmWishKeys }[] =>
  Object.entries(placement.vms ?? {}).map(([key, keys]) => {
    const filled = fillTemplate(key, rangeId)
    return { key, name: filled.kind === 'filled' ? filled.text : key, keys }
  })

function wishesOf({
  strength,
  strategy,
  ...lists
}: Omit<VmWishKeys, 'strategy'> & { readonly strategy?: VmWishKeys['strategy'] }): readonly Wish[] {
  const required = strength === 'required'
  return [
    ...(['only_nodes', 'avoid_nodes'] as const).flatMap((kind): readonly Wish[] =>
      lists[kind] === undefined ? [] : [{ kind, nodes: lists[kind], required }],
    ),
    ...(['together_with', 'apart_from'] as const).flatMap((kind): readonly Wish[] =>
      lists[kind] === undefined ? [] : [{ kind, vms: lists[kind], required }],
    ),
    ...(strategy === undefined ? [] : [{ kind: strategy, required }]),
  ]
}
