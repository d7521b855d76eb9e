import type { Finding } from '../../model/condition.ts'
import { rangeNumberOfVnet } from '../../model/identity.ts'
import type { NodeNetworkSeen } from '../../model/snapshot.ts'
import { stagedDeletions } from '../bridge/staged-deletions.ts'
import { deletionLine, whyBridgeStays } from '../bridge/why-bridge-stays.ts'
import { bridgeOwner, isMarked } from '../network-owner.ts'

/** What of the only node's network stays although it carries the mark. */
interface Staying {
  readonly network: NodeNetworkSeen
  readonly natBridge: string
}

/**
 * What carries the mark of a range that is to go and is not Lanista's to remove: networks of the other mode, from when
 * the cluster was a single node or the other way round, bridges on other nodes, and what it could not have made.
 * Undefined when there is nothing of that.
 */
export function networksLeft(
  rangeId: string,
  mark: string,
  vnets: readonly string[],
  elsewhere: readonly NodeNetworkSeen[],
  here?: Staying,
): Finding | undefined {
  const left = [
    ...vnets.map(vnetLeft),
    ...elsewhere.flatMap((network) => bridgesOn(network, mark)),
    ...(here === undefined ? [] : stayingOn(here, mark)),
  ]
  if (left.length === 0) return undefined
  const message = `range ${rangeId}: it is to go, and Lanista does not remove by itself what else carries its mark: ${left.join(', ')}; look first that no guest has a NIC on it${vnets.length === 0 ? '' : ', and that nothing else is pending in Datacenter > SDN, which the line would apply as well'}; once it is gone, so is the range`
  return { reason: 'NetworkLeft', message }
}

/** One without a name of a range's VNet has its alias from somebody who copied it. */
function vnetLeft(name: string): string {
  const line = `pvesh delete /cluster/sdn/vnets/${name} && pvesh set /cluster/sdn`
  return rangeNumberOfVnet(name) === undefined
    ? `vnet ${name}, which has no name of a range's VNet (if nothing needs it, remove it (${line}), otherwise give it another alias)`
    : `vnet ${name} (${line})`
}

function bridgesOn(network: NodeNetworkSeen, mark: string): readonly string[] {
  const { node, interfaces } = network
  const configured = interfaces.filter((seen) => isMarked(bridgeOwner(seen), mark)).map(({ name }) => name)
  const staged = [...stagedDeletions(network)].filter(([, its]) => its === mark).map(([name]) => name)
  return [
    ...configured.map((name) => `${name} on node ${node} (${deletionLine(node, name)})`),
    ...staged.map((name) => `${name} on node ${node}, whose deletion is staged (pvesh set /nodes/${node}/network)`),
  ]
}

const stayingOn = ({ network, natBridge }: Staying, mark: string): readonly string[] =>
  network.interfaces.flatMap((seen) => {
    const stay = isMarked(bridgeOwner(seen), mark) ? whyBridgeStays(seen, mark, network, natBridge) : undefined
    return stay === undefined ? [] : [`${seen.name} on node ${network.node}, which ${stay.why} (${stay.remedy})`]
  })
