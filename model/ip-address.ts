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
  const bits = bitsOf(address)
  return prefixes.some((prefix) => {
    const [base = '', length = ''] = prefix.split('/')
    const network = bitsOf(base)
    if (bits === undefined || network?.length !== bits.length || !/^\d+$/.test(length)) return false
    return bits.startsWith(network.slice(0, Number(length)))
  })
}

/** All 32 or 128 bits of an address, as ones and zeros; undefined for what is none. */
function bitsOf(address: string): string | undefined {
  const words = isIpv6(address) ? ipv6Words(canonicalAddress(address)) : ipv4Bytes(address)
  if (words === undefined) return undefined
  return words.map((word) => word.toString(2).padStart(words.length === 4 ? 8 : 16, '0')).join('')
}

function ipv4Bytes(address: string): readonly number[] | undefined {
  const parts = address.split('.')
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)
    ? parts.map(Number)
    : undefined
}

/** Of an address in canonical form, in which `::` stands for as many zeros as are missing. */
function ipv6Words(address: string): readonly number[] | undefined {
  const [head = '', tail] = address.split('::')
  const words = (text: string): readonly string[] => (text === '' ? [] : text.split(':'))
  const before = words(head)
  const after = words(tail ?? '')
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => '0')
  const all = [...before, ...zeros, ...after]
  return all.length === 8 && all.every((word) => /^[0-9a-f]{1,4}$/.test(word))
    ? all.map((word) => Number.parseInt(word, 16))
    : undefined
}
