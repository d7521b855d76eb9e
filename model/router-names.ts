/** Releases of Debian that Ludus makes routers of, the newest first. */
const RELEASES = [13, 12, 11] as const

/** Templates that Ludus makes routers of, the newest first. */
export const ROUTER_TEMPLATES: readonly string[] = RELEASES.map((release) => `debian-${release}-x64-server-template`)

/** The names that releases of Ludus give a range's router, the newest first. */
export const routerNames = (rangeId: string): readonly string[] =>
  RELEASES.map((release) => `${rangeId}-router-debian${release}-x64`)

/** Ludus' name of a router that is made of that template; of any other than its own what Ludus 2 calls each. */
export function routerNameFor(rangeId: string, template: string): string {
  const release = /^debian-(\d+)-/.exec(template)?.[1] ?? '11'
  return `${rangeId}-router-debian${release}-x64`
}
