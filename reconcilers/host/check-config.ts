import type { ConfigWish } from './rewrite-config.ts'

/** What of Ludus' configuration in force the move is about. */
export interface ConfigInForce {
  readonly cluster_mode?: boolean | undefined
  readonly sdn_zone: string
  readonly vxlan_tag_base: number
}

type Mapping = Readonly<Record<string, unknown>>

/** What `config.yml` is to say: `cluster_mode` only on a cluster, and zone and tags even where they are the default. */
export function configWishes(said: Mapping, inForce: ConfigInForce, isCluster: boolean): readonly ConfigWish[] {
  const isSaid = (key: string): boolean => (said[key] ?? null) !== null
  return [
    ...(isCluster && inForce.cluster_mode !== true ? [{ key: 'cluster_mode', value: true } as const] : []),
    ...(isSaid('sdn_zone') ? [] : [{ key: 'sdn_zone', value: inForce.sdn_zone } as const]),
    ...(isSaid('vxlan_tag_base') ? [] : [{ key: 'vxlan_tag_base', value: inForce.vxlan_tag_base } as const]),
  ]
}

/** Whether a text that was rewritten says what it said before, and what was wished, and nothing else. */
export function saysJust(wishes: readonly ConfigWish[], before: Mapping, after: Mapping | undefined): boolean {
  const wished: Mapping = { ...before, ...Object.fromEntries(wishes.map(({ key, value }) => [key, value])) }
  return after !== undefined && isSame(wished, after)
}

function isSame(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((each, index) => isSame(each, other[index]))
  if (!isMapping(one) || !isMapping(other)) return Object.is(one, other)
  const keys = Object.keys(one)
  return keys.length === Object.keys(other).length && keys.every((key) => key in other && isSame(one[key], other[key]))
}

const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
