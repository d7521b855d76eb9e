import { removalOf } from '../../model/destroy-order.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { RangeInHand } from '../range/range-in-hand.ts'
import type { PassReach } from '../range/range-machine.ts'
import type { Wish } from '../range/range-wishes.ts'
import type { DestroyOrders } from './destroy-orders.ts'
import type { Pruning } from './pruning.ts'
import { conditionsOfDestroyed } from './removal-conditions.ts'
import { type RemovalDependencies, RemovalPass, type RemovalSource } from './removal-pass.ts'

type GoneWish = Extract<Wish, { readonly kind: 'removal' | 'destroyed' | 'missing' }>

/** The pass over a range that is to go, is gone, or whose file is gone. */
export class RemovalReconciler {
  readonly #deps: Omit<RemovalDependencies, 'board'>
  readonly #destroyOrders: Pick<DestroyOrders, 'done'>
  readonly #pruning: Pick<Pruning, 'outlookOf'>

  constructor(
    deps: Omit<RemovalDependencies, 'board'>,
    destroyOrders: Pick<DestroyOrders, 'done'>,
    pruning: Pick<Pruning, 'outlookOf'>,
  ) {
    this.#deps = deps
    this.#destroyOrders = destroyOrders
    this.#pruning = pruning
  }

  async reconcile(
    wish: GoneWish,
    { id, report }: RangeInHand,
    reach: PassReach,
    signal: AbortSignal,
  ): Promise<Outcome> {
    reach.withdraw(`range ${id}: it is to go`)
    const source = wish.kind === 'missing' ? undefined : wish.file?.spec.source
    switch (wish.kind) {
      case 'missing': {
        // Nothing of it was left while its file was still there, so nothing is missing.
        if (report.isGone) {
          report.forget()
          return { kind: 'settled' }
        }
        const outlook = this.#pruning.outlookOf(id)
        if (report.status === undefined && outlook === undefined) return { kind: 'settled' }
        return { kind: 'stalled', error: report.missing(outlook) }
      }
      case 'destroyed':
        if (wish.file === undefined) {
          await this.#destroyOrders.done(wish.order, false)
          report.forget()
        } else
          report.removal(
            conditionsOfDestroyed(removalOf(wish.order)),
            {
              source: wish.file.spec.source,
              diagnostics: wish.file.warnings,
              number: undefined,
              vms: [],
            },
            'nothing',
          )
        return { kind: 'settled' }
      case 'removal': {
        const { by, file, order } = wish
        const how: RemovalSource = {
          source: source ?? report.status?.source ?? id,
          diagnostics: file?.warnings ?? [],
          whenGone: file === undefined ? 'forgotten' : by.kind === 'order' ? 'destroyed' : 'absent',
        }
        const board = {
          get: () => (report.status === undefined ? undefined : { ...report.status, changedAt: '' }),
          set: async ({
            conditions,
            source: from,
            diagnostics,
            number,
            vms,
          }: Parameters<RemovalDependencies['board']['set']>[0]) =>
            report.removal(
              conditions,
              { source: from, diagnostics, number, vms },
              conditions.some(({ reason }) => reason === 'Absent' || reason === 'Destroyed') ? 'nothing' : 'something',
            ),
          forget: async () => report.forget(),
        }
        const outcome = await new RemovalPass(order, how, { ...this.#deps, board }, signal).run()
        if (outcome.kind === 'settled' && by.kind === 'order')
          await this.#destroyOrders.done(by.order, file !== undefined)
        return outcome
      }
    }
  }
}
