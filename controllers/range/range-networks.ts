import type { NodeNetworkState } from '../../model/node-network-state.ts'
import type { NetworkPlan } from '../../model/plan/network-plan.ts'
import { nodesWithout } from '../../reconcilers/vnet/node-states.ts'
import type { StartGate } from '../machine/vm-assignment.ts'

/** What the nodes have of one range's networks, as last seen, for whoever is to start a VM on one of them. */
export class RangeNetworks implements StartGate {
  #nodes: readonly NodeNetworkState[] = []
  /** Resolves when the networks that are being made are made, with what each node has of them; undefined: they could not be. */
  #made: Promise<readonly NodeNetworkState[] | undefined> = Promise.resolve([])
  /** Resolves when these nodes have them, while others may not. */
  #inForceOn: (nodes: ReadonlySet<string>) => Promise<void> = () => new Promise(() => undefined)

  /** By node. */
  get nodes(): readonly NodeNetworkState[] {
    return this.#nodes
  }

  /** They are as a look has just shown. */
  seen(nodes: readonly NodeNetworkState[]): void {
    this.#nodes = nodes
    this.#made = Promise.resolve(nodes)
  }

  /**
   * What a look shows, but that a node which reloads has what it had before. It calls all its VNets `pending` meanwhile, as its
   * generated configuration is of an older version than the cluster's; those in force stay in force (seen on Proxmox VE 9).
   */
  stillInForce({ nodes, busy, hangs }: Pick<NetworkPlan, 'nodes' | 'busy' | 'hangs'>): readonly NodeNetworkState[] {
    const before = new Set(this.#nodes.flatMap(({ node, state }) => (state === 'available' ? [node] : [])))
    const isPassing = ({ state }: NodeNetworkState): boolean =>
      state === 'reloading' || state === 'hanging' || (state === 'pending' && (busy || hangs))
    return nodes.map((seen) => (isPassing(seen) && before.has(seen.node) ? available(seen.node) : seen))
  }

  /** They are being made; nothing is known for certain before that ends, or a node has them. */
  making(
    made: Promise<readonly NodeNetworkState[] | undefined>,
    inForceOn: (nodes: ReadonlySet<string>) => Promise<void>,
  ): void {
    this.#made = made
    this.#inForceOn = inForceOn
  }

  closedNow(node: string): string | undefined {
    return whyClosed(node, this.#nodes)
  }

  async closed(node: string): Promise<string | undefined> {
    const making = this.#made
    const inForce = this.#inForceOn(new Set([node])).then(() => 'in force' as const)
    const nodes = await Promise.race([making, inForce])
    if (nodes === 'in force') {
      // Whoever asks after a start must not be told what was before it.
      if (making === this.#made) this.#nodes = this.#nodes.map((seen) => (seen.node === node ? available(node) : seen))
      return undefined
    }
    return nodes === undefined ? 'may lack its networks, which could not be made' : whyClosed(node, nodes)
  }
}

const available = (node: string): NodeNetworkState => ({ node, state: 'available', message: '' })

const whyClosed = (node: string, nodes: readonly NodeNetworkState[]): string | undefined =>
  nodesWithout(nodes).find((without) => without.node === node)?.message
