import type { GrantAction, NetworkAction } from '../../model/plan/actions.ts'
import type { NetworkPlan, VnetWant } from '../../model/plan/network-plan.ts'
import type { NodeNetworkState } from '../../model/node-network-state.ts'
import type { ClusterSnapshot, VnetConfig, VnetSeen } from '../../model/snapshot.ts'
import { type Pair, type Section, sectionOf } from './section.ts'

/** A range's networks: its VNets, or its bridges on a single node, and what a group may do with them. */
export function networkSections(
  { wants, actions, nodes }: NetworkPlan,
  grant: GrantAction | undefined,
  snapshot: ClusterSnapshot,
): readonly Section[] {
  const granted: readonly Section[] =
    grant === undefined ? [] : [{ title: `acl ${grant.path}`, has: undefined, asks: [[grant.group, grant.role]] }]
  if (wants.kind === 'bridges')
    return [
      ...wants.bridges.map(({ name, mark }) => bridgeSection(name, mark, wants.node, actions)),
      ...goingBridges(wants.node, actions),
      ...granted,
    ]
  const going = wants.removals.flatMap(({ name }) =>
    actions.some((action) => action.kind === 'delete-vnet' && action.vnet === name)
      ? snapshot.vnets.filter((each) => each.name === name)
      : [],
  )
  const seenOf = (name: string): VnetSeen | undefined => snapshot.vnets.find((each) => each.name === name)
  // What is not applied at all no node can have.
  const areApplied = wants.vnets.every(({ name }) => seenOf(name)?.pending === 'unchanged')
  return [
    ...wants.vnets.map((want) => vnetSection(want, seenOf(want.name))),
    ...(areApplied ? nodeSections(wants.vnets, nodes) : []),
    ...going.map((vnet): Section => ({ ...vnetAsIs(vnet), asks: undefined })),
    ...granted,
  ]
}

const fieldsOf = ({ zone, tag, alias, vlanAware }: VnetConfig): readonly (readonly [string, string | undefined])[] => [
  ['zone', zone],
  ['tag', tag === undefined ? undefined : String(tag)],
  ['alias', alias],
  ['vlanaware', vlanAware ? '1' : '0'],
]

function vnetSection(want: VnetWant, seen: VnetSeen | undefined): Section {
  const title = `vnet ${want.name}`
  const is = seen?.configured ?? seen?.running
  const asked = sectionOf(title, [
    ...fieldsOf(want.config).map(([key, asks]): Pair => [key, undefined, asks]),
    ['state', undefined, IN_FORCE],
  ])
  if (seen === undefined || is === undefined) return { ...asked, has: undefined }
  // Of the NAT VNet a person's settings stay.
  const asks = new Map(fieldsOf(want.correctDrift ? want.config : is))
  return sectionOf(title, [
    ...fieldsOf(is).map(([key, has]): Pair => [key, has, asks.get(key)]),
    ['state', stateOf(seen), IN_FORCE],
  ])
}

const IN_FORCE = 'in force'

/** Nodes tell of a range's networks together. */
function nodeSections(vnets: readonly VnetWant[], nodes: readonly NodeNetworkState[]): readonly Section[] {
  const names = vnets.map(({ name }) => name).join(' and ')
  return nodes
    .filter(({ state }) => LACKING.has(state))
    .map(({ node, state }) => sectionOf(`${names} on ${node}`, [['state', state, 'available']]))
}

/** What a run mends, or tells of. */
const LACKING: ReadonlySet<NodeNetworkState['state']> = new Set(['absent', 'pending', 'failed', 'hanging'])

const stateOf = ({ pending }: VnetSeen): string =>
  ({
    unchanged: IN_FORCE,
    new: 'written and not applied',
    changed: 'a change of it is not applied',
    deleted: 'its deletion is not applied',
  })[pending]

const vnetAsIs = (vnet: VnetSeen): Section => {
  const is = vnet.configured ?? vnet.running
  return sectionOf(
    `vnet ${vnet.name}`,
    is === undefined ? [] : fieldsOf(is).map(([key, has]): Pair => [key, has, undefined]),
  )
}

/** What a bridge is made of is compared by its plan, which tells in words what is not as it should be. */
function bridgeSection(name: string, mark: string, node: string, actions: readonly NetworkAction[]): Section {
  const title = `bridge ${name} on ${node}`
  const action = actions.find((each) => 'bridge' in each && each.bridge === name)
  const state = actions.some((each) => each.kind === 'activate-network' && each.bridges.includes(name))
  if (action?.kind === 'create-bridge')
    return {
      title,
      has: undefined,
      asks: [
        ['comment', mark],
        ['state', IN_FORCE],
      ],
    }
  return sectionOf(title, [
    ['comment', mark, mark],
    [
      'state',
      action?.kind === 'update-bridge' ? action.reason : state ? 'staged and not in force' : IN_FORCE,
      IN_FORCE,
    ],
  ])
}

const goingBridges = (node: string, actions: readonly NetworkAction[]): readonly Section[] =>
  actions.flatMap((action): readonly Section[] =>
    action.kind === 'delete-bridge'
      ? [{ title: `bridge ${action.bridge} on ${node}`, has: [['comment', action.mark]], asks: undefined }]
      : [],
  )
