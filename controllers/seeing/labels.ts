import type { ViewKind, Views } from '../../model/api/lanista-api.ts'
import { networkStanding } from './network-standing.ts'

type Values = readonly (string | number | undefined)[]

/** By what things of a kind can be chosen: label -> its values; several where a thing has several, none where it has none. */
export type Labels<V> = Readonly<Record<string, (view: V) => Values>>

/** The labels of each kind. What is told of them in the help and the reference comes of this. */
export const LABELS: { readonly [K in ViewKind]: Labels<Views[K]> } = {
  ranges: {
    range: ({ name }) => [name],
    state: ({ state }) => [state],
    reason: ({ reason }) => [reason],
    number: ({ number }) => [number],
    network: ({ network }) => [network],
    node: ({ vms }) => vms.map(({ node }) => node),
    suspended: ({ suspended }) => [suspended?.by],
    held: ({ revisions }) => [revisions?.held?.reason],
  },
  vms: {
    range: ({ range }) => [range],
    vm: ({ name }) => [name],
    phase: ({ phase }) => [phase],
    node: ({ node }) => [node],
    role: ({ role }) => [role],
    reason: ({ reason }) => [reason],
    status: ({ observed }) => [observed?.status],
    lock: ({ observed }) => [observed?.lock],
    tag: ({ observed }) => observed?.tags ?? [],
  },
  networks: {
    network: ({ name }) => [name],
    range: ({ range }) => [range],
    state: (view) => [networkStanding(view)],
    type: ({ type }) => [type],
    role: ({ role }) => [role],
    zone: ({ zone }) => [zone],
    pending: ({ pending }) => [pending],
    node: ({ nodes }) => nodes.flatMap(({ node, state }) => (state === 'excluded' ? [] : [node])),
  },
  nodes: {
    node: ({ name }) => [name],
    state: ({ state }) => [state],
    range: ({ vms }) => vms.map(({ range }) => range),
    storage: ({ storages }) => storages.map(({ name }) => name),
  },
  templates: {
    template: ({ name }) => [name],
    node: ({ node }) => [node],
    storage: ({ storages }) => storages,
  },
  events: {
    type: ({ type }) => [type],
    reason: ({ reason }) => [reason],
    range: ({ range }) => [range],
    kind: ({ object }) => [object.kind],
    name: ({ object }) => [object.name],
    by: ({ by }) => [by],
    revision: ({ revision }) => [revision],
  },
}
