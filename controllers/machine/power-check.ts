import type { Clock } from '../../model/clock.ts'
import type { Machines, MachineTold } from '../../model/machine-ports.ts'

/** The process of a start that failed lingers, and its node calls the VM running meanwhile. In milliseconds. */
const LINGERS = 15_000
/** VMs are confirmed one after the other, and one answer is of all VMs of a node. In milliseconds. */
const FRESH = 1000

interface Answer {
  readonly at: number
  readonly told: Promise<ReadonlyMap<number, MachineTold>>
}

/**
 * Whether VMs run, by what their own nodes say. The cluster's list tells it up to 10 s late, and repeats the last word on a
 * VM that is gone to the next one of its VMID, so it is taken at its word only where the node has said the same once.
 * Remembers in memory.
 */
export class PowerCheck {
  readonly #machines: Pick<Machines, 'told'>
  readonly #clock: Pick<Clock, 'now'>
  /** VMID -> what its node said last, while the list says so, too. */
  readonly #confirmed = new Map<number, { readonly node: string; readonly running: boolean }>()
  readonly #failedStarts = new Map<number, number>()
  readonly #answers = new Map<string, Answer>()

  /** @param clock a steady one */
  constructor(machines: Pick<Machines, 'told'>, clock: Pick<Clock, 'now'>) {
    this.#machines = machines
    this.#clock = clock
  }

  /** Whether the node has said so since the VM was last worked on. */
  isConfirmed(vmid: number, node: string, running: boolean): boolean {
    const known = this.#confirmed.get(vmid)
    return known?.node === node && known.running === running
  }

  /** Asks the node, unless it has said so already. Resolves with whether it does. Throws what Proxmox refuses. */
  async confirm(vmid: number, node: string, running: boolean, signal: AbortSignal): Promise<boolean> {
    if (this.isConfirmed(vmid, node, running)) return true
    if (running && this.#mayLinger(vmid)) return false
    const says = (await this.#toldBy(node, signal)).get(vmid)?.running === true
    return says === running && this.saw(vmid, node, running)
  }

  /** Something is done about it, or nothing is known of it: what its node said does not count any more. */
  forget(vmid: number): void {
    this.#confirmed.delete(vmid)
  }

  /** Its node has said so just now, or has just done it. Returns whether that is to be believed. */
  saw(vmid: number, node: string, running: boolean): boolean {
    if (running && this.#mayLinger(vmid)) return false
    this.#failedStarts.delete(vmid)
    this.#confirmed.set(vmid, { node, running })
    return true
  }

  /** Its start has failed just now. */
  startFailed(vmid: number): void {
    this.forget(vmid)
    this.#failedStarts.set(vmid, this.#clock.now())
  }

  #mayLinger(vmid: number): boolean {
    const failedAt = this.#failedStarts.get(vmid)
    return failedAt !== undefined && this.#clock.now() - failedAt < LINGERS
  }

  #toldBy(node: string, signal: AbortSignal): Promise<ReadonlyMap<number, MachineTold>> {
    const now = this.#clock.now()
    const known = this.#answers.get(node)
    if (known !== undefined && now - known.at < FRESH) return known.told
    const told = this.#machines.told(node, signal)
    this.#answers.set(node, { at: now, told })
    return told
  }
}
