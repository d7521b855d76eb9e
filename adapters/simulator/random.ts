/** A source of pseudo-random numbers in [0, 1), the same for the same seed. */
export type Random = () => number

/** Mulberry32: small, fast, good enough for MAC addresses and jitter. */
export const seededRandom = (seed: number): Random => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const hex = (random: Random, digits: number): string =>
  Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('')

/** A version 4 UUID. */
export const randomUuid = (random: Random): string =>
  `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-a${hex(random, 3)}-${hex(random, 12)}`

/** A MAC address with the given first three bytes, in upper case as Proxmox writes it. */
export const randomMac = (random: Random, prefix: string): string => {
  const bytes = Array.from({ length: 3 }, () => hex(random, 2).toUpperCase())
  return [prefix, ...bytes].join(':')
}
