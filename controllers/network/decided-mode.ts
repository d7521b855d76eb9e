import type { Finding } from '../../model/condition.ts'
import { NAT_VNET } from '../../model/identity.ts'
import type { NetworkMode } from '../../model/network-mode.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import { type ModeBefore, type ModeSeen, modeTurned, networkModeOf } from '../../reconcilers/network-mode.ts'

type Settings = Pick<PlanSettings, 'clusterMode' | 'natBridge' | 'zone'>

/**
 * How ranges get their networks, as decided by the first look that tells, and until Lanista is restarted: ranges would lose their
 * networks if it turned under them.
 */
export class DecidedMode {
  readonly #settings: () => Settings
  #decided: ModeBefore | undefined

  constructor(settings: () => Settings) {
    this.#settings = settings
  }

  /** The mode; a finding where this look calls for the other one, or does not tell. */
  modeOf(seen: ModeSeen): NetworkMode | Finding {
    const settings = this.#settings()
    const now = networkModeOf(seen, settings)
    if (typeof now === 'object') return now
    const decided = (this.#decided ??= { mode: now, several: false })
    // What has grown to a cluster may shrink by a fault like one that was there at the start.
    if (decided.mode === now && seen.nodes.length > 1) this.#decided = { mode: now, several: true }
    return modeTurned(decided, now, seen, settings) ?? decided.mode
  }

  /** As it was decided; undefined before the first look. */
  get mode(): NetworkMode | undefined {
    return this.#decided?.mode
  }

  /** The name of the NAT network: also the device to it on the machine that routes. That of VNets before the first look. */
  natDevice(): string {
    return this.#decided?.mode === 'bridges' ? this.#settings().natBridge : NAT_VNET.name
  }
}
