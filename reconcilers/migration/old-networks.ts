import { NAT_VNET, rangeNumberOfBridge, vnetName } from '../../model/identity.ts'

/** The bridge that a NIC is on, by its text. */
export const bridgeOf = (nic: string): string | undefined =>
  nic
    .split(',')
    .find((option) => option.startsWith('bridge='))
    ?.slice('bridge='.length)

/** One option of a NIC's text, such as `mtu`. */
export const optionOf = (nic: string, name: string): string | undefined =>
  nic
    .split(',')
    .find((option) => option.startsWith(`${name}=`))
    ?.slice(name.length + 1)

/** The VNet that takes the place of a bridge of Ludus'; undefined for any other. @param natBridge `ludus_nat_interface` */
export function vnetFor(bridge: string | undefined, natBridge: string): string | undefined {
  if (bridge === undefined) return undefined
  if (bridge === natBridge) return NAT_VNET.name
  const number = rangeNumberOfBridge(bridge)
  return number === undefined ? undefined : vnetName(number)
}

/** The same NIC on another bridge: every other option stays to the letter, in its place. */
export const onBridge = (nic: string, to: string): string =>
  nic
    .split(',')
    .map((option) => (option.startsWith('bridge=') ? `bridge=${to}` : option))
    .join(',')

/** The same NIC, whatever the order of its options: Proxmox writes them in one of its own. */
export const isSameText = (a: string, b: string): boolean => a.split(',').sort().join() === b.split(',').sort().join()
