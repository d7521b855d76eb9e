import type { ApiProbe } from '../../model/host-ports.ts'
import { shownUrl } from '../../model/shown-url.ts'
import { requestFor } from './calls.ts'
import { exchange } from './http.ts'
import { createSlots } from './slots.ts'
import { TrustingAgent } from './tls.ts'
import type { ProxmoxSettings } from './connect.ts'

const TIMEOUT_MS = 5000

/**
 * Asks all hosts of the API at once, each anew over a connection of its own, whether it answers; what it answers does not
 * matter. Takes five seconds at most.
 */
export const createApiProbe =
  ({ hosts, token, tls }: ProxmoxSettings): ApiProbe =>
  async () => {
    const asked = hosts.map(async (host) => {
      const agent = new TrustingAgent(tls, TIMEOUT_MS)
      try {
        const { origin: url } = new URL(host)
        const request = requestFor('GET /version', {}, {})
        const slots = createSlots()
        await exchange({ url, agent, slots }, request, `PVEAPIToken=${token}`, TIMEOUT_MS, new AbortController().signal)
        return undefined
      } catch (error) {
        return `${shownUrl(host)}: ${error instanceof Error ? error.message : String(error)}`
      } finally {
        agent.destroy()
      }
    })
    const complaints = await Promise.all(asked)
    return complaints.includes(undefined) ? undefined : complaints.join('; ')
  }
