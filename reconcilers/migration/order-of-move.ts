/** What the place of a VM in a move depends on. */
export interface Moving {
  readonly router: boolean
  readonly running: boolean
}

/**
 * The order in which the VMs of a range move: first those that are off, whom it costs nothing; then half of the others, the routers,
 * and the other half. Machines and their router are on different networks from when the first of them moves until the last has, and
 * for each of them it is the time between it and the router: with the router in the middle the longest is half of all.
 *
 * @param all in any order, which those of a kind keep
 */
export function inOrderOfMove<T extends Moving>(all: readonly T[]): readonly T[] {
  const routers = all.filter(({ router }) => router)
  const off = all.filter(({ router, running }) => !router && !running)
  const machines = all.filter(({ router, running }) => !router && running)
  const half = Math.ceil(machines.length / 2)
  return [...off, ...machines.slice(0, half), ...routers, ...machines.slice(half)]
}
