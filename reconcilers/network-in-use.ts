import type { Finding } from '../model/condition.ts'
import type { NicSeen } from '../model/network-ports.ts'
import { printable } from '../model/printable.ts'

const REMEDY = 'put these NICs on another network or delete the guests'

/**
 * Why a network stays: guests, whoever's, have NICs on it. Proxmox itself would delete it without a word.
 *
 * @param network such as `vnet r1`
 */
export const networkInUse = (network: string, nics: readonly NicSeen[]): Finding => ({
  reason: 'NetworkInUse',
  message: `${network}: it is to go, and ${shown(nics)} is on it; ${REMEDY}, then it goes by itself`,
})

/** Why nothing is activated on a node: a bridge would go with it that guests have NICs on. */
export const deletionInUse = (bridge: string, node: string, nics: readonly NicSeen[]): Finding => ({
  reason: 'NetworkInUse',
  message:
    `bridge ${bridge}: its deletion is staged on node ${node} and nothing is activated there, because ${shown(nics)} is on it; ` +
    `${REMEDY}, or revert what is staged (pvesh delete /nodes/${node}/network), then this goes on by itself`,
})

/** So many NICs are named; more a person does not read. */
const NICS_SHOWN = 5

function shown(nics: readonly NicSeen[]): string {
  const first = nics
    .slice(0, NICS_SHOWN)
    .map(({ vmid, name, nic }) => `${nic} of ${printable(name ?? 'a nameless guest')} (VMID ${vmid})`)
  return `${first.join(', ')}${nics.length > NICS_SHOWN ? ` and ${nics.length - NICS_SHOWN} more` : ''}`
}
