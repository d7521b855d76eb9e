import { NAT_VNET } from '../../model/identity.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { RepairNeed } from '../../model/plan/network-plan.ts'
import type { ClusterSnapshot, VnetSeen } from '../../model/snapshot.ts'
import type { ZoneCheck } from '../../model/zone-finding.ts'
import { vnetOwner } from '../network-owner.ts'
import { foreignChanges, foreignText, nothingForeign } from './foreign-changes.ts'
import { lackingNodes, nodeStates } from './node-states.ts'

/** Where there are no VNets nothing is to be repaired by applying. */
export const NO_REPAIR: RepairNeed = { lacking: [], obstacle: undefined }

/**
 * Which nodes lack VNets of ranges that are applied, and whether applying again would do no more than repair them. That
 * is for nobody's wish, so it waits for anything that is pending, also for what ranges bring into force themselves.
 */
export function repairNeed(
  snapshot: ClusterSnapshot,
  zone: Pick<ZoneCheck, 'unreached' | 'withoutNat'>,
  { applyForeign }: Pick<PlanSettings, 'applyForeign'>,
): RepairNeed {
  const own = snapshot.vnets.filter(isOwn)
  const applied = own.filter(({ running }) => running !== undefined).map(({ name }) => name)
  return {
    lacking: applied.length === 0 ? [] : lackingNodes(nodeStates(applied, snapshot, zone)),
    obstacle: applyForeign ? undefined : obstacleOf(snapshot),
  }
}

function obstacleOf(snapshot: ClusterSnapshot): string | undefined {
  const foreign = foreignChanges({ wants: [], removals: [] }, snapshot)
  if (foreign.hidden !== undefined) return foreign.hidden.message
  if (!nothingForeign(foreign)) return `that would also ${foreignText(foreign)}`
  const pending = snapshot.vnets.filter((vnet) => vnet.pending !== 'unchanged').map(({ name }) => name)
  return pending.length === 0
    ? undefined
    : `changes of ranges are pending (vnet ${pending.sort().join(', ')}); their own apply brings them into force, and repairs the node as well`
}

const isOwn = (vnet: VnetSeen): boolean => {
  const { kind } = vnetOwner(vnet)
  return kind === 'range' || kind === 'nat' || vnet.name === NAT_VNET.name
}
