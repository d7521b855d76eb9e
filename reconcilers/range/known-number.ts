import type { Finding } from '../../model/condition.ts'
import type { NetworkMode } from '../../model/network-mode.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { RangeSpec } from '../../model/range-spec.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { numberedBridges } from '../bridge/range-bridge.ts'
import { type NumbersSeen, numbersHeldBy, rangeNumberOf } from '../range-number.ts'
import { numberedVnets } from '../vnet/numbered-vnets.ts'

/** The number a range lives under, or asks for; one that would only be given to it says nothing of existing VMs. */
export function numberToldOf(
  { id, number: asked }: RangeSpec,
  places: readonly [NumbersSeen, ...(readonly NumbersSeen[])],
  settings: PlanSettings,
  hidden: Finding | undefined,
): { readonly number: number } | { readonly warning: string } {
  const seen = places.find((each) => numbersHeldBy(id, each, settings.vmidBase).length > 0) ?? places[0]
  const numbered = rangeNumberOf(id, asked, seen, new Map(), settings)
  if ('finding' in numbered) return { warning: numbered.finding.message }
  const known = asked !== undefined || numbersHeldBy(id, seen, settings.vmidBase).includes(numbered.number)
  if (!known && hidden !== undefined) return { warning: `it is left out: ${hidden.message}` }
  return known
    ? numbered
    : {
        warning: `range ${id}: it has no number yet, so it is left out; it gets one when lanista run makes its network`,
      }
}

/**
 * Where ranges' numbers show: in networks of the mode, else in those of the other kind, on which a range lives on when the mode has
 * turned. Where `cluster_mode: false` holds on a cluster, ranges live on the configured node alone. Where the mode is not known, both
 * kinds count alike.
 */
export function numbersSeen(
  snapshot: ClusterSnapshot,
  { defaultNode }: PlanSettings,
  mode: NetworkMode | Finding,
): readonly [NumbersSeen, ...(readonly NumbersSeen[])] {
  const { guests, nodes, nodeNetworks } = snapshot
  const here = nodeNetworks.filter(({ node }) => nodes.length === 1 || node === defaultNode)
  const bridges = { guests, networks: here.flatMap(numberedBridges) }
  const vnets = { guests, networks: numberedVnets(snapshot) }
  if (typeof mode === 'object') return [{ guests, networks: [...vnets.networks, ...bridges.networks] }]
  return mode === 'vnets' ? [vnets, bridges] : [bridges, vnets]
}
