import type { Condition } from '../../model/condition.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { Logger } from '../../model/ports.ts'
import type { VmStatus } from '../../model/range-status.ts'
import type { RemovalOrder } from '../../model/removal.ts'
import type { GuestSeen } from '../../model/snapshot.ts'
import type { VmPhase } from '../../model/vm-phase.ts'
import type { StatusBoard } from '../report/status-board.ts'
import { conditionsOfDestroyed, conditionsOfRemoval, type RemovalFindings } from './removal-conditions.ts'

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

/** What is reported of a range while it goes: after each step, so that a status never claims more than was seen. */
export class RemovalReport {
  readonly #order: RemovalOrder
  readonly #source: RemovalSource
  readonly #board: StatusBoard
  readonly #logger: Logger
  readonly #before: readonly VmStatus[]
  #number: number | undefined
  #vms: readonly VmStatus[]
  #done: RemovalFindings = {}

  constructor(order: RemovalOrder, source: RemovalSource, board: StatusBoard, logger: Logger) {
    this.#order = order
    this.#source = source
    this.#board = board
    this.#logger = logger
    const before = board.get(order.rangeId)
    this.#number = before?.number
    this.#before = before?.vms ?? []
    this.#vms = this.#before
  }

  /** Which of its parts are known to be gone. */
  get done(): RemovalFindings {
    return this.#done
  }

  /** Something was found of parts that are not gone. */
  found(news: RemovalFindings): void {
    const hasFile = this.#source.whenGone !== 'forgotten'
    this.#set(conditionsOfRemoval(this.#order, { ...this.#done, ...news }, hasFile))
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
    this.#number = number
  }

  /** These VMs are about to go. */
  goes(guests: readonly GuestSeen[]): void {
    this.#vms = guests.map((guest) => this.#statusOf(guest))
  }

  /** The removal of its VMs goes on. */
  progress(): void {
    const message = `range ${this.#order.rangeId}: it is to go (${this.#order.why}); ${this.#vms.length} of its VMs are left`
    this.found({ machines: { reason: 'Progressing', message } })
  }

  /** How far the removal of one VM is. */
  vmIs(vmid: number, phase: VmPhase, trouble?: string): void {
    this.#vms = this.#vms.map((vm) => (vm.vmid === vmid ? { ...vm, phase, trouble } : vm))
    this.progress()
  }

  /** One VM is no more. */
  vmGone(vmid: number): void {
    this.#vms = this.#vms.filter((vm) => vm.vmid !== vmid)
    this.progress()
  }

  /** Nothing of it is left. */
  gone(): void {
    this.#number = undefined
    switch (this.#source.whenGone) {
      case 'absent':
        return this.found({ pool: true })
      case 'destroyed':
        return this.#set(conditionsOfDestroyed(this.#order))
      case 'forgotten':
        this.#logger.info('nothing of the range is left', { range: this.#order.rangeId, why: this.#order.why })
        return void this.#board.forget(this.#order.rangeId)
    }
  }

  #set(conditions: readonly Condition[]): void {
    const { source, diagnostics } = this.#source
    void this.#board.set({
      id: this.#order.rangeId,
      source,
      diagnostics,
      number: this.#number,
      conditions,
      vms: this.#vms,
      networks: [],
    })
  }

  #statusOf({ vmid, node, name, status }: GuestSeen): VmStatus {
    const before = this.#before.find((vm) => vm.vmid === vmid)
    const phase = status === 'running' || status === 'paused' ? 'stopping' : 'deleting'
    return {
      name: name ?? `VM ${vmid}`,
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
