import { BlockList, isIP } from 'node:net'

/** An address in the one form that equal ones share: IPv6 in its shortest, anything else as it is. */
export function canonicalAddress(address: string): string {
  if (!address.includes(':')) return address
  const url = `http://[${address}]/`
  return URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : address
}

export const isIpv6 = (address: string): boolean => address.includes(':')

/**
 * Whether an address lies in one of these networks.
 *
 * @param prefixes such as `10.0.0.1/24`; what is none counts for nothing
 */
export function isWithin(address: string, prefixes: readonly string[]): boolean {
  const networks = new BlockList()
  for (const prefix of prefixes) {
    const [base = '', length = ''] = prefix.split('/')
    const bits = Number(length)
    const family = isIpv6(base) ? 'ipv6' : 'ipv4'
    if (isIP(base) !== 0 && length !== '' && Number.isInteger(bits) && bits <= (family === 'ipv6' ? 128 : 32))
      networks.addSubnet(base, bits, family)
  }
  return isIP(address) !== 0 && networks.check(address, isIpv6(address) ? 'ipv6' : 'ipv4')
}
