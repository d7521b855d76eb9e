import type { NicReader, SdnWriter } from '../../model/network-ports.ts'
import type { Permit } from '../../model/permit.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { NodeNetworkState } from '../../model/node-network-state.ts'
import type { VnetWants } from '../../model/plan/network-plan.ts'
import type { ClusterObserver } from '../../model/ports.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { foreignFinding, HIDDEN_CHANGE, isOurPending, type VnetDemand } from '../../reconcilers/vnet/foreign-changes.ts'
import { nodeStates, withReloads } from '../../reconcilers/vnet/node-states.ts'
import { planVnets, type VnetPlan } from '../../reconcilers/vnet/plan-vnets.ts'
import { checkZones } from '../../reconcilers/zone/check-zones.ts'
import { lookAtSdn } from './look-at-sdn.ts'
import type { NetworkResult, NetworkTroubles } from './network-result.ts'
import type { HeldLock, SdnLock } from './sdn-lock.ts'
import { answerTo, applyOf, blockedBy, failing, stopping, writesOf } from './vnet-answers.ts'
import { VnetApply } from './vnet-apply.ts'
import { demandOf, permitFor, type VnetRequest } from './vnet-request.ts'
import type { Applied, VnetWriter } from './vnet-writer.ts'

/** What came of a turn. */
export interface VnetTurn {
  readonly answerTo: (wants: VnetWants) => NetworkResult
  readonly applied: Applied
}

/**
 * Makes VNets for all ranges of a turn together, and nothing that no range wants.
 *
 * 1. looks, and plans; where nothing is to be done, that is all
 * 2. asks for the SDN lock, on condition that nothing is pending
 * 3. looks and plans again: under the lock nobody else changes SDN configuration
 * 4. writes; right before each it asks whether that is still wanted
 * 5. looks and asks once more, and applies (`VnetApply`), which releases the lock, and tells whose VNets are committed;
 *    whatever happened, the lock is given back
 * 6. looks whether the networks are in force on every node, as soon as the apply has ended, or stands at a node that hangs
 */
export class VnetMaker {
  readonly #proxmox: ClusterObserver & { readonly sdn: Pick<SdnWriter, 'pendingSubnets'>; readonly nics: NicReader }
  readonly #writer: VnetWriter
  readonly #lock: SdnLock
  readonly #settings: () => PlanSettings
  readonly #signal: AbortSignal

  constructor(
    proxmox: ClusterObserver & { readonly sdn: Pick<SdnWriter, 'pendingSubnets'>; readonly nics: NicReader },
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

  /** Gives back a lock that an earlier life left behind; to be called once before anything else. */
  giveBackLeftover(): Promise<void> {
    return this.#lock.giveBackLeftover(this.#signal)
  }

  /** Resolves with what came of it for each range of the turn. Throws when the cluster can't be seen or asked. */
  async make(requests: readonly VnetRequest[]): Promise<VnetTurn> {
    const demand = demandOf(requests)
    const seen = await this.#look(false)
    const plan = this.#plan(demand, seen)
    if (plan.actions.length === 0) return this.#turn(blockedBy(plan.findings), seen)
    const left = seen.vnets.some((vnet) => vnet.pending !== 'unchanged' && isOurPending(vnet, demand, seen))
    const allowPending = this.#settings().applyForeign || left
    const held = await this.#lock.hold(allowPending, this.#signal, (lock) => this.#makeUnder(lock, demand, requests))
    switch (held.kind) {
      case 'done':
        return held.value
      case 'refused':
        return this.#turn(
          stopping(plan, () => held.finding),
          seen,
        )
      case 'pending':
        return this.#turn(await this.#stoppedByPending(plan, demand), seen)
    }
  }

  async #makeUnder(lock: HeldLock, demand: VnetDemand, requests: readonly VnetRequest[]): Promise<VnetTurn> {
    // The lists of zones and VNets don't tell of subnets; a lock that proves that nothing is pending speaks for them.
    const withSubnets = !lock.nothingPending
    const seen = await this.#look(withSubnets, 'now')
    const plan = this.#plan(demand, seen)
    const apply = applyOf(plan)
    if (apply === undefined) return this.#turn(blockedBy(plan.findings), seen)

    const permit = (vnet: string): Permit => permitFor(vnet, requests, this.#signal)
    const writes = writesOf(plan)
    const unwritten = await this.#writer.write(writes, seen, lock.token, permit)
    const before = new Map([...unwritten, ...blockedBy(plan.findings)])
    const look = (): Promise<ClusterSnapshot> => this.#look(withSubnets, 'now')
    const applying = new VnetApply(look, this.#proxmox.nics, this.#writer, this.#settings, this.#signal)
    const made = writes.filter(({ vnet }) => !unwritten.has(vnet))
    const { applied, troubles } = await applying.apply({ requests, apply, writes: made, troubles: before, seen }, lock)
    const failed = applied.kind === 'failed' ? failing(apply.vnets, applied.error) : []
    return this.#turn(new Map([...failed, ...troubles]), await this.#look(false), applied)
  }

  #look(withSubnets: boolean, asOf?: 'now'): Promise<ClusterSnapshot> {
    return lookAtSdn(this.#proxmox, withSubnets, this.#signal, asOf)
  }

  #plan(demand: VnetDemand, seen: ClusterSnapshot): VnetPlan {
    return planVnets(demand, seen, this.#settings())
  }

  /** Proxmox says that changes are pending: the next look mostly shows whose. */
  async #stoppedByPending(plan: VnetPlan, demand: VnetDemand): Promise<NetworkTroubles> {
    const now = this.#plan(demand, await this.#look(true))
    return stopping(
      plan,
      (name) => now.findings.get(name) ?? foreignFinding(`vnet ${name}`, 'not written', HIDDEN_CHANGE),
    )
  }

  /** @param seen after all that was done */
  #turn(troubles: NetworkTroubles, seen: ClusterSnapshot, applied: Applied = { kind: 'none' }): VnetTurn {
    const zone = checkZones(seen, this.#settings().zone)
    const statesOf = (names: readonly string[]): readonly NodeNetworkState[] =>
      withReloads(nodeStates(names, seen, zone), reloadsOf(applied))
    return { applied, answerTo: (wants) => answerTo(wants, troubles, statesOf) }
  }
}

/** What the apply's own log tells of nodes: why each did not reload, or undefined where it did. */
function reloadsOf(applied: Applied): ReadonlyMap<string, string | undefined> {
  switch (applied.kind) {
    case 'ended':
      return applied.failures
    case 'held-up':
      return applied.progress.through
    case 'none':
    case 'withheld':
    case 'failed':
      return new Map()
  }
}
