import type { SdnWriter } from '../../model/network-ports.ts'
import { always, provided, Withdrawn } from '../../model/permit.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { ClusterObserver } from '../../model/ports.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { foreignText, HIDDEN_CHANGE } from '../../reconcilers/vnet/foreign-changes.ts'
import { reloadingNodes } from '../../reconcilers/reloading-nodes.ts'
import { repairNeed } from '../../reconcilers/vnet/repair-need.ts'
import { checkZones } from '../../reconcilers/zone/check-zones.ts'
import { lookAtSdn } from './look-at-sdn.ts'
import { patienceAt } from './reload-watch.ts'
import type { HeldLock, SdnLock } from './sdn-lock.ts'
import type { VnetWriter } from './vnet-writer.ts'

/** What came of one repair. */
export type Repaired =
  /** An apply was made for it, and ended. Whether it has helped, the next look tells. */
  | { readonly kind: 'applied' }
  /** One was made, and stands at a node that hangs. */
  | { readonly kind: 'held-up' }
  | { readonly kind: 'failed'; readonly error: unknown }
  /** By now no node lacks anything, or nodes are being reloaded. */
  | { readonly kind: 'unneeded' }
  /** Nothing was done. `why`: a part of a sentence, with what to do. */
  | { readonly kind: 'held'; readonly why: string }

type Judged = { readonly kind: 'needed'; readonly why: string } | Extract<Repaired, { kind: 'unneeded' | 'held' }>

/** Why an apply was not sent: what the look right before it showed, or that there could be none. */
function outcomeOf(late: Judged, error: unknown): Repaired {
  return late.kind === 'needed' || !(error instanceof Withdrawn) ? { kind: 'failed', error } : late
}

/**
 * Repairs nodes that lack networks which are applied, by applying again, once.
 *
 * 1. looks whether that is still needed, and would do nothing else
 * 2. asks for the SDN lock on condition that nothing is pending
 * 3. applies, and right before each time that is sent looks once more: no lock keeps anybody from staging changes on a node,
 *    which an apply activates
 *
 * Nothing is written for it, and it gives way to whatever anybody has pending.
 */
export class SdnRepair {
  readonly #proxmox: ClusterObserver & { readonly sdn: Pick<SdnWriter, 'pendingSubnets'> }
  readonly #writer: VnetWriter
  readonly #lock: SdnLock
  readonly #settings: () => PlanSettings
  readonly #signal: AbortSignal

  constructor(
    proxmox: ClusterObserver & { readonly sdn: Pick<SdnWriter, 'pendingSubnets'> },
    writer: VnetWriter,
    lock: SdnLock,
    settings: () => PlanSettings,
    signal: AbortSignal,
  ) {
    this.#proxmox = proxmox
    this.#writer = writer
    this.#lock = lock
    this.#settings = settings
    this.#signal = signal
  }

  /**
   * Throws when the cluster can't be seen or asked.
   *
   * @param hidden why nodes may lack networks although no look tells
   */
  async repair(hidden: string | undefined): Promise<Repaired> {
    const early = this.#judge(await this.#look(false), hidden)
    if (early.kind !== 'needed') return early
    const { applyForeign } = this.#settings()
    const held = await this.#lock.hold(applyForeign, this.#signal, (lock) => this.#repairUnder(lock, hidden, early.why))
    switch (held.kind) {
      case 'done':
        return held.value
      case 'refused':
        return { kind: 'held', why: held.finding.message }
      case 'pending': {
        const now = this.#judge(await this.#look(true), hidden)
        return now.kind === 'held' ? now : { kind: 'held', why: `that would also ${foreignText(HIDDEN_CHANGE)}` }
      }
    }
  }

  async #repairUnder(lock: HeldLock, hidden: string | undefined, why: string): Promise<Repaired> {
    let late: Judged = { kind: 'unneeded' }
    let seen: ClusterSnapshot | undefined
    const isNeeded = async (): Promise<void> => {
      seen = await this.#look(!lock.nothingPending, 'now')
      late = this.#judge(seen, hidden)
      if (late.kind !== 'needed') throw new Withdrawn('the networks are not to be applied again any more')
    }
    const permit = provided(isNeeded, always(this.#signal))
    const watch = {
      onCommitted: () => undefined,
      onProgress: () => undefined,
      patience: (at: string | undefined) => (seen === undefined ? 0 : patienceAt(at, seen)),
    }
    const applied = await this.#writer.apply({ vnets: [], reason: `to repair ${why}` }, lock, permit, watch)
    switch (applied.kind) {
      case 'withheld':
        return outcomeOf(late, applied.error)
      case 'failed':
        return applied
      case 'ended':
        return { kind: 'applied' }
      case 'held-up':
        return { kind: 'held-up' }
    }
  }

  #look(withSubnets: boolean, asOf?: 'now'): Promise<ClusterSnapshot> {
    return lookAtSdn(this.#proxmox, withSubnets, this.#signal, asOf)
  }

  #judge(seen: ClusterSnapshot, hidden: string | undefined): Judged {
    const settings = this.#settings()
    const { lacking, obstacle } = repairNeed(seen, checkZones(seen, settings.zone), settings)
    const whys = [
      ...lacking.map(({ node, message }) => `node ${node}, which ${message}`),
      ...(hidden === undefined ? [] : [hidden]),
    ]
    if (whys.length === 0 || reloadingNodes(seen).size > 0) return { kind: 'unneeded' }
    return obstacle === undefined ? { kind: 'needed', why: whys.join('; ') } : { kind: 'held', why: obstacle }
  }
}
