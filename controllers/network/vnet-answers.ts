import type { Finding } from '../../model/condition.ts'
import type { SdnApply, VnetWrite } from '../../model/plan/actions.ts'
import type { NodeNetworkState } from '../../model/node-network-state.ts'
import type { VnetWants } from '../../model/plan/network-plan.ts'
import type { VnetPlan } from '../../reconcilers/vnet/plan-vnets.ts'
import type { NetworkResult, NetworkTroubles } from './network-result.ts'

/** What a plan found, and for each VNet that waits for a write or the apply why neither is made. */
export function stopping({ actions, findings }: VnetPlan, findingOf: (name: string) => Finding): NetworkTroubles {
  const waiting = actions.flatMap((action) => (action.kind === 'apply-sdn' ? action.vnets : [action.vnet]))
  return blockedBy(new Map([...findings, ...waiting.map((name) => [name, findingOf(name)] as const)]))
}

/** Findings as what is in the way. */
export const blockedBy = (findings: ReadonlyMap<string, Finding>): NetworkTroubles =>
  new Map([...findings].map(([name, finding]) => [name, { kind: 'blocked', finding }]))

/** The same error for all of them. */
export const failing = (names: readonly string[], error: unknown): NetworkTroubles =>
  new Map(names.map((name) => [name, { kind: 'failed', error }]))

/**
 * The answer to one range: what a person can settle first, then what failed, and otherwise what each node has.
 *
 * @param statesOf whether these VNets are in force, node by node
 */
export function answerTo(
  { vnets, removals }: VnetWants,
  troubles: NetworkTroubles,
  statesOf: (names: readonly string[]) => readonly NodeNetworkState[],
): NetworkResult {
  const its = [...vnets, ...removals].flatMap(({ name }) => troubles.get(name) ?? [])
  const trouble = its.find(({ kind }) => kind === 'blocked') ?? its[0]
  return trouble ?? { kind: 'ready', nodes: statesOf(vnets.map(({ name }) => name)) }
}

/** The writes of a plan. */
export const writesOf = ({ actions }: Pick<VnetPlan, 'actions'>): readonly VnetWrite[] =>
  actions.filter((action) => action.kind !== 'apply-sdn')

/** The apply that a plan ends with, if it does. */
export const applyOf = ({ actions }: Pick<VnetPlan, 'actions'>): SdnApply | undefined =>
  actions.find((action) => action.kind === 'apply-sdn')
