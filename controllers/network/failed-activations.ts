import type { Clock } from '../../model/clock.ts'
import type { Finding } from '../../model/condition.ts'
import type { BridgeRemoval, BridgeWants } from '../../model/plan/network-plan.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import type { NodeNetworkSeen } from '../../model/snapshot.ts'
import { Backoff } from '../pace/backoff.ts'

/** After an activation that failed the next waits so long, doubling each time: it would most likely fail again. */
const DELAY = { first: 10_000, most: 600_000 } as const

/**
 * Nodes whose last activation failed. Proxmox has put the staged file into force by then, so that nothing but this tells
 * that a node's bridges may not be as its file says.
 */
export class FailedActivations {
  /** By node; only reloads that were made and failed count. */
  readonly #backoff: Backoff<undefined>
  readonly #byNode = new Map<string, FailedActivation>()

  /** @param clock a steady one */
  constructor(clock: Pick<Clock, 'now'>) {
    this.#backoff = new Backoff(clock)
  }

  /** @param seen the node's network as it was before */
  failed(wants: BridgeWants, { interfaces }: NodeNetworkSeen, error: unknown): void {
    const { node, bridges, removals } = wants
    const before = this.#byNode.get(node)
    const up = bridges.filter(({ name }) => interfaces.some((seen) => seen.name === name && seen.active))
    if (isProxmoxError(error, 'task-failed')) this.#backoff.failed(node, DELAY, undefined)
    this.#byNode.set(node, {
      wants,
      bridges: new Set([...(before?.bridges ?? []), ...up.map(({ name }) => name)]),
      removals: new Map([...(before?.removals ?? []), ...removals.map((removal) => [removal.name, removal] as const)]),
      why: error instanceof Error ? error.message : String(error),
    })
  }

  /** An activation of the node went well. */
  succeeded(node: string): void {
    this.#byNode.delete(node)
    this.#backoff.clear(node)
  }

  /** Bridges of a node of which nothing tells whether they are as configured: up before, or gone from its file. */
  unconfirmedOn(node: string): ReadonlySet<string> {
    const failed = this.#byNode.get(node)
    return new Set([...(failed?.bridges ?? []), ...(failed?.removals.keys() ?? [])])
  }

  /** How the activation failed, when one of the wanted bridges is among them. `left`: milliseconds until the next. */
  unconfirmed({ node, bridges }: BridgeWants): { readonly why: string; readonly left: number } | undefined {
    const failed = this.#byNode.get(node)
    if (failed === undefined || !bridges.some(({ name }) => failed.bridges.has(name))) return undefined
    return { why: failed.why, left: this.#backoff.left(node) }
  }

  /** What to ask for again so that the bridges with this mark are really gone. */
  removalsOf(mark: string): BridgeWants | undefined {
    for (const { wants, removals } of this.#byNode.values()) {
      const own = [...removals.values()].filter((removal) => removal.mark === mark)
      if (own.length > 0) return { ...wants, bridges: [], removals: own }
    }
    return undefined
  }

  /** Why nothing is activated on the node for now; undefined when it may be. */
  whyNotNow(node: string): Finding | undefined {
    const failed = this.#byNode.get(node)
    const left = this.#backoff.left(node)
    return failed === undefined || left === 0 ? undefined : failedFinding(node, failed.why, left)
  }
}

interface FailedActivation {
  /** What was asked for last. */
  readonly wants: BridgeWants
  /** Those that were up before. */
  readonly bridges: ReadonlySet<string>
  readonly removals: ReadonlyMap<string, BridgeRemoval>
  readonly why: string
}

const failedFinding = (node: string, why: string, left: number): Finding => ({
  reason: 'NetworkFailed',
  message: `node ${node}: activating its network failed: ${why}; put it in order; it is tried again in ${Math.ceil(left / 1000)} s`,
})
