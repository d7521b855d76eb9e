import type { Clock } from '../model/clock.ts'
import type { Finding } from '../model/condition.ts'
import type { BridgeAction, BridgeWants } from '../model/plan.ts'
import type { BridgeWriter, Logger } from '../model/ports.ts'
import { isProxmoxError } from '../model/proxmox-error.ts'
import type { NodeNetworkSeen } from '../model/snapshot.ts'
import { planBridges } from '../reconcilers/bridge/plan-bridges.ts'
import { wantsByNode } from '../reconcilers/plan-networks.ts'
import { GrowingDelay } from './growing-delay.ts'
import type { NetworkResult } from './network-result.ts'

/** After an activation that failed the next waits so long, doubling each time: it would most likely fail again. */
const DELAY_MS = { first: 10_000, most: 600_000 } as const

/**
 * Makes the bridges of all ranges of a turn on their node:
 *
 * 1. look at the node's network, and plan
 * 2. write all bridges, which Proxmox stages
 * 3. look again: activating brings into force whatever somebody has staged meanwhile
 * 4. activate once, and wait for the reload's end
 * 5. look whether the bridges are up
 *
 * Proxmox has no lock on a node's network, so what somebody stages between 3 and 4 is activated as well.
 */
export class BridgeMaker {
  readonly #bridges: BridgeWriter
  readonly #logger: Logger
  readonly #clock: Pick<Clock, 'now'>
  readonly #signal: AbortSignal
  /** Nodes whose last activation failed. */
  readonly #failed = new Map<string, FailedActivation>()

  constructor(bridges: BridgeWriter, logger: Logger, clock: Pick<Clock, 'now'>, signal: AbortSignal) {
    this.#bridges = bridges
    this.#logger = logger
    this.#clock = clock
    this.#signal = signal
  }

  /** True when bridges that seem to be in order have to be asked for again, since an activation for them failed. */
  needsRepair({ node, bridges }: BridgeWants): boolean {
    const unsure = this.#failed.get(node)?.unsure
    return bridges.some(({ name }) => unsure?.has(name) === true)
  }

  /** Makes the bridges that all ranges of a turn want. Resolves with the answer for each of them. */
  async make(all: readonly BridgeWants[]): Promise<(wants: BridgeWants) => NetworkResult> {
    const results = new Map<string, NetworkResult>()
    for (const wants of wantsByNode(all)) {
      for (const [name, result] of await this.#makeOn(wants)) results.set(`${wants.node}/${name}`, result)
    }
    return ({ node, bridges }) =>
      bridges.flatMap(({ name }) => results.get(`${node}/${name}`) ?? []).find(() => true) ?? {
        kind: 'ready',
        nodes: [{ node, state: 'available', message: '' }],
      }
  }

  /** What is in the way of which bridge. */
  async #makeOn(wants: BridgeWants): Promise<ReadonlyMap<string, NetworkResult>> {
    const troubles = new Map<string, NetworkResult>()
    let unsettled = namesOf(wants)
    try {
      const before = await this.#look(wants.node)
      const { actions, findings } = this.#plan(wants, before)
      for (const [name, finding] of findings) troubles.set(name, { kind: 'blocked', finding })
      for (const action of actions) {
        if (action.kind === 'activate-network') continue
        const error = await this.#write(action)
        if (error !== undefined) troubles.set(action.bridge, { kind: 'failed', error })
      }
      unsettled = waitingFor(actions).filter((name) => !troubles.has(name))
      for (const [name, finding] of await this.#bringUp(wants, unsettled, before))
        troubles.set(name, { kind: 'blocked', finding })
    } catch (error) {
      for (const name of unsettled) troubles.set(name, { kind: 'failed', error })
    }
    return troubles
  }

  /** Activates these bridges once, if nothing is in the way. Resolves with what is; throws when Proxmox fails. */
  async #bringUp(
    wants: BridgeWants,
    names: readonly string[],
    before: NodeNetworkSeen,
  ): Promise<ReadonlyMap<string, Finding>> {
    if (names.length === 0) return new Map()
    const { node } = wants
    const own = { ...wants, bridges: wants.bridges.filter(({ name }) => names.includes(name)) }
    const now = await this.#look(node)
    const { actions, findings } = this.#plan(own, now, before)
    const undone = actions.flatMap((action) => ('bridge' in action ? [action.bridge] : []))
    const all = new Map([...findings, ...undone.map((name) => [name, undoneFinding(name, node)] as const)])
    const waiting = waitingFor(actions).filter((name) => !undone.includes(name))
    if (waiting.length === 0) return all
    await this.#activate(now, waiting)
    const { interfaces } = await this.#look(node)
    const down = waiting.filter((name) => !interfaces.some((seen) => seen.name === name && seen.active))
    return new Map([...all, ...down.map((name) => [name, downFinding(name, node)] as const)])
  }

