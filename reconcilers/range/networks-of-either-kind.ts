import type { NumberedNetwork } from '../range-number.ts'

/**
 * The networks that tell which numbers are in use: those of the kind that ranges get, and of the other kind those that share no number
 * with them. Two ranges of one number would have the same addresses, whatever their networks are made of. What a range's
 * own network of the right kind says of its number prevails.
 */
export function networksOfEitherKind(
  rangeId: string,
  own: readonly NumberedNetwork[],
  other: readonly NumberedNetwork[],
): readonly NumberedNetwork[] {
  const numbers = new Set(own.map(({ number }) => number))
  const isKnown = own.some((network) => network.rangeId === rangeId)
  return [
    ...own,
    ...other.filter((network) => !numbers.has(network.number) && !(isKnown && network.rangeId === rangeId)),
  ]
}
