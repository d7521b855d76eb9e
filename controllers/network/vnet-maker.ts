import type { Clock } from '../../model/clock.ts'
import type { Finding } from '../../model/condition.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { VnetAction } from '../../model/plan/actions.ts'
import type { NodeNetworkState, VnetWants } from '../../model/plan/network-plan.ts'
import type { NicReader, ReloadFailure, SdnLockStore, SdnWriter } from '../../model/network-ports.ts'
import type { ClusterObserver, Logger } from '../../model/ports.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { inOrderOfName } from '../../reconcilers/placement/compare-names.ts'
import { reloadingNodes } from '../../reconcilers/reloading-nodes.ts'
import { foreignFinding, type VnetDemand } from '../../reconcilers/vnet/foreign-changes.ts'
import { lackingNodes, nodeStates, withReloadFailures } from '../../reconcilers/vnet/node-states.ts'
import { planVnets, type VnetPlan } from '../../reconcilers/vnet/plan-vnets.ts'
import { checkZone } from '../../reconcilers/zone/check-zone.ts'
import type { NetworkResult } from './network-result.ts'
import { networkUse, whyItStays } from './network-use.ts'
import type { Repairs } from './repairs.ts'
import { type Leave, SdnLock } from './sdn-lock.ts'

export interface VnetMakerParts {
  readonly proxmox: ClusterObserver & { readonly sdn: SdnWriter; readonly nics: NicReader }
  readonly lockStore: SdnLockStore
  readonly settings: () => PlanSettings
  readonly logger: Logger
  readonly clock: Clock
  readonly repairs: Repairs
}

type Answer = (wants: VnetWants) => NetworkResult

interface VnetRequest {
  readonly wants: VnetWants
  /** Called when its VNets are committed, so that they come into force with each node's reload. */
  readonly onCommitted: () => void
}

/** Tells those requests of a commit of whose VNets none is left out. */
type TellCommitted = (leftOut: (vnet: string) => boolean) => void

/**
 * Makes VNets for all ranges of a turn together.
 *
 * 1. looks, and plans; where nothing is to be done, that is all
 * 2. asks for the SDN lock, on condition that nothing is pending
 * 3. looks and plans again: under the lock nobody else changes SDN configuration
 * 4. writes, and looks once more: without a lock (before Proxmox VE 9) others may have changed the SDN meanwhile, and no
 *    lock keeps anybody from staging changes on a node, which an apply activates
 * 5. applies, which releases the lock, and tells whose VNets are committed; whatever happened, the lock is given back
 * 6. looks whether the networks are in force on every node
 */
export class VnetMaker {
  readonly #parts: VnetMakerParts
  readonly #lock: SdnLock
  readonly #signal: AbortSignal

  constructor(parts: VnetMakerParts, signal: AbortSignal) {
    this.#parts = parts
    this.#signal = signal
    this.#lock = new SdnLock(parts.proxmox.sdn, parts.lockStore, parts.clock, parts.logger)
  }

