import { z } from 'zod'
import type { Clock } from '../../model/clock.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import type { Api } from './api.ts'
import { UnknownCall } from './errors.ts'
import { zoneBridges } from './schemas.ts'

/** Which NICs of running VMs are plugged into the VNets of a zone. */
export interface Plugs {
  /**
   * Undefined when the node does not tell (before Proxmox VE 9.1, or not in time). Nothing else shows it: a VM whose NIC hangs
   * on no bridge looks well in every other respect.
   *
   * @param asOf how old the answer may be; left out: a few seconds
   */
  on(node: string, zone: string, signal: AbortSignal, asOf?: Freshness): Promise<Plugged | undefined>
}

/** `now`: an answer of a moment ago does not do; a number: it was asked for since then, in milliseconds of the clock. */
export type Freshness = 'now' | number

/** VNet -> the NICs on its bridge, such as `1010011 net0`; `gone` where the node has no such bridge. */
export type Plugged = ReadonlyMap<string, ReadonlySet<string> | 'gone'>

const whole = z.object({ data: zoneBridges })

/** VMs are looked at one after the other, and one answer is of all VMs of a node. In milliseconds. */
const FRESH = 5000
/** A node that does not know the call is asked again after so many milliseconds. */
const ASKED_AGAIN = 600_000

/** @param clock a steady one */
export function createPlugs(api: Pick<Api, 'peek'>, clock: Pick<Clock, 'now'>): Plugs {
  /** Node -> when it said that it does not know the call (501): each has its own release, and is upgraded some day. */
  const unknownAt = new Map<string, number>()
  const seen = new Map<string, { readonly at: number; readonly bridges: ReturnType<Plugs['on']> }>()

  const read = async (node: string, zone: string, signal: AbortSignal): Promise<Plugged | undefined> => {
    try {
      const { data } = await api.peek('GET /nodes/{node}/sdn/zones/{zone}/bridges', { node, zone }, {}, whole, signal)
      return new Map(
        data.map(({ name, vlan_filtering: kernel, ports }) => [
          name,
          // What is configured is listed; of a bridge that is not there the kernel says nothing.
          kernel === undefined && ports.length === 0
            ? 'gone'
            : new Set(
                ports.flatMap(({ vmid, index }) =>
                  vmid === undefined || index === undefined ? [] : [`${vmid} ${index}`],
                ),
              ),
        ]),
      )
    } catch (error) {
      signal.throwIfAborted()
      if (isProxmoxError(error, 'unauthorized')) throw error
      if (error instanceof UnknownCall) unknownAt.set(node, clock.now())
      return undefined
    }
  }

  return {
    async on(node, zone, signal, asOf) {
      const unknown = unknownAt.get(node)
      if (unknown !== undefined && clock.now() - unknown < ASKED_AGAIN) return undefined
      const key = `${node} ${zone}`
      const known = seen.get(key)
      const oldest = asOf ?? clock.now() - FRESH
      if (oldest !== 'now' && known !== undefined && known.at >= oldest) return known.bridges
      const bridges = read(node, zone, signal)
      seen.set(key, { at: clock.now(), bridges })
      return bridges
    },
  }
}
