import type { Clock } from '../../model/clock.ts'
import type { Finding } from '../../model/condition.ts'
import type { BridgeRemoval, BridgeWants } from '../../model/plan/network-plan.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import type { NodeNetworkSeen } from '../../model/snapshot.ts'
import { GrowingDelay } from '../pace/growing-delay.ts'

/** After an activation that failed the next waits so long, doubling each time: it would most likely fail again. */
const DELAY_MS = { first: 10_000, most: 600_000 } as const

/**
 * Nodes whose last activation failed. Proxmox has put the staged file into force by then, so that nothing but this tells
 * that a node's bridges may not be as its file says.
 */
export class FailedActivations {
  readonly #clock: Pick<Clock, 'now'>
  readonly #byNode = new Map<string, FailedActivation>()

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /** @param seen the node's network as it was before */
  add(wants: BridgeWants, { interfaces }: NodeNetworkSeen, error: unknown): void {
    const { node, bridges, removals } = wants
    const before = this.#byNode.get(node)
    const delay = before?.delay ?? new GrowingDelay(DELAY_MS.first, DELAY_MS.most)
    const up = bridges.filter(({ name }) => interfaces.some((seen) => seen.name === name && seen.active))
    // Only reloads that were made and failed count.
    if (isProxmoxError(error, 'task-failed')) delay.failed(this.#clock.now())
    this.#byNode.set(node, {
      wants,
      bridges: new Set([...(before?.bridges ?? []), ...up.map(({ name }) => name)]),
      removals: new Map([...(before?.removals ?? []), ...removals.map((removal) => [removal.name, removal] as const)]),
      delay,
      error,
    })
  }

  forget(node: string): void {
    this.#byNode.delete(node)
  }

  /** Bridges of a node of which nothing tells whether they are as configured: up before, or gone from its file. */
  unsure(node: string): ReadonlySet<string> {
    const failed = this.#byNode.get(node)
    return new Set([...(failed?.bridges ?? []), ...(failed?.removals.keys() ?? [])])
  }

  /** True when one of these bridges is among them. */
  concern({ node, bridges }: BridgeWants): boolean {
    const unsure = this.#byNode.get(node)?.bridges
    return bridges.some(({ name }) => unsure?.has(name) === true)
  }

  /** What to ask for again so that the bridges with this mark are really gone. */
  removalsOf(mark: string): BridgeWants | undefined {
    for (const { wants, removals } of this.#byNode.values()) {
      const own = [...removals.values()].filter((removal) => removal.mark === mark)
      if (own.length > 0) return { ...wants, bridges: [], removals: own }
    }
    return undefined
  }

  /** Why the node is left alone for now; undefined when it is not. */
  keepsFrom(node: string): Finding | undefined {
    const failed = this.#byNode.get(node)
    const left = failed?.delay.left(this.#clock.now()) ?? 0
    return failed === undefined || left === 0 ? undefined : failedFinding(node, failed.error, left)
  }
}

interface FailedActivation {
  /** What was asked for last. */
  readonly wants: BridgeWants
  /** Those that were up before. */
  readonly bridges: ReadonlySet<string>
  readonly removals: ReadonlyMap<string, BridgeRemoval>
  readonly delay: GrowingDelay
  readonly error: unknown
}

const failedFinding = (node: string, error: unknown, left: number): Finding => ({
  reason: 'NetworkFailed',
  message: `node ${node}: activating its network failed: ${error instanceof Error ? error.message : String(error)}; put it in order; it is tried again in ${Math.ceil(left / 1000)} s`,
})