  /** As planned, but a node whose activation failed is left alone for a while. */
  #plan(wants: BridgeWants, network: NodeNetworkSeen, before?: NodeNetworkSeen): ReturnType<typeof planBridges> {
    const failed = this.#failed.get(wants.node)
    const unsure = failed?.unsure ?? new Set()
    const plan = planBridges(wants, network, { unsure, ...(before === undefined ? {} : { before }) })
    const left = failed?.delay.left(this.#clock.now()) ?? 0
    if (failed === undefined || left === 0) return plan
    const finding = failedFinding(wants.node, failed.error, left)
    return {
      actions: [],
      findings: new Map([...plan.findings, ...waitingFor(plan.actions).map((name) => [name, finding] as const)]),
    }
  }

  async #write(action: Exclude<BridgeAction, { kind: 'activate-network' }>): Promise<unknown> {
    const { node, bridge, mark, reason } = action
    try {
      this.#signal.throwIfAborted()
      switch (action.kind) {
        case 'create-bridge':
          this.#logger.info('creating bridge', { node, bridge, reason })
          return await this.#bridges.createBridge(node, bridge, mark, this.#signal)
        case 'update-bridge':
          this.#logger.info('correcting bridge', { node, bridge, reason })
          return await this.#bridges.updateBridge(node, bridge, mark, this.#signal)
      }
    } catch (error) {
      return error
    }
  }

  async #activate({ node, interfaces }: NodeNetworkSeen, bridges: readonly string[]): Promise<void> {
    this.#signal.throwIfAborted()
    this.#logger.info("activating the node's network", { node, bridges })
    try {
      await this.#bridges.activate(node, this.#signal)
      this.#failed.delete(node)
    } catch (error) {
      const { unsure, delay } = this.#failed.get(node) ?? {
        unsure: new Set<string>(),
        delay: new GrowingDelay(DELAY_MS.first, DELAY_MS.most),
      }
      const up = bridges.filter((name) => interfaces.some((seen) => seen.name === name && seen.active))
      if (isProxmoxError(error, 'task-failed')) delay.failed(this.#clock.now())
      this.#failed.set(node, { unsure: new Set([...unsure, ...up]), delay, error })
      throw error
    }
  }

  #look(node: string): Promise<NodeNetworkSeen> {
    return this.#bridges.look(node, this.#signal)
  }
}

interface FailedActivation {
  /** Bridges that were up before: nothing tells whether they are as configured by now. */
  readonly unsure: ReadonlySet<string>
  /** Counts only reloads that were made and failed. */
  readonly delay: GrowingDelay
  readonly error: unknown
}

const namesOf = ({ bridges }: BridgeWants): readonly string[] => bridges.map(({ name }) => name)

const waitingFor = (actions: readonly BridgeAction[]): readonly string[] =>
  actions.flatMap((action) => (action.kind === 'activate-network' ? action.bridges : []))

const undoneFinding = (name: string, node: string): Finding => ({
  reason: 'BridgeUndone',
  message: `bridge ${name}: somebody took back what was staged for it on node ${node} before it was activated; it is written again`,
})

const downFinding = (name: string, node: string): Finding => ({
  reason: 'BridgeDown',
  message: `bridge ${name}: node ${node} has reloaded its network and does not have it up; look at it there: ifquery --check ${name}`,
})

const failedFinding = (node: string, error: unknown, left: number): Finding => ({
  reason: 'NetworkFailed',
  message: `node ${node}: activating its network failed: ${error instanceof Error ? error.message : String(error)}; put it in order; it is tried again in ${Math.ceil(left / 1000)} s`,
})
