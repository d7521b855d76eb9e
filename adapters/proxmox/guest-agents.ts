import type { GuestAgents } from '../../model/guest-agent.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import type { Api } from './api.ts'
import { agentInterfaces } from './schemas.ts'

/** Link-local and loopback: an interface has these whatever its link is. */
const OWN = /^(?:169\.254|127)\./

/**
 * Asks guest agents by one request, which Proxmox lets wait for three seconds where none answers (`VM.GuestAgent.Audit`; `VM.Monitor` before
 * Proxmox VE 9; from the source of qemu-server).
 */
export const createGuestAgents = (api: Pick<Api, 'peek'>): GuestAgents => ({
  async interfaces(node, vmid, signal) {
    const call = 'GET /nodes/{node}/qemu/{vmid}/agent/network-get-interfaces'
    try {
      const { data } = await api.peek(call, { node, vmid }, {}, agentInterfaces, signal)
      const interfaces = data.result.map(({ name, 'hardware-address': mac = '', 'ip-addresses': all = [] }) => ({
        name,
        mac: mac.toLowerCase(),
        addresses: all.flatMap(({ 'ip-address': address, 'ip-address-type': type }) =>
          type === 'ipv4' && !OWN.test(address) ? [address] : [],
        ),
      }))
      return { kind: 'answered', interfaces }
    } catch (error) {
      signal.throwIfAborted()
      if (isProxmoxError(error, 'unauthorized')) throw error
      return isProxmoxError(error, 'forbidden') ? { kind: 'forbidden', why: error.message } : { kind: 'silent' }
    }
  },
})
