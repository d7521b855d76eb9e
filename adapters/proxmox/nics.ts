import type { NicReader, NicSeen } from '../../model/network-ports.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import type { Api } from './api.ts'
import { guestPending, vmConfig } from './schemas.ts'

type Guest = Parameters<NicReader['on']>[1][number]

/** pveproxy and pvedaemon have three workers each, so more at once would only queue there. */
const AT_ONCE = 3

const isOn = (network: string, value: string | undefined): boolean =>
  (value ?? '').split(',').includes(`bridge=${network}`)

/** NICs of guests, as configured and as they will be after the next start; one read a guest. */
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

  const nicsOf = async (network: string, guest: Guest, signal: AbortSignal): Promise<readonly NicSeen[]> => {
    try {
      const { vmid, name } = guest
      const texts = await nicTexts(guest, signal)
      const nics = texts.filter(([key, text]) => /^net\d+$/.test(key) && isOn(network, text)).map(([key]) => key)
      return [...new Set(nics)].map((nic) => ({ vmid, name, nic }))
    } catch (error) {
      // Deleted since it was seen: it has no NIC any more.
      if (isProxmoxError(error, 'not-found')) return []
      throw error
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
