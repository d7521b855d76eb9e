/** An address in the one form that equal ones share: IPv6 in its shortest, anything else as it is. */
export function canonicalAddress(address: string): string {
  if (!address.includes(':')) return address
  const url = `http://[${address}]/`
  return URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : address
}

export const isIpv6 = (address: string): boolean => address.includes(':')
