import { z } from 'zod'
import type { GuestCounted as Guest, NicReader, NicSeen } from '../../model/network-ports.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import type { Api } from './api.ts'
import type { GuestCensus } from './guest-census.ts'
import type { Plugs } from './plugs.ts'
import { guestPending, resources } from './schemas.ts'
import { isVmidTaken } from './vmid-taken.ts'

/** Many are read under the SDN lock: as many at once as one node may be asked, since they may all be on one. */
const AT_ONCE = 8

/** One that is migrated again and again while it is looked for is not known. */
const MOVES_AT_MOST = 3

const wholePending = z.object({ data: guestPending })

const isOn = (network: string, value: string | undefined): boolean =>
  (value ?? '').split(',').includes(`bridge=${network}`)

interface NicDeps {
  readonly api: Pick<Api, 'read' | 'peek'>
  readonly census: GuestCensus
  readonly plugs: Plugs
}

/** @param port such as `1010011 net0` */
function nicOfPort(port: string): NicSeen {
  const [vmid, nic] = port.split(' ')
  return { vmid: Number(vmid), name: undefined, nic: nic ?? '' }
}

/** NICs of guests, as configured and as they will be after the next start; one read a guest, and two more of one that was migrated or is gone. */
export const createNicReader = ({ api, census, plugs }: NicDeps): NicReader => {
  /** Its `netN` texts, each NIC's current and pending one. A node that does not tell in time is not waited for. */
  const nicTexts = async ({ kind, node, vmid }: Guest, signal: AbortSignal): Promise<readonly [string, string][]> => {
    // A container's configuration shows what waits in the place of what is.
    const pending =
      kind === 'lxc'
        ? await api.peek('GET /nodes/{node}/lxc/{vmid}/pending', { node, vmid }, {}, wholePending, signal)
        : await api.peek('GET /nodes/{node}/qemu/{vmid}/pending', { node, vmid }, {}, wholePending, signal)
    return pending.data.flatMap(({ key, value, pending: next }) =>
      [value, next].flatMap((text): [string, string][] => (text === undefined ? [] : [[key, text]])),
    )
  }

  /** Where a guest is by now; undefined when no list says. */
  const nodeOf = async ({ vmid }: Guest, signal: AbortSignal): Promise<string | undefined> => {
    const rows = await api.read('GET /cluster/resources', {}, { type: 'vm' }, resources, signal)
    return rows.find((row) => row.vmid === vmid)?.node
  }

  /** What of a guest is on which of the networks. */
  const nicsOf = async (
    networks: readonly string[],
    guest: Guest,
    signal: AbortSignal,
  ): Promise<readonly (readonly [string, NicSeen])[]> => {
    for (let at = guest, moves = 0; ; moves += 1) {
      try {
        const { vmid, name } = at
        const texts = (await nicTexts(at, signal)).filter(([key]) => /^net\d+$/.test(key))
        return networks.flatMap((network) => {
          const nics = texts.filter(([, text]) => isOn(network, text)).map(([key]) => key)
          return [...new Set(nics)].map((nic) => [network, { vmid, name, nic }] as const)
        })
      } catch (error) {
        if (!isProxmoxError(error, 'not-found')) throw error
        // Not on that node any more: it was deleted since it was seen, and has no NIC any more, or it was migrated, with its NICs.
        const node = await nodeOf(at, signal)
        // A list may leave it out; its VMID alone proves that it is gone.
        if (node === undefined && !(await isVmidTaken(api, at.vmid, signal))) return []
        if (node === undefined || node === at.node || moves >= MOVES_AT_MOST) throw error
        at = { ...at, node }
      }
    }
  }

  const onEach: NicReader['onEach'] = async (networks, guests, signal) => {
    const found = new Map(networks.map((network): [string, NicSeen[]] => [network, []]))
    if (networks.length === 0) return found
    const left = [...guests]
    const readOn = async (): Promise<void> => {
      for (let guest = left.shift(); guest !== undefined; guest = left.shift())
        for (const [network, nic] of await nicsOf(networks, guest, signal)) found.get(network)?.push(nic)
    }
    try {
      await Promise.all(Array.from({ length: AT_ONCE }, readOn))
    } catch (error) {
      // Nothing is known then, so nobody else needs to be read.
      left.length = 0
      throw error
    }
    for (const nics of found.values()) nics.sort((a, b) => a.vmid - b.vmid || a.nic.localeCompare(b.nic))
    return found
  }

  const plugged: NicReader['plugged'] = async (vnets, nodes, signal) => {
    const zones = [...new Set(vnets.map(({ zone }) => zone))]
    const bridges = await Promise.all(
      zones.flatMap((zone) => nodes.map(async (node) => [zone, await plugs.on(node, zone, signal, 'now')] as const)),
    )
    return new Map(
      vnets.map(({ name, zone }) => [
        name,
        bridges.flatMap(([of, onNode]) => {
          const here = of === zone ? onNode?.get(name) : undefined
          return here === undefined || here === 'gone' ? [] : [...here].map(nicOfPort)
        }),
      ]),
    )
  }

  return {
    onEach,
    plugged,
    everyGuest: (known, signal) =>
      census.take(
        known.map(({ vmid }) => vmid),
        signal,
      ),
    on: async (network, guests, signal) => (await onEach([network], guests, signal)).get(network) ?? [],
  }
}
