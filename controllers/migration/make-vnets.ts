import type { VnetWants } from '../../model/plan/network-plan.ts'
import type { MigrationPlan, PoolMove } from '../../model/plan/migration-plan.ts'
import { NAT_VNET, vnetName } from '../../model/identity.ts'
import type { NetworkResult } from '../network/network-result.ts'
import type { VnetMaker } from '../network/vnet-maker.ts'
import type { VnetRequest } from '../network/vnet-request.ts'

/** Why a pool's NICs can't move on account of its networks, as a sentence; left out where they are in force on all nodes of its VMs. */
export type NetworksLacking = ReadonlyMap<string, string>

/** Makes the VNets of all pools that are to move, with one apply at most, and looks whether they are in force where their VMs are. */
export async function makeVnets(plan: MigrationPlan, maker: Pick<VnetMaker, 'make'>): Promise<NetworksLacking> {
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
  const turn = await maker.make(requests)
  return new Map(
    asked.flatMap(({ pool, wants }): [string, string][] => {
      const why = whyLacking(turn.answerTo(wants), pool)
      return why === undefined ? [] : [[pool.pool, why]]
    }),
  )
}

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
