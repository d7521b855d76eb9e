import type { Condition } from '../../model/condition.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { Logger } from '../../model/ports.ts'
import type { RangeStatus, VmStatus } from '../../model/range-status.ts'
import type { RemovalOrder } from '../../model/removal.ts'
import type { GuestSeen } from '../../model/snapshot.ts'
import type { VmNews } from '../machine/vm-assignment.ts'
import { conditionsOfDestroyed, conditionsOfRemoval, machinesLeft, type RemovalFindings } from './removal-conditions.ts'

/** Where the range that is to go was asked for, for its status. */
export interface RemovalSource {
  readonly source: string
  /**
   * What is said once nothing of it is left: that all is as its file says (`absent`), that its file asks for it
   * nevertheless (`destroyed`), or nothing any more (`forgotten`), as there is no valid file.
   */
  readonly whenGone: 'absent' | 'destroyed' | 'forgotten'
  readonly diagnostics: readonly Diagnostic[]
}

/** Where what is found of a range that goes is kept and told. */
export interface RemovalSink {
  /** As last told of. */
  readonly vms: readonly VmStatus[]
  /** @param conditions asked for whenever something is told, so that they follow what becomes of the VMs */
  removal(
    conditions: () => readonly Condition[],
    news: Partial<Pick<RangeStatus, 'source' | 'diagnostics' | 'number' | 'vms'>>,
    left: 'something' | 'nothing',
  ): void
  vm(vmid: number, name: string, news: VmNews): void
  vmGone(vmid: number): void
  forget(): void
}

/** What is reported of a range while it goes: after each step, so that a status never claims more than was seen. */
export class RemovalReport {
  readonly #order: RemovalOrder
  readonly #source: RemovalSource
  readonly #sink: RemovalSink
  readonly #logger: Logger
  #done: RemovalFindings = {}
  #number: { readonly number?: number | undefined } = {}

  constructor(order: RemovalOrder, source: RemovalSource, sink: RemovalSink, logger: Logger) {
    this.#order = order
    this.#source = source
    this.#sink = sink
    this.#logger = logger
  }

  /** Which of its parts are known to be gone. */
  get done(): RemovalFindings {
    return this.#done
  }

  /** Something was found of parts that are not gone. */
  found(news: RemovalFindings): void {
    this.#tell(() => news, {})
  }

  /** None of its VMs is left. */
  machinesGone(): void {
    this.#done = { machines: true }
  }

  /** Neither VMs nor networks of it are left. */
  networksGone(): void {
    this.#done = { machines: true, network: true }
  }

  /** The number under which its networks are. */
  numberIs(number: number | undefined): void {
    this.#number = { number }
  }

  /** These are its VMs, of which nothing is known to go yet. */
  has(guests: readonly GuestSeen[], finding: RemovalFindings): void {
    this.#tell(() => finding, { vms: guests.map((guest) => this.#statusOf(guest)) })
  }

  /** These VMs go from now on; what is told of the range follows how far they are. */
  goes(guests: readonly GuestSeen[]): void {
    const vms = guests.map((guest) => this.#statusOf(guest))
    this.#tell(() => ({ machines: machinesLeft(this.#order, this.#sink.vms) }), { vms })
  }

  /** How far one of them is. */
  vm({ vmid, name }: GuestSeen, news: VmNews): void {
    this.#sink.vm(vmid, nameOf(vmid, name), news)
  }

  /** One of them is no more. */
  vmGone({ vmid }: GuestSeen): void {
    this.#sink.vmGone(vmid)
  }

  /** Nothing of it is left. */
  gone(): void {
    const news = { ...this.#sourceNews(), number: undefined, vms: [] }
    switch (this.#source.whenGone) {
      case 'absent': {
        const all: RemovalFindings = { machines: true, network: true, pool: true }
        return this.#sink.removal(() => conditionsOfRemoval(this.#order, all, true), news, 'nothing')
      }
      case 'destroyed':
        return this.#sink.removal(() => conditionsOfDestroyed(this.#order), news, 'nothing')
      case 'forgotten':
        this.#logger.info('nothing of the range is left', { range: this.#order.rangeId, why: this.#order.why })
        return this.#sink.forget()
    }
  }

  #tell(findings: () => RemovalFindings, news: Partial<Pick<RangeStatus, 'number' | 'vms'>>): void {
    const done = this.#done
    const hasFile = this.#source.whenGone !== 'forgotten'
    const conditions = (): readonly Condition[] => conditionsOfRemoval(this.#order, { ...done, ...findings() }, hasFile)
    this.#sink.removal(conditions, { ...this.#sourceNews(), ...this.#number, ...news }, 'something')
  }

  #sourceNews(): Pick<RangeStatus, 'source' | 'diagnostics'> {
    const { source, diagnostics } = this.#source
    return { source, diagnostics }
  }

  #statusOf({ vmid, node, name, status }: GuestSeen): VmStatus {
    const before = this.#sink.vms.find((vm) => vm.vmid === vmid)
    const phase = status === 'running' || status === 'paused' ? 'stopping' : 'deleting'
    return {
      name: nameOf(vmid, name),
      role: before?.role ?? 'vm',
      vmid,
      node,
      address: before?.address,
      phase,
      why: this.#order.why,
      trouble: undefined,
      remark: undefined,
    }
  }
}

const nameOf = (vmid: number, name: string | undefined): string => name ?? `VM ${vmid}`
