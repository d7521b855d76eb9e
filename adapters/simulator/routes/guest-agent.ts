import { failure } from '../api-error.ts'
import { agentAnswers, agentInterfaces } from '../guests/guest-agent.ts'
import { guestOf } from '../guests/guest-lookup.ts'
import { shared } from '../parameters.ts'
import { permAny } from '../permission.ts'
import type { Call, Route } from '../route.ts'
import type { Guest } from '../world.ts'

const guest = { node: shared.node, vmid: shared.vmid }
const audit = permAny('/vms/{vmid}', 'VM.GuestAgent.Audit', 'VM.GuestAgent.Unrestricted')

/** The VM, once its agent has answered; 500 when none is configured, when it is off, or after a while when none answers. */
const reached = async (call: Call): Promise<Guest> => {
  const found = guestOf(call)
  // One that is configured and switched off is asked all the same.
  if (!found.config.has('agent')) throw failure('No QEMU guest agent configured')
  if (found.running === undefined) throw failure(`VM ${found.vmid} is not running`)
  if (agentAnswers(call.sim.world, found)) return found
  await call.sim.clock.sleep(call.sim.durations.agentTimeout, call.sim.closed)
  throw failure('QEMU guest agent is not running')
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
    handle: async (call) => ({ result: agentInterfaces(await reached(call)) }),
  },
]
