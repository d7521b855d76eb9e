import { type LookupAddress, type LookupAllOptions, lookup as resolveName } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** Code of the error of a connection that was not made, as it would have led to a machine of the inside. */
export const PRIVATE_ADDRESS = 'EPRIVATE'

/** What is no address of the public internet (IANA's registries of special addresses), of which one machine has services for itself. */
const INSIDE_V4 = new BlockList()
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  INSIDE_V4.addSubnet(network, prefix, 'ipv4')
/** All of IPv6 but global unicast, and of that what leads to IPv4 addresses or is for documents. */
const INSIDE_V6 = new BlockList()
for (const [network, prefix] of [
  ['::', 3],
  ['4000::', 2],
  ['8000::', 1],
  ['2001:db8::', 32],
  ['2001::', 32],
  ['2002::', 16],
] as const)
  INSIDE_V6.addSubnet(network, prefix, 'ipv6')

/** True of an address that is not one of the public internet. */
export const isInside = (address: string): boolean => {
  const family = isIP(address)
  return family === 0 || (family === 4 ? INSIDE_V4.check(address) : INSIDE_V6.check(address, 'ipv6'))
}

/** The host of a URL, without the brackets of IPv6. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1')

/** Looks a name up: Node's `dns.lookup` with all addresses. */
type ResolveAll = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

/** Looks a name up, and fails where any of its addresses is inside: the connection goes to what was looked at here. */
export const publicLookup =
  (resolve: ResolveAll = resolveName): LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '')
      if (addresses.length === 0 || addresses.some(({ address }) => isInside(address)))
        return callback(Object.assign(new Error('an address of the inside'), { code: PRIVATE_ADDRESS }), '')
      const [first] = addresses
      return options.all === true ? callback(null, addresses) : callback(null, first?.address ?? '', first?.family)
    })
  }
