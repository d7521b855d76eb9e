import type { Clock } from '../../model/clock.ts'
import type { VnetWants } from '../../model/plan/network-plan.ts'
import type { MigrationPlan, PoolMove } from '../../model/plan/migration-plan.ts'
import { NAT_VNET, vnetName } from '../../model/identity.ts'
import { runAgain } from '../../reconcilers/migration/run-again.ts'
import { hangingRemedy } from '../../reconcilers/vnet/networks-missing.ts'
import { lackingNodes } from '../../reconcilers/vnet/node-states.ts'
import type { NodeNetworkState } from '../../model/node-network-state.ts'
import type { NetworkResult } from '../network/network-result.ts'
import type { Repaired } from '../network/sdn-repair.ts'
import type { VnetMaker } from '../network/vnet-maker.ts'
import type { VnetRequest } from '../network/vnet-request.ts'

/** Why a pool's NICs can't move on account of its networks, as a sentence; left out where they are in force on all nodes of its VMs. */
type NetworksLacking = ReadonlyMap<string, string>

/** What of the new networks is there. */
export interface NetworksMade {
  readonly lacking: NetworksLacking
  /** Pool -> the nodes on which its networks are in force, whether VMs of it are there or not. */
  readonly inForce: ReadonlyMap<string, ReadonlySet<string>>
}

/** A node that reloads its network is waited for so long, and looked at so often, in milliseconds: a large one takes a minute. */
const PATIENCE = 300_000
const LOOK_EVERY = 2000

/** Makes VNets, and applies again where nodes lack what is applied. */
export interface NetworkParts {
  readonly maker: Pick<VnetMaker, 'make'>
  readonly repair: () => Promise<Repaired>
}

/**
 * Makes the VNets of all pools that are to move, with one apply, and waits until they are in force where their VMs are, as long as nodes
 * reload their networks. Where a node lacks what is applied by then, as its reload failed, or the apply stands at another node,
 * it is applied again: nobody else does.
 */
export async function makeVnets(
  plan: MigrationPlan,
  { maker, repair }: NetworkParts,
  clock: Pick<Clock, 'now' | 'sleep'>,
  signal: AbortSignal,
): Promise<NetworksMade> {
  const going = plan.pools.filter(({ vms, obstacles }) => vms.length > 0 && obstacles.length === 0)
  if (going.length === 0) return { lacking: new Map(), inForce: new Map() }
  const wantsOf = ({ number }: PoolMove): VnetWants => {
    const names = new Set([NAT_VNET.name, ...(number === undefined ? [] : [vnetName(number)])])
    return { kind: 'vnets', vnets: plan.wants.vnets.filter(({ name }) => names.has(name)), removals: [] }
  }
  const asked = going.map((pool) => ({ pool, wants: wantsOf(pool) }))
  const requests = asked.map(({ wants }): VnetRequest => ({
    wants,
    check: () => Promise.resolve(),
    onCommitted: () => undefined,
    onReloaded: () => undefined,
  }))
  const until = clock.now() + PATIENCE
  let standing: Repaired | undefined
  for (;;) {
    const turn = await maker.make(requests)
    const answers = asked.map(({ pool, wants }) => ({ pool, answer: turn.answerTo(wants) }))
    const reloads = answers.some(({ pool, answer }) =>
      statesAt(answer, pool).some(({ state }) => state === 'reloading'),
    )
    const lacks = answers.some(({ pool, answer }) => lackingNodes(statesAt(answer, pool)).length > 0)
    const isOver = !reloads && (!lacks || (standing !== undefined && HOPELESS.has(standing.kind)))
    if (isOver || clock.now() >= until)
      return {
        lacking: new Map(
          answers.flatMap(({ pool, answer }): [string, string][] => {
            const why = whyLacking(answer, pool, standing)
            return why === undefined ? [] : [[pool.pool, runAgain(why)]]
          }),
        ),
        inForce: new Map(answers.map(({ pool, answer }) => [pool.pool, availableOn(answer)])),
      }
    if (!reloads) standing = await repair()
    if (reloads || (standing !== undefined && !HOPELESS.has(standing.kind))) await clock.sleep(LOOK_EVERY, signal)
  }
}

/** What came of applying again that another time does not better. One that stands at a node may go on at the others. */
const HOPELESS: ReadonlySet<Repaired['kind']> = new Set(['applied', 'failed', 'held'])

/** What the nodes of a pool's VMs have of its networks. */
const statesAt = (result: NetworkResult, { vms }: PoolMove): readonly NodeNetworkState[] =>
  result.kind === 'ready' ? result.nodes.filter(({ node }) => vms.some((vm) => vm.node === node)) : []

const availableOn = (result: NetworkResult): ReadonlySet<string> =>
  new Set(
    result.kind === 'ready' ? result.nodes.flatMap(({ node, state }) => (state === 'available' ? [node] : [])) : [],
  )

function whyLacking(result: NetworkResult, pool: PoolMove, standing: Repaired | undefined): string | undefined {
  switch (result.kind) {
    case 'blocked':
      return result.finding.message
    case 'failed':
      return `${textOf(result.error)}; run this again`
    case 'ready': {
      const without = statesAt(result, pool).find(({ state }) => state !== 'available')
      return without && `node ${without.node} ${without.message}; ${remedyFor(without, standing)}`
    }
  }
}

function remedyFor({ node, state, task }: NodeNetworkState, standing: Repaired | undefined): string {
  if (task !== undefined) return `${hangingRemedy(node, task)}, then run this again`
  if (state === 'reloading') return 'run this again when it has'
  switch (standing?.kind) {
    case 'held':
      return `it would be repaired by applying again, which is not done, because ${standing.why}`
    case 'failed':
      return `applying again failed: ${textOf(standing.error)}; run this again once that is mended`
    case 'held-up':
      return 'applying again does not get there, as it stands at another node: bring that one back, then run this again'
    case 'applied':
      return `applying again has not helped; put the node in order (ifreload -a on ${node} tells what is wrong), then run this again`
    case 'unneeded':
    case undefined:
      return 'once that is mended, run this again'
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
