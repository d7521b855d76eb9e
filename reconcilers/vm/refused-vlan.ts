import { rewired, wiringOf } from './nic-wiring.ts'

/** What Proxmox says in the log of a start that a VLAN has made fail. */
const REFUSED = /vm vlans are not allowed on vnet ([A-Za-z0-9]+)/

/** The first NIC with a VLAN on a VNet, and the line that takes it away; undefined where none has. @param vnet one without VLAN awareness */
export function refusedVlanText(
  { vmid, config }: { readonly vmid: number; readonly config: Readonly<Record<string, string>> },
  vnet: string,
): string | undefined {
  const found = Object.entries(config).find(([key, text]) => {
    const { bridge, vlan } = wiringOf(text)
    return /^net\d+$/.test(key) && bridge === vnet && vlan !== undefined
  })
  if (found === undefined) return undefined
  const [key, text] = found
  const without = rewired(text, { bridge: vnet, vlan: undefined })
  return `its ${key} has VLAN ${wiringOf(text).vlan} on ${vnet}, which is not VLAN-aware, so that Proxmox does not start it any more; take the VLAN away: qm set ${vmid} --${key} ${without}`
}

/** The VNet that a failed start names as one that refuses VLANs. */
export const vnetRefusing = (error: string): string | undefined => REFUSED.exec(error)?.[1]
