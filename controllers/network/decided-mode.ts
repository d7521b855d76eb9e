import type { Finding } from '../../model/condition.ts'
import { NAT_VNET } from '../../model/identity.ts'
import { modeTurned, type NetworkMode, networkModeOf } from '../../model/network-mode.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'

/**
 * How ranges get their networks, as decided at the first look and until Lanista is restarted: ranges would lose their
 * networks if it turned under them.
 */
export class DecidedMode {
  readonly #settings: () => Pick<PlanSettings, 'clusterMode' | 'natBridge'>
  #mode: NetworkMode | undefined

  constructor(settings: () => Pick<PlanSettings, 'clusterMode' | 'natBridge'>) {
    this.#settings = settings
  }

  /** The mode, which the first look decides, and what is in the way where this look calls for the other one. */
  modeOf(snapshot: Pick<ClusterSnapshot, 'nodes'>): {
    readonly mode: NetworkMode
    readonly turned: Finding | undefined
  } {
    const now = networkModeOf(snapshot, this.#settings())
    const mode = (this.#mode ??= now)
    const names = snapshot.nodes.map(({ name }) => name)
    return { mode, turned: modeTurned(mode, now, names) }
  }

  /** The name of the NAT network: also the device to it on the machine that routes. A cluster's before the first look. */
  natDevice(): string {
    return this.#mode === 'bridges' ? this.#settings().natBridge : NAT_VNET.name
  }
}
