import type { NodeNetworkState } from '../../model/node-network-state.ts'
import type { NetworkPlan } from '../../model/plan/network-plan.ts'
import type { Logger } from '../../model/ports.ts'
import type { RepairStanding } from '../../reconcilers/vnet/networks-missing.ts'
import { lackingNodes } from '../../reconcilers/vnet/node-states.ts'
import type { BridgeRepair } from './bridge-repair.ts'
import type { VnetRepair } from './vnet-repair.ts'

/**
 * The repair of nodes on which networks that are applied are not in force. It is nobody's wish and best effort: it is told
 * what looks and VMs show, alone decides when one is made, and makes it when no range waits for networks of its own. No
 * range waits for it but with the VMs on such a node.
 */
export class NetworkRepair {
  readonly #vnets: VnetRepair
  readonly #bridges: BridgeRepair
  readonly #between: (work: () => Promise<boolean>) => Promise<boolean>
  readonly #logger: Logger
  readonly #signal: AbortSignal
  readonly #listeners = new Set<(rangeIds: readonly string[]) => void>()
  /** Ranges that wait for a node, or whose VM could not be started. */
  readonly #waiting = new Set<string>()
  #underWay: Promise<void> | undefined

  /** @param between does work when nobody waits for networks, and nothing beside it */
  constructor(
    vnets: VnetRepair,
    bridges: BridgeRepair,
    between: (work: () => Promise<boolean>) => Promise<boolean>,
    logger: Logger,
    signal: AbortSignal,
  ) {
    this.#vnets = vnets
    this.#bridges = bridges
    this.#between = between
    this.#logger = logger
    this.#signal = signal
  }

  /**
   * What a look shows of a range's networks; to be told after each plan of a range. Begins a repair where it is time for
   * one, which is not to be waited for.
   *
   * @param here the nodes that VMs of the range are on, or go to
   * @returns what each node has of the range's networks, for all that is known: a VM is started only where it has them
   */
  report(rangeId: string, network: NetworkPlan, here: ReadonlySet<string>): readonly NodeNetworkState[] {
    const repair = network.wants.kind === 'vnets' ? this.#vnets : this.#bridges
    const { nodes, begin } = repair.judge(network)
    if (lackingNodes(nodes).some(({ node }) => here.has(node))) this.#waiting.add(rangeId)
    if (begin !== undefined) this.#begin(begin)
    return nodes
  }

  /** A VM of the range could not be started, since its node lacks this VNet, although no look at the cluster tells. */
  lacks(rangeId: string, node: string, vnet: string): void {
    this.#vnets.lacks(node, vnet)
    this.#waiting.add(rangeId)
  }

  /** What is to be said to ranges that wait for a node. */
  standing(): RepairStanding {
    return this.#vnets.standing()
  }

  /** Told, after something was repaired, of the ranges that waited for a node: they are worth a look. */
  onRepaired(listener: (rangeIds: readonly string[]) => void): void {
    this.#listeners.add(listener)
  }

  /** Resolves when no repair is under way. */
  async ended(): Promise<void> {
    await this.#underWay
  }

  #begin(repair: () => Promise<boolean>): void {
    this.#underWay ??= this.#between(repair)
      .then(
        (repaired) => {
          if (repaired) this.#tell()
        },
        (error: unknown) => {
          if (!this.#signal.aborted) this.#logger.warn('networks could not be repaired; it is tried again', { error })
        },
      )
      .finally(() => (this.#underWay = undefined))
  }

  #tell(): void {
    const ids = [...this.#waiting].sort()
    this.#waiting.clear()
    for (const listener of this.#listeners) listener(ids)
  }
}
