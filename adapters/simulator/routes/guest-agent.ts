import { failure } from '../api-error.ts'
import { guestOf } from '../guests/guest-lookup.ts'
import { hasAgent } from '../guests/guest-status.ts'
import { isNicKey, readNic } from '../guests/nic-format.ts'
import { shared } from '../parameters.ts'
import { permAny } from '../permission.ts'
import type { Call, Route } from '../route.ts'
import type { Guest } from '../world.ts'

const guest = { node: shared.node, vmid: shared.vmid }
const audit = permAny('/vms/{vmid}', 'VM.GuestAgent.Audit', 'VM.GuestAgent.Unrestricted')

/** The VM, once its agent has answered; 500 when it is off, has none, or after a while when that doesn't answer. */
const reached = async (call: Call): Promise<Guest> => {
  const found = guestOf(call)
  if (found.running === undefined) throw failure(`VM ${found.vmid} is not running`)
  if (!hasAgent(found)) throw failure('No QEMU guest agent configured')
  if (call.sim.world.guestsRespond) return found
  await call.sim.clock.sleep(call.sim.durations.agentTimeout, call.sim.closed)
  throw failure('QEMU guest agent is not running')
}

const interfaces = ({ config }: Guest): readonly Readonly<Record<string, unknown>>[] => {
  const loopback = {
    name: 'lo',
    'hardware-address': '00:00:00:00:00:00',
    'ip-addresses': [{ 'ip-address': '127.0.0.1', 'ip-address-type': 'ipv4', prefix: 8 }],
  }
  const cards = [...config].filter(([key]) => isNicKey(key)).map(([, value]) => readNic(String(value)))
  return [
    loopback,
    ...cards.map(({ mac }, index) => ({ name: `eth${index}`, 'hardware-address': mac?.toLowerCase() ?? '' })),
  ]
}

/** What the agent inside a VM says. The recorded lab had none that answered. */
export const guestAgentRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/nodes/{node}/qemu/{vmid}/agent/ping',
    permission: audit,
    proxy: 'node',
    params: guest,
    handle: async (call) => {
      await reached(call)
      return { result: {} }
    },
  },
  {
    method: 'GET',
    path: '/nodes/{node}/qemu/{vmid}/agent/network-get-interfaces',
    permission: audit,
    proxy: 'node',
    params: guest,
    handle: async (call) => ({ result: interfaces(await reached(call)) }),
  },
]
