import { machinesOf, type RangeSpec } from '../../model/range-spec.ts'

/** That `target_node` keys say nothing where there is one node to choose from: a remark for people, if the file has any. */
export function ignoredWishes(spec: RangeSpec, node: string): readonly string[] {
  const owners = [
    ...(spec.targetNode === undefined ? [] : ['defaults']),
    ...machinesOf(spec).flatMap(({ name, targetNode }) => (targetNode === undefined ? [] : [name])),
  ]
  return owners.length === 0
    ? []
    : [`target_node of ${owners.join(', ')} is ignored: on a single node every VM runs on ${node}`]
}
