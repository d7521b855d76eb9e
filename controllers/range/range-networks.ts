import type { NodeNetworkState } from '../../model/node-network-state.ts'
import { nodesWithout } from '../../reconcilers/vnet/node-states.ts'
import type { StartGate } from '../machine/vm-assignment.ts'

/** What the nodes have of one range's networks, as last seen, for whoever is to start a VM on one of them. */
export class RangeNetworks implements StartGate {
  #nodes: readonly NodeNetworkState[] = []
  /** Resolves when the networks that are being made are made, with what each node has of them; undefined: they could not be. */
  #made: Promise<readonly NodeNetworkState[] | undefined> = Promise.resolve([])

  /** By node. */
  get nodes(): readonly NodeNetworkState[] {
    return this.#nodes
  }

  /** They are as a look has just shown. */
  seen(nodes: readonly NodeNetworkState[]): void {
    this.#nodes = nodes
    this.#made = Promise.resolve(nodes)
  }

  /** They are being made; nothing is known for certain before that ends. */
  making(made: Promise<readonly NodeNetworkState[] | undefined>): void {
    this.#made = made
  }

  closedNow(node: string): string | undefined {
    return whyClosed(node, this.#nodes)
  }

  async closed(node: string): Promise<string | undefined> {
    const nodes = await this.#made
    return nodes === undefined ? 'may lack its networks, which could not be made' : whyClosed(node, nodes)
  }
}

const whyClosed = (node: string, nodes: readonly NodeNetworkState[]): string | undefined =>
  nodesWithout(nodes).find((without) => without.node === node)?.message
