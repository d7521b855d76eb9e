import { z } from 'zod'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import type { VnetStateSeen } from '../../model/snapshot.ts'
import type { Api } from './api.ts'
import { zoneContent } from './schemas.ts'

/** Asks nodes about the VNets of a zone. */
export interface VnetStates {
  /** Of each zone on each node, as far as the node tells in time, or the list. */
  of(places: readonly ZoneOnNode[], signal: AbortSignal): Promise<readonly VnetStateSeen[]>
}

export interface ZoneOnNode {
  readonly zone: string
  readonly node: string
  /** The list's word for it, where that says that something is amiss. */
  readonly amiss: string | undefined
}

const whole = z.object({ data: zoneContent })

/**
 * One read for each zone on each node: meant for those that a node does not call available, since that word reaches the
 * cluster's list up to 10 s late, and says nothing of which VNet or why.
 */
export const createVnetStates = (api: Pick<Api, 'peek'>): VnetStates => {
  const one = async ({ zone, node, amiss }: ZoneOnNode, signal: AbortSignal): Promise<readonly VnetStateSeen[]> => {
    try {
      const reply = await api.peek('GET /nodes/{node}/sdn/zones/{zone}/content', { zone, node }, {}, whole, signal)
      return reply.data.map(({ vnet, status, statusmsg }) => ({
        node,
        zone,
        vnet,
        status: status ?? 'unknown',
        message: statusmsg,
      }))
    } catch (error) {
      signal.throwIfAborted()
      if (isProxmoxError(error, 'unauthorized')) throw error
      // Of a node that does not tell more the list's word counts: nothing better is known of any VNet there.
      return amiss === undefined ? [] : [{ node, zone, vnet: undefined, status: amiss, message: undefined }]
    }
  }
  return {
    of: async (places, signal) => (await Promise.all(places.map((place) => one(place, signal)))).flat(),
  }
}
