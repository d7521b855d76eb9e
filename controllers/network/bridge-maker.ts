import { always, provided } from '../../model/permit.ts'
import type { BridgeWants } from '../../model/plan/network-plan.ts'
import type { BridgeWriter, NicReader } from '../../model/network-ports.ts'
import type { ClusterObserver, Logger } from '../../model/ports.ts'
import type { NodeNetworkSeen } from '../../model/snapshot.ts'
import { namesOf, only, wantsByNode } from '../../reconcilers/bridge/bridge-wants.ts'
import { planBridges } from '../../reconcilers/bridge/plan-bridges.ts'
import { BridgeActivation, type BridgeWrite, type PlanOf, waitingFor } from './bridge-activation.ts'
import { goneFinding } from './bridge-findings.ts'
import { type BridgeRequest, isAbout, unwantedOf } from './bridge-request.ts'
import type { FailedActivations } from './failed-activations.ts'
import type { NetworkResult, NetworkTrouble, NetworkTroubles } from './network-result.ts'
import { firstInUse, type NetworkAt, whyItStays } from './network-use.ts'
import { anyStillWants, withdrawnOf } from './vnet-request.ts'

/**
 * Makes, and removes, the bridges of all ranges of a turn on their node:
 *
 * 1. look at the node's network, and plan
 * 2. write all bridges, which Proxmox stages; one that is to go only if no guest has a NIC on it just then
 * 3. look again: activating brings into force whatever somebody has staged meanwhile, and what is to go may have got a
 *    NIC since
 * 4. activate once, and wait for the reload's end; what no range wants any more by then is taken back first
 * 5. look whether the bridges are up
 *
 * Each write is asked for right before it is sent, and so is 3 before each time that an activation is sent. Proxmox has no lock
 * on a node's network, so what somebody stages between 3 and 4 is activated as well.
 */
export class BridgeMaker {
  readonly #proxmox: ClusterObserver & { readonly bridges: BridgeWriter; readonly nics: NicReader }
  readonly #failed: FailedActivations
  readonly #activation: BridgeActivation
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
    const parts = {
      bridges: proxmox.bridges,
      planOf: (...about: Parameters<PlanOf>) => this.#plan(...about),
      firstInUse: (bridges: readonly NetworkAt[]) => this.#firstInUse(bridges),
      failed,
    }
    this.#activation = new BridgeActivation(parts, logger, signal)
  }

  /** The removals of bridges with this mark that look done, and may not be, since the activation for them failed. */
  unconfirmedRemovals(mark: string): BridgeWants | undefined {
    return this.#failed.removalsOf(mark)
  }

  /** Makes the bridges that all ranges of a turn want. Resolves with the answer for each of them. */
  async make(all: readonly BridgeRequest[]): Promise<(wants: BridgeWants) => NetworkResult> {
    const troubles = new Map<string, NetworkTrouble>()
    for (const wants of wantsByNode(all.map((request) => request.wants))) {
      const requests = all.filter((request) => request.wants.node === wants.node)
      for (const [name, trouble] of await this.#makeOn(wants, requests)) troubles.set(`${wants.node}/${name}`, trouble)
    }
    return (wants) => {
      const { node } = wants
      const trouble = namesOf(wants).flatMap((name) => troubles.get(`${node}/${name}`) ?? [])[0]
      return trouble ?? { kind: 'ready', nodes: [{ node, state: 'available', message: '' }] }
    }
  }

  /** What is in the way of which bridge. */
  async #makeOn(wants: BridgeWants, requests: readonly BridgeRequest[]): Promise<NetworkTroubles> {
    const troubles = new Map<string, NetworkTrouble>()
    let unsettled = namesOf(wants)
    const written: BridgeWrite[] = []
    try {
      const before = await this.#look(wants.node)
      const { actions, findings } = this.#plan(wants, before)
      for (const [name, finding] of findings) troubles.set(name, { kind: 'blocked', finding })
      for (const action of actions) {
        if (action.kind === 'activate-network') continue
        const trouble = await this.#write(action, wants, before, requests)
        if (trouble === undefined) written.push(action)
        else troubles.set(action.bridge, trouble)
      }
      unsettled = waitingFor(actions).filter((name) => !troubles.has(name))
      for (let asking = requests; ;) {
        const gone = await withdrawnOf(asking)
        asking = asking.filter((request) => !gone.has(request))
        const unwanted = unwantedOf(gone, asking, unsettled)
        for (const [name, error] of unwanted) troubles.set(name, { kind: 'failed', error })
        await this.#activation.takeBack(written.filter(({ bridge }) => unwanted.has(bridge)))
        unsettled = unsettled.filter((name) => !unwanted.has(name))
        const up = await this.#activation.bringUp(only(wants, unsettled), before, asking)
        if (up === 'withdrawn') continue
        for (const [name, finding] of up) troubles.set(name, { kind: 'blocked', finding })
        break
      }
    } catch (error) {
      for (const name of unsettled) troubles.set(name, { kind: 'failed', error })
    }
    return troubles
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
    action: BridgeWrite,
    wants: BridgeWants,
    before: NodeNetworkSeen,
    requests: readonly BridgeRequest[],
  ): Promise<NetworkTrouble | undefined> {
    const { bridges } = this.#proxmox
    const { node, bridge, mark, reason } = action
    const asking = requests.filter((each) => isAbout(each, [bridge]))
    const permit = provided(() => anyStillWants(asking), always(this.#signal))
    try {
      this.#signal.throwIfAborted()
      switch (action.kind) {
        case 'create-bridge':
          this.#logger.info('creating bridge', { node, bridge, reason })
          await bridges.createBridge(node, bridge, mark, permit)
          return undefined
        case 'update-bridge':
          this.#logger.info('correcting bridge', { node, bridge, reason })
          await bridges.updateBridge(node, bridge, mark, permit)
          return undefined
        case 'delete-bridge': {
          const trouble = await this.#whyNotDelete(bridge, wants, before)
          if (trouble !== undefined) return trouble
          this.#logger.info('removing bridge', { node, bridge, reason })
          await bridges.deleteBridge(node, bridge, permit)
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
    return firstInUse(bridges, await this.#proxmox.observe(this.#signal, 'now'), this.#proxmox.nics, this.#signal)
  }

  #look(node: string): Promise<NodeNetworkSeen> {
    return this.#proxmox.bridges.look(node, this.#signal)
  }
}
