import type { BridgeWriter } from '../../model/network-ports.ts'
import { ProxmoxError } from '../../model/proxmox-error.ts'
import type { Api } from './api.ts'
import type { Params } from './calls.ts'
import { nodeNetworkSeen } from './node-networks.ts'
import type { RunTask } from './run-task.ts'
import { nodeInterface, nodeNetwork, nothing } from './schemas.ts'

/** What a range bridge is made of. A VLAN-aware bridge carries the VLANs 2-4094 unless it is told others (recorded). */
const bridge = (comments: string): Params => ({ type: 'bridge', autostart: 1, bridge_vlan_aware: 1, comments })

const ACTIVATE = 'PUT /nodes/{node}/network'
/** Proxmox sets no limit to a reload; nobody waits for longer, in milliseconds. */
const LONGEST_MS = 120_000

const hangingText = (node: string, upid: string): string =>
  `${ACTIVATE}: the reload of node ${node} has not ended for ${LONGEST_MS / 1000} s; see what it waits for ` +
  `(ps -ef --forest on ${node}), or end its task${upid === '' ? '' : ` (pvesh delete /nodes/${node}/tasks/${upid})`}`

/** The bridges of a node, in its own network configuration. */
export const createBridgeWriter = (api: Api, runTask: RunTask): BridgeWriter => ({
  look: async (node, signal) =>
    nodeNetworkSeen(node, await api.peek('GET /nodes/{node}/network', { node }, {}, nodeNetwork, signal)),

  async createBridge(node, name, comment, permit) {
    const params = { iface: name, ...bridge(comment) }
    await api.write('POST /nodes/{node}/network', { node }, params, nothing, permit)
  },

  // What is left out stays, but for addresses, which Proxmox then drops; what is deleted gets Proxmox' default.
  async updateBridge(node, name, comment, permit) {
    const where = { node, iface: name }
    const kept = await api.read('GET /nodes/{node}/network/{iface}', where, {}, nodeInterface, permit.signal)
    const addresses = Object.fromEntries(
      Object.entries(kept).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
    )
    const params = { ...bridge(comment), ...addresses, delete: 'bridge_ports,bridge_vids' }
    await api.write('PUT /nodes/{node}/network/{iface}', where, params, nothing, permit)
  },

  async deleteBridge(node, name, permit) {
    await api.write('DELETE /nodes/{node}/network/{iface}', { node, iface: name }, {}, nothing, permit)
  },

  async revert(node, permit) {
    await api.write('DELETE /nodes/{node}/network', { node }, {}, nothing, permit)
  },

  async activate(node, permit) {
    const leave = new AbortController()
    const signal = AbortSignal.any([permit.signal, leave.signal])
    let upid = ''
    const task = runTask(ACTIVATE, { node }, {}, { ...permit, signal }, (started) => (upid = started))
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      const fail = (): void => reject(new ProxmoxError('task-failed', ACTIVATE, hangingText(node, upid)))
      timer = setTimeout(fail, LONGEST_MS)
    })
    try {
      await Promise.race([task, late])
    } finally {
      clearTimeout(timer)
      leave.abort()
      task.catch(() => undefined)
    }
  },
})