  /** Resolves with the answer for each range of the turn. Throws when the cluster can't be seen or asked. */
  async make(requests: readonly VnetRequest[]): Promise<Answer> {
    const demand: VnetDemand = {
      wants: inOrderOfName(requests.flatMap(({ wants }) => wants.vnets)),
      removals: inOrderOfName(requests.flatMap(({ wants }) => wants.removals)),
    }
    const tellCommitted: TellCommitted = (leftOut) => {
      for (const { wants, onCommitted } of requests) if (!wants.vnets.some(({ name }) => leftOut(name))) onCommitted()
    }
    const seen = await this.#look()
    const plan = this.#plan(demand, seen)
    if (plan.actions.length === 0) return this.#answers(plan.findings, new Map(), seen, new Map())
    const { applyForeign } = this.#parts.settings()
    const leave = await this.#lock.ask(applyForeign || plan.leftPending.length > 0, this.#signal)
    switch (leave.kind) {
      case 'granted':
        return this.#makeWith(leave, demand, applyForeign || plan.leftPending.length > 0, tellCommitted)
      case 'refused':
        return this.#answers(
          stopping(plan, () => leave.finding),
          new Map(),
          seen,
          new Map(),
        )
      case 'pending':
        return this.#answers(await this.#pendingFindings(plan, demand), new Map(), seen, new Map())
    }
  }

  /** Gives back a lock that an earlier life left behind; to be called once before anything else. */
  async giveBackLeftover(): Promise<void> {
    await this.#lock.giveBackLeftover(this.#signal)
  }

  async #makeWith(
    { token }: Extract<Leave, { kind: 'granted' }>,
    demand: VnetDemand,
    mayBePending: boolean,
    tellCommitted: TellCommitted,
  ): Promise<Answer> {
    const errors = new Map<string, unknown>()
    let held = token
    try {
      // The lists of zones and VNets don't tell of subnets; a lock that proves that nothing is pending speaks for them.
      const proven = token !== undefined && !mayBePending
      const seen = await this.#look(!proven)
      const plan = this.#plan(demand, seen)
      const failures = new Map<string, string>()
      const findings = new Map(plan.findings)
      for (const action of plan.actions) {
        if (action.kind !== 'apply-sdn') {
          const finding = await this.#write(action, seen, token, errors)
          if (finding !== undefined) findings.set(action.vnet, finding)
          continue
        }
        // No VNet that waits for it was written: it would only reload every node for nothing.
        if (action.vnets.every((name) => errors.has(name) || findings.has(name))) continue
        const late = this.#plan(demand, await this.#look(!proven))
        const stopped = action.vnets.filter((name) => late.findings.has(name))
        for (const name of stopped) findings.set(name, late.findings.get(name)!)
        if (stopped.length > 0 && late.actions.length === 0) continue
        // Nothing waited for it: it only repairs nodes.
        const forRepair = plan.actions.length === 1 && plan.leftPending.length === 0
        const onCommitted = (): void => tellCommitted((vnet) => errors.has(vnet) || findings.has(vnet))
        const applied = await this.#apply(action, token, forRepair, errors, onCommitted)
        if (applied !== undefined) held = undefined
        for (const { node, why } of applied ?? []) failures.set(node, why)
      }
      if (held === undefined && token !== undefined) await this.#lock.forget()
      return this.#answers(findings, errors, plan.actions.length === 0 ? seen : await this.#look(), failures)
    } finally {
      await this.#lock.giveBack(held)
    }
  }

  async #look(withSubnets = false): Promise<ClusterSnapshot> {
    const { proxmox } = this.#parts
    const seen = await proxmox.observe(this.#signal)
    if (!withSubnets) return seen
    const vnets = seen.vnets.flatMap(({ name, configured }) => (configured === undefined ? [] : [name]))
    const subnets = await proxmox.sdn.pendingSubnets(vnets, this.#signal)
    return { ...seen, otherPending: [...seen.otherPending, ...subnets] }
  }

  #plan(demand: VnetDemand, seen: ClusterSnapshot): VnetPlan {
    const { settings, repairs } = this.#parts
    const lacking = lackingNodes(this.#states(demand.wants, seen))
    if (lacking.length === 0) repairs.well()
    // While networks are being reloaded, nodes may well lack what they have in a moment.
    const repair = repairs.due(lacking.length === 0 || reloadingNodes(seen).size > 0 ? undefined : lackingText(lacking))
    return planVnets(demand, seen, { repair, applyForeign: settings().applyForeign })
  }

  #states(vnets: VnetWants['vnets'], seen: ClusterSnapshot): readonly NodeNetworkState[] {
    const { zone } = this.#parts.settings()
    const names = vnets.map(({ name }) => name)
    return nodeStates(zone, names, seen, checkZone(seen, zone).unreached)
  }

  /** Proxmox says that changes are pending: the next look mostly shows whose. */
  async #pendingFindings(plan: VnetPlan, demand: VnetDemand): Promise<ReadonlyMap<string, Finding>> {
    const now = this.#plan(demand, await this.#look(true))
    const hidden = {
      sdn: ['a change of a kind that Lanista does not read (look in Datacenter > SDN)'],
      staged: new Map(),
      untold: [],
    }
    return stopping(plan, (name) => now.findings.get(name) ?? foreignFinding(`vnet ${name}`, hidden))
  }

  /** Why the write was left out after all, if it was. */
  async #write(
    action: Exclude<VnetAction, { kind: 'apply-sdn' }>,
    seen: ClusterSnapshot,
    token: string | undefined,
    errors: Map<string, unknown>,
  ): Promise<Finding | undefined> {
    const { logger, proxmox } = this.#parts
    const { sdn, nics } = proxmox
    const { vnet, reason } = action
    try {
      this.#signal.throwIfAborted()
      if (action.kind === 'delete-vnet') {
        const network = { kind: 'vnet', name: vnet } as const
        const stays = whyItStays(network, await networkUse(network, seen.guests, nics, this.#signal))
        if (stays?.kind === 'failed') throw stays.error
        if (stays?.kind === 'blocked') return stays.finding
      }
      logger.info(WORDS[action.kind], { vnet, reason })
      switch (action.kind) {
        case 'create-vnet':
          await sdn.createVnet(vnet, action.config, token, this.#signal)
          break
        case 'update-vnet':
          await sdn.updateVnet(vnet, action.changes, token, this.#signal)
          break
        case 'delete-vnet':
          await sdn.deleteVnet(vnet, token, this.#signal)
          break
      }
    } catch (error) {
      errors.set(vnet, error)
    }
    return undefined
  }

  /** The nodes that the apply did not reach; undefined when it is not known to have committed. */
  async #apply(
    { vnets, reason }: Extract<VnetAction, { kind: 'apply-sdn' }>,
    token: string | undefined,
    forRepair: boolean,
    errors: Map<string, unknown>,
    onCommitted: () => void,
  ): Promise<readonly ReloadFailure[] | undefined> {
    const { logger, proxmox, repairs } = this.#parts
    try {
      this.#signal.throwIfAborted()
      logger.info('applying SDN configuration', { reason })
      const failures = await proxmox.sdn.apply(token, this.#signal, onCommitted)
      repairs.applied(forRepair)
      return failures
    } catch (error) {
      repairs.applied(forRepair)
      // What was committed before it failed is not pending any more, so only this says that nodes may lack it.
      repairs.owe(`the last apply failed, so that nodes may lack ${vnets.join(', ')}`)
      for (const name of vnets) if (!errors.has(name)) errors.set(name, error)
      return undefined
    }
  }

  #answers(
    findings: ReadonlyMap<string, Finding>,
    errors: ReadonlyMap<string, unknown>,
    seen: ClusterSnapshot,
    failures: ReadonlyMap<string, string>,
  ): Answer {
    return ({ vnets, removals }) => {
      const names = [...vnets, ...removals].map(({ name }) => name)
      const finding = names.map((name) => findings.get(name)).find((each) => each !== undefined)
      if (finding !== undefined) return { kind: 'blocked', finding }
      const error = names.map((name) => errors.get(name)).find((each) => each !== undefined)
      if (error !== undefined) return { kind: 'failed', error }
      return { kind: 'ready', nodes: withReloadFailures(this.#states(vnets, seen), failures) }
    }
  }
}

const WORDS = {
  'create-vnet': 'creating vnet',
  'update-vnet': 'correcting vnet',
  'delete-vnet': 'removing vnet',
} as const

/** Nothing of this plan can be done: a finding for each VNet that waits for it. */
function stopping(plan: VnetPlan, findingOf: (name: string) => Finding): ReadonlyMap<string, Finding> {
  const waiting = plan.actions.flatMap((action) => (action.kind === 'apply-sdn' ? action.vnets : [action.vnet]))
  return new Map([...plan.findings, ...waiting.map((name) => [name, findingOf(name)] as const)])
}

const lackingText = (lacking: readonly NodeNetworkState[]): string =>
  `to repair ${lacking.map(({ node, message }) => `node ${node}, which ${message}`).join('; ')}`
