import type { NicReader, NicSeen } from '../../model/network-ports.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import type { Api } from './api.ts'
import { guestPending, resources, vmConfig } from './schemas.ts'

type Guest = Parameters<NicReader['on']>[1][number]

/** pveproxy and pvedaemon have three workers each, so more at once would only queue there. */
const AT_ONCE = 3

/** One that is migrated again and again while it is looked for is not known. */
const MOVES_AT_MOST = 3

const isOn = (network: string, value: string | undefined): boolean =>
  (value ?? '').split(',').includes(`bridge=${network}`)

/** NICs of guests, as configured and as they will be after the next start; one read a guest, and two more of one that was migrated. */
export const createNicReader = (api: Pick<Api, 'read'>): NicReader => {
  /** Its `netN` texts, each NIC's current and pending one. */
  const nicTexts = async ({ kind, node, vmid }: Guest, signal: AbortSignal): Promise<readonly [string, string][]> => {
    if (kind === 'lxc') {
      const config = await api.read('GET /nodes/{node}/lxc/{vmid}/config', { node, vmid }, {}, vmConfig, signal)
      return Object.entries(config)
    }
    const rows = await api.read('GET /nodes/{node}/qemu/{vmid}/pending', { node, vmid }, {}, guestPending, signal)
    return rows.flatMap(({ key, value, pending }) =>
      [value, pending].flatMap((text): [string, string][] => (text === undefined ? [] : [[key, text]])),
    )
  }

  /** Where a guest is by now; undefined when there is none of that VMID any more. */
  const nodeOf = async ({ vmid }: Guest, signal: AbortSignal): Promise<string | undefined> => {
    const rows = await api.read('GET /cluster/resources', {}, { type: 'vm' }, resources, signal)
    return rows.find((row) => row.vmid === vmid)?.node
  }

  const nicsOf = async (network: string, guest: Guest, signal: AbortSignal): Promise<readonly NicSeen[]> => {
    for (let at = guest, moves = 0; ; moves += 1) {
      try {
        const { vmid, name } = at
        const texts = await nicTexts(at, signal)
        const nics = texts.filter(([key, text]) => /^net\d+$/.test(key) && isOn(network, text)).map(([key]) => key)
        return [...new Set(nics)].map((nic) => ({ vmid, name, nic }))
      } catch (error) {
        if (!isProxmoxError(error, 'not-found')) throw error
        // Not on that node any more: it was deleted since it was seen, and has no NIC any more, or it was migrated, with its NICs.
        const node = await nodeOf(at, signal)
        if (node === undefined) return []
        if (node === at.node || moves >= MOVES_AT_MOST) throw error
        at = { ...at, node }
      }
    }
  }

  return {
    async on(network, guests, signal) {
      const left = [...guests]
      const found: NicSeen[] = []
      const readOn = async (): Promise<void> => {
        for (let guest = left.shift(); guest !== undefined; guest = left.shift())
          found.push(...(await nicsOf(network, guest, signal)))
      }
      await Promise.all(Array.from({ length: AT_ONCE }, readOn))
      return found.sort((a, b) => a.vmid - b.vmid || a.nic.localeCompare(b.nic))
    },
  }
}
