import type { Condition } from '../model/condition.ts'
import type { ConfigAudit } from './machine/config-audit.ts'
import type { NetworkController } from './network/network-controller.ts'
import type { NetworkRepair } from './network/network-repair.ts'
import type { StaleRoutes } from './network/stale-routes.ts'
import type { Pruning } from './removal/pruning.ts'
import type { Notifications } from './report/notifications.ts'

/** What a controller does beside its ranges: at the start, with each resync, and at the end. No range waits for any of it. */
export class Duties {
  readonly #notifications: Notifications
  readonly #pruning: Pruning
  readonly #networks: Pick<NetworkController, 'giveBackLeftover'>
  readonly #repair: Pick<NetworkRepair, 'ended'>
  readonly #staleRoutes: StaleRoutes
  readonly #audit: Pick<ConfigAudit, 'waitForNoTurn'>

  constructor(
    notifications: Notifications,
    pruning: Pruning,
    networks: Pick<NetworkController, 'giveBackLeftover'>,
    repair: Pick<NetworkRepair, 'ended'>,
    staleRoutes: StaleRoutes,
    audit: Pick<ConfigAudit, 'waitForNoTurn'>,
  ) {
    this.#notifications = notifications
    this.#pruning = pruning
    this.#networks = networks
    this.#repair = repair
    this.#staleRoutes = staleRoutes
    this.#audit = audit
  }

  /** Takes up how ready ranges were when an earlier life ended. */
  async rememberReady(before: ReadonlyMap<string, Condition>): Promise<void> {
    this.#notifications.startFrom(before)
    await this.#pruning.start(before)
  }

  /** A lock left behind stops everybody's work on the SDN, so it goes even when no range needs a change. */
  giveBackLeftover(): Promise<void> {
    return this.#networks.giveBackLeftover()
  }

  /** There will be no later turn in which something could be looked at. */
  expectNoLaterTurn(): void {
    this.#audit.waitForNoTurn()
  }

  /** Looks for ranges whose file is gone. @returns those of which something else is to be done or said now */
  prune(signal: AbortSignal): Promise<readonly string[]> {
    return this.#pruning.look(signal)
  }

  /** @param rangeIds of all ranges there are */
  removeStaleRoutes(rangeIds: readonly string[]): Promise<void> {
    return this.#staleRoutes.remove(rangeIds)
  }

  /** Resolves when no node's networks are being repaired. */
  repaired(): Promise<void> {
    return this.#repair.ended()
  }

  /** Resolves when nobody is waiting to be told any more, or after a while. */
  notified(signal: AbortSignal): Promise<void> {
    return this.#notifications.sent(signal)
  }
}
