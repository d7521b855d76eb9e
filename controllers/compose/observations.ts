import type { Clock } from '../../model/clock.ts'
import type { Metrics, Proxmox } from '../../model/ports.ts'

export interface WatchedProxmox {
  readonly proxmox: Proxmox
  /** Why Proxmox counts as out of reach: it was not read for so many milliseconds. Undefined when it was. */
  readonly silence: (limitMs: number) => string | undefined
}

/** Notes when the cluster was last read whole, for readiness and metrics. */
export function watchObservations(proxmox: Proxmox, metrics: Metrics, clock: Clock): WatchedProxmox {
  /** By the steady clock. */
  let last: number | undefined
  return {
    proxmox: {
      ...proxmox,
      observe: async (signal) => {
        const snapshot = await proxmox.observe(signal)
        last = clock.steady()
        metrics.observed(clock.now())
        return snapshot
      },
    },
    silence: (limitMs) => {
      if (last === undefined) return 'Proxmox has not been read yet'
      const seconds = Math.round((clock.steady() - last) / 1000)
      return seconds * 1000 > limitMs ? `Proxmox was last read ${seconds} s ago; see the log for why` : undefined
    },
  }
}
