import type { Clock } from '../../model/clock.ts'
import type { Metrics } from '../../model/metrics-port.ts'
import type { Proxmox } from '../../model/ports.ts'

export interface WatchedProxmox {
  readonly proxmox: Proxmox
  /**
   * Why Proxmox counts as out of reach: it could not be read the last time, and that took long or was not the first, or it was not read
   * for so many milliseconds. Undefined when it was.
   */
  readonly silence: (limitMs: number) => string | undefined
}

/** A look that fails once may be bad luck; what lasts for so long is not. In milliseconds. */
const LUCK_MS = 10_000

/** Notes when the cluster was last read whole, for readiness and metrics. */
export function watchObservations(proxmox: Proxmox, metrics: Pick<Metrics, 'observed'>, clock: Clock): WatchedProxmox {
  /** By the steady clock. */
  let last: number | undefined
  let failing: { readonly since: number; readonly why: string } | undefined
  return {
    proxmox: {
      ...proxmox,
      observe: async (signal, asOf) => {
        const began = clock.steady()
        try {
          const snapshot = await proxmox.observe(signal, asOf)
          last = clock.steady()
          failing = undefined
          metrics.observed(clock.now())
          return snapshot
        } catch (error) {
          const why = error instanceof Error ? error.message : String(error)
          if (!signal.aborted) failing = { since: failing?.since ?? began, why }
          throw error
        }
      },
    },
    silence: (limitMs) => {
      const now = clock.steady()
      const seconds = (since: number): number => Math.round((now - since) / 1000)
      if (failing !== undefined && now - failing.since >= LUCK_MS)
        return `Proxmox could not be read for ${seconds(failing.since)} s: ${failing.why}`
      if (last === undefined) return 'Proxmox has not been read yet'
      return seconds(last) * 1000 > limitMs
        ? `Proxmox was last read ${seconds(last)} s ago; see the log for why`
        : undefined
    },
  }
}
