import type { Finding } from '../model/condition.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Outcome } from '../model/outcome.ts'
import type { PlanSettings } from '../model/plan-settings.ts'
import type { NetworkWants } from '../model/plan.ts'
import type { NicReader } from '../model/ports.ts'
import type { RangeSpec } from '../model/range-spec.ts'
import type { ClusterSnapshot, GuestSeen } from '../model/snapshot.ts'
import { outcomeOfError } from '../reconcilers/outcome-of-error.ts'
import { planRemoval } from '../reconcilers/plan-removal.ts'
import type { NetworkController } from './network-controller.ts'
import { whyInUse } from './nics-on.ts'
import type { Planning } from './planning.ts'
import { conditionsOfRemoval, NOT_READ } from './range-conditions.ts'
import type { StatusBoard } from './status-board.ts'

/** What a pass over a range that is to go works with. */
export interface RemovalDependencies {
  /** A look at the cluster, shared by all who ask in the same moment. */
  readonly look: () => Promise<ClusterSnapshot>
  readonly planning: Pick<Planning, 'modeOf'>
  readonly networks: NetworkController
  readonly nics: NicReader
  readonly board: StatusBoard
  readonly settings: () => PlanSettings
}

/**
 * The pass over a range whose file says `state: absent`: its networks go after its last VM, and never while any guest has
 * a NIC on one.
 *
 * Reports after each step, so that a status never claims more than was seen.
 */
export class RemovalPass {
  readonly #spec: RangeSpec
  readonly #warnings: readonly Diagnostic[]
  readonly #deps: RemovalDependencies
  readonly #signal: AbortSignal
  #number: number | undefined
  /** True once no VM is left. */
  #machines: true | undefined

  constructor(spec: RangeSpec, warnings: readonly Diagnostic[], deps: RemovalDependencies, signal: AbortSignal) {
    this.#spec = spec
    this.#warnings = warnings
    this.#deps = deps
    this.#signal = signal
    this.#number = deps.board.get(spec.id)?.number
  }

  /** Carries the pass through as far as it goes. Throws only when aborted. */
  async run(): Promise<Outcome> {
    try {
      return await this.#run()
    } catch (error) {
      this.#signal.throwIfAborted()
      const outcome = outcomeOfError(error)
      const message = 'error' in outcome ? outcome.error : String(error)
      // What it did not get to see is not known, and what it broke off at has failed.
      const failed = this.#machines === true
      await this.#report(
        failed ? { network: { reason: 'NetworkFailed', message } } : { machines: { reason: NOT_READ, message } },
      )
      return outcome
    }
  }

  async #run(): Promise<Outcome> {
    const { look, planning, networks, settings } = this.#deps
    const seen = await look()
    const { mode, turned } = planning.modeOf(seen)
    if (turned !== undefined) return this.#refused(turned)
    const plan = planRemoval(this.#spec.id, seen, mode, settings())
    if (plan.kind === 'waits' && plan.part === 'machines') return this.#stuck('machines', plan.finding)
    this.#machines = true
    switch (plan.kind) {
      case 'waits':
        return this.#stuck('network', plan.finding)
      case 'refused':
        return this.#refused(plan.finding)
      case 'removable':
        this.#number = plan.number
        return this.#remove(plan.wants, seen.guests)
      case 'gone': {
        const unsure = networks.unsureRemovals(this.#spec.id)
        if (unsure !== undefined) return this.#remove(unsure, seen.guests)
        this.#number = undefined
        await this.#report({ network: true })
        return { kind: 'settled' }
      }
    }
  }

  async #remove(wants: NetworkWants, guests: readonly GuestSeen[]): Promise<Outcome> {
    await this.#report({ network: { reason: 'Progressing', message: 'its network is being removed' } })
    const used = await whyInUse(wants, guests, this.#deps.nics, this.#signal)
    if (used !== undefined) return this.#stuck('network', used)
    const made = await this.#deps.networks.ensure(wants)
    if (made.kind === 'failed') throw made.error
    return made.kind === 'blocked' ? this.#refused(made.finding) : { kind: 'progressing' }
  }

  /** A person comes first, so nothing but time or a change of the file leads to another look. */
  async #stuck(part: 'machines' | 'network', finding: Finding): Promise<Outcome> {
    await this.#report({ [part]: finding })
    return { kind: 'stalled', error: finding.message }
  }

  async #refused(finding: Finding): Promise<Outcome> {
    await this.#report({ network: finding })
    return { kind: 'retry', error: finding.message }
  }

  #report(news: Parameters<typeof conditionsOfRemoval>[1]): Promise<void> {
    const { id, source } = this.#spec
    const parts = { ...(this.#machines === undefined ? {} : { machines: this.#machines }), ...news }
    return this.#deps.board.set({
      id,
      source,
      number: this.#number,
      conditions: conditionsOfRemoval(id, parts),
      diagnostics: this.#warnings,
      vms: [],
      networks: [],
    })
  }
}
