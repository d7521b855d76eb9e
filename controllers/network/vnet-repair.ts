import type { Clock } from '../../model/clock.ts'
import type { NodeNetworkState } from '../../model/node-network-state.ts'
import type { NetworkPlan } from '../../model/plan/network-plan.ts'
import type { RepairStanding } from '../../reconcilers/vnet/networks-missing.ts'
import { Backoff } from '../pace/backoff.ts'
import type { Repaired } from './sdn-repair.ts'

/** After a repair that did not help the next waits so long, doubling each time. */
const AFTER_REPAIR = { first: 10_000, most: 600_000 } as const
/** One that stood at a node that hangs may go to the others first the next time, as the order differs each time. */
const AFTER_HELD_UP = { first: 2000, most: 60_000 } as const
/** Each reloads the network of every node, so after so many in a row that did not help a person has to. */
const MOST_IN_A_ROW = 8
/** What keeps from a repair without showing in a look, such as the lock, is asked for again after this. */
const AFTER_REFUSAL = { first: 2000, most: 60_000 } as const

const [REPAIR, REFUSAL] = ['repair', 'refusal'] as const

/**
 * When to apply again although nothing is pending: a node lacks a VNet that is applied, which Proxmox calls fine, and
 * applying again repairs it. The first repair is made at once, further ones in a row after growing waits, and after
 * a number of them none: then a person has to look. Nodes that lacked nothing for a while begin anew.
 */
export class VnetRepair {
  readonly #repair: (hidden: string | undefined) => Promise<Repaired>
  readonly #clock: Pick<Clock, 'now'>
  /** Repairs in a row, each with when it was made: one counts as a failure until no node has lacked anything for a while. */
  readonly #repairs: Backoff<number>
  /** Why the last one could not be made. */
  readonly #refusals: Backoff<string>
  /** Why nodes may lack networks although no look tells. */
  #hidden: string | undefined
  /** VNets whose apply failed, perhaps after its commit: no node is known to have them. */
  #unconfirmed: ReadonlySet<string> = new Set()
  /** What the last look shows in the way of a repair. */
  #obstacle: string | undefined

  /**
   * @param repair makes one; told why nodes may lack networks although no look tells
   * @param clock a steady one
   */
  constructor(repair: (hidden: string | undefined) => Promise<Repaired>, clock: Pick<Clock, 'now'>) {
    this.#repair = repair
    this.#clock = clock
    this.#repairs = new Backoff(clock)
    this.#refusals = new Backoff(clock)
  }

  /** A VM could not be started, since its node lacks a network. */
  lacks(node: string, network: string): void {
    this.#hidden = `node ${node}, which lacks ${network}`
  }

  /** An apply that ranges wanted has ended, and reloaded every node. */
  applied(): void {
    this.#hidden = undefined
    this.#unconfirmed = new Set()
  }

  /** An apply has failed. What it committed before is pending no more, so nothing but this tells that nodes may lack it. */
  applyFailed(vnets: readonly string[]): void {
    this.#unconfirmed = new Set([...this.#unconfirmed, ...vnets])
    this.#hidden = `nodes that may lack ${[...this.#unconfirmed].join(', ')}, since the last apply failed`
  }

  /**
   * Takes a look in, as the plan of any range has it.
   *
   * @returns what each node has of the range's networks for all that is known, and the repair that is to be made now; it
   *   resolves with true when something was repaired
   */
  judge({ names, nodes, busy, repair }: NetworkPlan): {
    readonly nodes: readonly NodeNetworkState[]
    readonly begin: (() => Promise<boolean>) | undefined
  } {
    this.#obstacle = repair.obstacle
    if (repair.lacking.length === 0) this.#beginAnew()
    const needed = repair.lacking.length > 0 || this.#hidden !== undefined
    const may = !this.#isExhausted() && this.#obstacle === undefined
    const isTime = this.#repairs.left(REPAIR) === 0 && this.#refusals.left(REFUSAL) === 0
    return {
      nodes: this.#withUnconfirmed([names.nat, names.range], nodes),
      // While networks are being reloaded, nodes may well lack what they have in a moment.
      begin: needed && may && isTime && !busy ? () => this.#begin() : undefined,
    }
  }

  /** Where repairs stand as of the last look. */
  standing(): RepairStanding {
    if (this.#isExhausted()) return { kind: 'exhausted' }
    const why = this.#obstacle ?? this.#refusals.get(REFUSAL)?.value
    return why === undefined ? { kind: 'pending' } : { kind: 'held', why }
  }

  async #begin(): Promise<boolean> {
    const repaired = await this.#repair(this.#hidden)
    if (repaired.kind === 'held') {
      this.#refusals.failed(REFUSAL, AFTER_REFUSAL, repaired.why)
      return false
    }
    this.#refusals.clear(REFUSAL)
    if (repaired.kind === 'unneeded') return false
    const delay = repaired.kind === 'held-up' ? AFTER_HELD_UP : AFTER_REPAIR
    this.#repairs.failed(REPAIR, delay, this.#clock.now())
    if (repaired.kind === 'applied') this.applied()
    return repaired.kind !== 'failed'
  }

  #isExhausted(): boolean {
    return (this.#repairs.get(REPAIR)?.failures ?? 0) >= MOST_IN_A_ROW
  }

  /** No node is seen to lack anything. */
  #beginAnew(): void {
    if (this.#hidden === undefined) this.#refusals.clear(REFUSAL)
    const last = this.#repairs.get(REPAIR)
    if (last !== undefined && this.#clock.now() - last.value > 2 * AFTER_REPAIR.most) this.#repairs.clear(REPAIR)
  }

  /** Only for as long as a repair is about to tell: otherwise a start shows it, which Proxmox refuses where the bridge lacks. */
  #withUnconfirmed(names: readonly string[], nodes: readonly NodeNetworkState[]): readonly NodeNetworkState[] {
    const unconfirmed = names.filter((name) => this.#unconfirmed.has(name))
    if (unconfirmed.length === 0 || this.standing().kind !== 'pending') return nodes
    const message = `may lack ${unconfirmed.join(' and ')}, since the last apply failed`
    return nodes.map((seen) => (seen.state === 'available' ? { ...seen, state: 'pending', message } : seen))
  }
}
