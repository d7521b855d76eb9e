/** Releases of Debian that Ludus makes routers of, the newest first. */
const RELEASES = [13, 12, 11] as const

/** Templates that Ludus makes routers of, the newest first. */
export const ROUTER_TEMPLATES: readonly string[] = RELEASES.map((release) => `debian-${release}-x64-server-template`)

/** The names that releases of Ludus give a range's router, the newest first. */
const routerNames = (rangeId: string): readonly string[] =>
  RELEASES.map((release) => `${rangeId}-router-debian${release}-x64`)

/**
 * The names under which an existing router would be found beside the one that it has. One that a VM of the range has is that VM's.
 *
 * @param vmNames the names of the range's VMs, without its router's
 */
export function otherRouterNames(rangeId: string, name: string, vmNames: readonly string[]): readonly string[] {
  return routerNames(rangeId).filter((each) => each !== name && !vmNames.includes(each))
}

/** Ludus' name of a router that is made of that template; of any other than its own what Ludus 2 calls each. */
export function routerNameFor(rangeId: string, template: string): string {
  const release = /^debian-(\d+)-/.exec(template)?.[1] ?? '11'
  return `${rangeId}-router-debian${release}-x64`
}
