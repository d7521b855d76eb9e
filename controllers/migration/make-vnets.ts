import type { Clock } from '../../model/clock.ts'
import type { VnetWants } from '../../model/plan/network-plan.ts'
import type { MigrationPlan, PoolMove } from '../../model/plan/migration-plan.ts'
import { NAT_VNET, vnetName } from '../../model/identity.ts'
import type { NetworkResult } from '../network/network-result.ts'
import type { VnetMaker } from '../network/vnet-maker.ts'
import type { VnetRequest } from '../network/vnet-request.ts'

/** Why a pool's NICs can't move on account of its networks, as a sentence; left out where they are in force on all nodes of its VMs. */
export type NetworksLacking = ReadonlyMap<string, string>

/** A node that reloads its network is waited for so long, and looked at so often, in milliseconds: a large one takes a minute. */
const PATIENCE = 300_000
const LOOK_EVERY = 2000

/**
 * Makes the VNets of all pools that are to move, with one apply at most, and waits until they are in force where their VMs are, as long
 * as nodes reload their networks.
 */
export async function makeVnets(
  plan: MigrationPlan,
  maker: Pick<VnetMaker, 'make'>,
  clock: Pick<Clock, 'now' | 'sleep'>,
  signal: AbortSignal,
): Promise<NetworksLacking> {
  const going = plan.pools.filter(({ vms, obstacles }) => vms.length > 0 && obstacles.length === 0)
  if (going.length === 0) return new Map()
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
  for (;;) {
    const turn = await maker.make(requests)
    const answers = asked.map(({ pool, wants }) => ({ pool, answer: turn.answerTo(wants) }))
    const isPassing = answers.some(({ pool, answer }) => isReloading(answer, pool))
    if (!isPassing || clock.now() >= until)
      return new Map(
        answers.flatMap(({ pool, answer }): [string, string][] => {
          const why = whyLacking(answer, pool)
          return why === undefined ? [] : [[pool.pool, why]]
        }),
      )
    await clock.sleep(LOOK_EVERY, signal)
  }
}

const isReloading = (result: NetworkResult, { vms }: PoolMove): boolean =>
  result.kind === 'ready' &&
  result.nodes.some(({ node, state }) => state === 'reloading' && vms.some((vm) => vm.node === node))

function whyLacking(result: NetworkResult, { vms }: PoolMove): string | undefined {
  switch (result.kind) {
    case 'blocked':
      return result.finding.message
    case 'failed':
      return result.error instanceof Error ? result.error.message : String(result.error)
    case 'ready': {
      const here = new Set(vms.map(({ node }) => node))
      const without = result.nodes.find(({ node, state }) => here.has(node) && state !== 'available')
      return without && `node ${without.node} ${without.message}; once that is mended, run this again`
    }
  }
}
