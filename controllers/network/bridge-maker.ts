import type { Finding } from '../../model/condition.ts'
import type { BridgeAction } from '../../model/plan/actions.ts'
import type { BridgeWants } from '../../model/plan/network-plan.ts'
import type { BridgeWriter, NicReader } from '../../model/network-ports.ts'
import type { ClusterObserver, Logger } from '../../model/ports.ts'
import type { NodeNetworkSeen } from '../../model/snapshot.ts'
import { namesOf, only, wantsByNode } from '../../reconcilers/bridge/bridge-wants.ts'
import { planBridges } from '../../reconcilers/bridge/plan-bridges.ts'
import { stagedDeletions } from '../../reconcilers/bridge/staged-deletions.ts'
import { deletionInUse } from '../../reconcilers/network-in-use.ts'
import { downFinding, goneFinding, undoneFinding } from './bridge-findings.ts'
import type { FailedActivations } from './failed-activations.ts'
import type { NetworkResult, NetworkTrouble, NetworkTroubles } from './network-result.ts'
import { firstInUse, type NetworkAt, whyItStays } from './network-use.ts'

/**
 * Makes, and removes, the bridges of all ranges of a turn on their node:
 *
 * 1. look at the node's network, and plan
 * 2. write all bridges, which Proxmox stages; one that is to go only if no guest has a NIC on it just then
 * 3. look again: activating brings into force whatever somebody has staged meanwhile, and what is to go may have got a
 *    NIC since
 * 4. activate once, and wait for the reload's end
 * 5. look whether the bridges are up
 *
 * Proxmox has no lock on a node's network, so what somebody stages between 3 and 4 is activated as well.
 */
export class BridgeMaker {
  readonly #proxmox: ClusterObserver & { readonly bridges: BridgeWriter; readonly nics: NicReader }
  readonly #failed: FailedActivations
  readonly #logger: Logger
  readonly #signal: AbortSignal

  constructor(
    proxmox: ClusterObserver & { readonly bridges: BridgeWriter; readonly nics: NicReader },
    failed: FailedActivations,
    logger: Logger,
    signal: AbortSignal,
  ) {
    this.#proxmox = proxmox
    this.#failed = failed
    this.#logger = logger
    this.#signal = signal
  }

  /** The removals of bridges with this mark that look done, and may not be, since the activation for them failed. */
  unconfirmedRemovals(mark: string): BridgeWants | undefined {
    return this.#failed.removalsOf(mark)
  }

  /** Makes the bridges that all ranges of a turn want. Resolves with the answer for each of them. */
  async make(all: readonly BridgeWants[]): Promise<(wants: BridgeWants) => NetworkResult> {
    const troubles = new Map<string, NetworkTrouble>()
    for (const wants of wantsByNode(all)) {
      for (const [name, trouble] of await this.#makeOn(wants)) troubles.set(`${wants.node}/${name}`, trouble)
    }
    return (wants) => {
      const { node } = wants
      const trouble = namesOf(wants).flatMap((name) => troubles.get(`${node}/${name}`) ?? [])[0]
      return trouble ?? { kind: 'ready', nodes: [{ node, state: 'available', message: '' }] }
    }
  }

  /** What is in the way of which bridge. */
  async #makeOn(wants: BridgeWants): Promise<NetworkTroubles> {
    const troubles = new Map<string, NetworkTrouble>()
    let unsettled = namesOf(wants)
    try {
      const before = await this.#look(wants.node)
      const { actions, findings } = this.#plan(wants, before)
      for (const [name, finding] of findings) troubles.set(name, { kind: 'blocked', finding })
      for (const action of actions) {
        if (action.kind === 'activate-network') continue
        const trouble = await this.#write(action, wants, before)
        if (trouble !== undefined) troubles.set(action.bridge, trouble)
      }
      unsettled = waitingFor(actions).filter((name) => !troubles.has(name))
      for (const [name, finding] of await this.#bringUp(only(wants, unsettled), before))
        troubles.set(name, { kind: 'blocked', finding })
    } catch (error) {
      for (const name of unsettled) troubles.set(name, { kind: 'failed', error })
    }
    return troubles
  }

  /** Activates these bridges once, if nothing is in the way. Resolves with what is; throws when Proxmox fails. */
  async #bringUp(wants: BridgeWants, before: NodeNetworkSeen): Promise<ReadonlyMap<string, Finding>> {
    if (namesOf(wants).length === 0) return new Map()
    const { node } = wants
    const goes = [...wants.removals.map(({ name }) => name), ...stagedDeletions(before).keys()]
    const inUse = await this.#firstInUse(goes.map((name) => ({ kind: 'bridge', name, node })))
    if (inUse?.use.kind === 'unknown') throw inUse.use.error
    if (inUse?.use.kind === 'used') {
      const finding = deletionInUse(inUse.network.name, node, inUse.use.by)
      return new Map(namesOf(wants).map((name) => [name, finding]))
    }
    if (inUse?.use.kind === 'hidden') {
      const { finding } = inUse.use
      return new Map(namesOf(wants).map((name) => [name, finding]))
    }
    const now = await this.#look(node)
    const { actions, findings } = this.#plan(wants, now, before)
    const undone = actions.flatMap((action) => ('bridge' in action ? [action.bridge] : []))
    const all = new Map([...findings, ...undone.map((name) => [name, undoneFinding(name, node)] as const)])
    const waiting = waitingFor(actions).filter((name) => !undone.includes(name))
    if (waiting.length === 0) return all
    await this.#activate(only(wants, waiting), now)
    const { interfaces } = await this.#look(node)
    const wanted = wants.bridges.map(({ name }) => name).filter((name) => waiting.includes(name))
    const down = wanted.filter((name) => !interfaces.some((seen) => seen.name === name && seen.active))
    return new Map([...all, ...down.map((name) => [name, downFinding(name, node)] as const)])
  }

