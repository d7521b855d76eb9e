import type { Clock } from '../../model/clock.ts'

/** So long after a clone has failed there a node is left to VMs that can't go anywhere else, in milliseconds. */
const AVOIDED_MS = 600_000

interface FailedClone {
  readonly at: number
  readonly why: string
}

/**
 * Nodes on which clones fail, such as for want of space: it would attract each new VM, as it stays the one with the most room. In
 * memory only; after a restart each is tried once.
 */
export class FailedClones {
  readonly #clock: Pick<Clock, 'now'>
  readonly #byNode = new Map<string, FailedClone>()

  /** @param clock a steady one */
  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /** A clone to the node has failed, which may be different on another. */
  failed(node: string, why: string): void {
    this.#byNode.set(node, { at: this.#clock.now(), why })
  }

  /** One has gone well. */
  succeeded(node: string): void {
    this.#byNode.delete(node)
  }

  /** Node -> why a new VM goes there only if it fits nowhere else, as the end of a sentence about the node. */
  avoided(): ReadonlyMap<string, string> {
    const since = this.#clock.now() - AVOIDED_MS
    return new Map(
      [...this.#byNode].flatMap(([node, { at, why }]) => (at > since ? [[node, `failed a clone lately: ${why}`]] : [])),
    )
  }
}
