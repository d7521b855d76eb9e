import { removalOf } from '../../model/destroy-order.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { DestroyOrders } from '../removal/destroy-orders.ts'
import { conditionsOfDestroyed } from '../removal/removal-conditions.ts'
import type { RemovalPass } from '../removal/removal-pass.ts'
import type { RangeInHand } from './range-in-hand.ts'
import type { PassReach } from './range-machine.ts'
import type { RangeWishes, Wish } from './range-wishes.ts'

type WishOf<Kind extends Wish['kind']> = Extract<Wish, { readonly kind: Kind }>

/** The part of reconciling that looks after ranges that are to go, or are gone. */
export class RemovalReconciler {
  readonly #pass: RemovalPass
  readonly #wishes: Pick<RangeWishes, 'stillToGo'>
  readonly #destroyOrders: Pick<DestroyOrders, 'done'>

  constructor(pass: RemovalPass, wishes: Pick<RangeWishes, 'stillToGo'>, destroyOrders: Pick<DestroyOrders, 'done'>) {
    this.#pass = pass
    this.#wishes = wishes
    this.#destroyOrders = destroyOrders
  }

  /**
   * One pass over a range that is to go: its VMs are handed that they go, side by side; its networks and its pool go in a
   * later pass, when no VM is left. Throws only when aborted.
   */
  async remove(
    { order, by, file }: WishOf<'removal'>,
    { id, report }: RangeInHand,
    reach: PassReach,
    signal: AbortSignal,
  ): Promise<Outcome> {
    reach.withdraw(`range ${id}: it is to go`, 'keep')
    const source = {
      source: file?.spec.source ?? report.status?.source ?? id,
      diagnostics: file?.warnings ?? [],
      whenGone: file === undefined ? 'forgotten' : by.kind === 'order' ? 'destroyed' : 'absent',
    } as const
    const removal = this.#pass.of(order, source, report)
    const underWay = reach.underWay()
    // What was begun for a VM before is seen to its end, so that nothing of it is left behind.
    if (underWay.has('keep')) {
      removal.waits()
      // One whose work ends well asks for no other pass.
      return { kind: 'progressing' }
    }
    // They ask for another pass as they go.
    if (underWay.size > 0) return { kind: 'settled' }
    const outcome = await removal.run(
      (assignments) => reach.handOver(assignments, 'all'),
      () => this.#wishes.stillToGo(order),
      signal,
    )
    if (removal.isOver && by.kind === 'order') await this.#destroyOrders.done(by.order, file !== undefined)
    return outcome
  }

  /** A range that a person had destroyed, and of which nothing was left then. What is in its pool by now was not ordered to go. */
  async stayAway({ order, file }: WishOf<'destroyed'>, { report }: RangeInHand): Promise<Outcome> {
    if (file === undefined) {
      await this.#destroyOrders.done(order, false)
      report.forget()
    } else {
      const news = { source: file.spec.source, diagnostics: file.warnings, number: undefined, vms: [] }
      report.removal(() => conditionsOfDestroyed(removalOf(order)), news, 'nothing')
    }
    return { kind: 'settled' }
  }
}