  /** As planned, but a node whose activation failed is left alone for a while. */
  #plan(wants: BridgeWants, network: NodeNetworkSeen, before?: NodeNetworkSeen): ReturnType<typeof planBridges> {
    const unconfirmed = this.#failed.unconfirmedOn(wants.node)
    const plan = planBridges(wants, network, { unconfirmed, ...(before === undefined ? {} : { before }) })
    const finding = this.#failed.whyNotNow(wants.node)
    if (finding === undefined) return plan
    return {
      actions: [],
      findings: new Map([...plan.findings, ...waitingFor(plan.actions).map((name) => [name, finding] as const)]),
    }
  }

  /** What came in the way of it, if anything did. */
  async #write(
    action: Exclude<BridgeAction, { kind: 'activate-network' }>,
    wants: BridgeWants,
    before: NodeNetworkSeen,
  ): Promise<NetworkTrouble | undefined> {
    const { bridges } = this.#proxmox
    const { node, bridge, mark, reason } = action
    try {
      this.#signal.throwIfAborted()
      switch (action.kind) {
        case 'create-bridge':
          this.#logger.info('creating bridge', { node, bridge, reason })
          await bridges.createBridge(node, bridge, mark, this.#signal)
          return undefined
        case 'update-bridge':
          this.#logger.info('correcting bridge', { node, bridge, reason })
          await bridges.updateBridge(node, bridge, mark, this.#signal)
          return undefined
        case 'delete-bridge': {
          const trouble = await this.#whyNotDelete(bridge, wants, before)
          if (trouble !== undefined) return trouble
          this.#logger.info('removing bridge', { node, bridge, reason })
          await bridges.deleteBridge(node, bridge, this.#signal)
          return undefined
        }
      }
    } catch (error) {
      return { kind: 'failed', error }
    }
  }

  /** Proxmox deletes a bridge under running VMs, whoever's it is by now, so both are looked at right before. */
  async #whyNotDelete(name: string, wants: BridgeWants, before: NodeNetworkSeen): Promise<NetworkTrouble | undefined> {
    const bridge = { kind: 'bridge', name, node: wants.node } as const
    const inUse = await this.#firstInUse([bridge])
    if (inUse !== undefined) return whyItStays(bridge, inUse.use)
    const { actions, findings } = this.#plan(wants, await this.#look(wants.node), before)
    if (actions.some((action) => action.kind === 'delete-bridge' && action.bridge === name)) return undefined
    return { kind: 'blocked', finding: findings.get(name) ?? goneFinding(name, wants.node) }
  }

  /** By the guests that there are just now. */
  async #firstInUse(bridges: readonly NetworkAt[]): ReturnType<typeof firstInUse> {
    if (bridges.length === 0) return undefined
    return firstInUse(bridges, await this.#proxmox.observe(this.#signal), this.#proxmox.nics, this.#signal)
  }

  async #activate(wants: BridgeWants, seen: NodeNetworkSeen): Promise<void> {
    const { node } = wants
    this.#signal.throwIfAborted()
    this.#logger.info("activating the node's network", { node, bridges: namesOf(wants) })
    try {
      await this.#proxmox.bridges.activate(node, this.#signal)
      this.#failed.succeeded(node)
    } catch (error) {
      this.#failed.failed(wants, seen, error)
      throw error
    }
  }

  #look(node: string): Promise<NodeNetworkSeen> {
    return this.#proxmox.bridges.look(node, this.#signal)
  }
}

const waitingFor = (actions: readonly BridgeAction[]): readonly string[] =>
  actions.flatMap((action) => (action.kind === 'activate-network' ? action.bridges : []))
