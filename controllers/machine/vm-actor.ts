import { assign, enqueueActions, fromPromise, sendParent, setup } from 'xstate'
import type { Outcome } from '../../model/outcome.ts'
import { Withdrawn } from '../../model/permit.ts'
import { afterTry, NOT_TRIED, requeueAfter, restarted, type Tried } from '../pace/requeue.ts'
import { type VmAssignment, wishOf } from './vm-assignment.ts'
import type { VmExecutor } from './vm-executor.ts'

export interface VmInput {
  readonly vmid: number
  readonly executor: Pick<VmExecutor, 'work'>
  /** 0..1, to spread retries. */
  readonly random: () => number
  /** Epoch milliseconds, by the clock that the machine waits by. */
  readonly now: () => number
}

interface VmContext extends VmInput {
  readonly assignment: VmAssignment | undefined
  readonly withdraw: AbortController
  /** Whether what the work under way began for is still wanted, nothing is, or something else. */
  readonly wanted: 'still' | 'nothing' | 'something else'
  readonly tried: Tried
}

export type VmEvent =
  /** A plan made from a look at the cluster that began after the last work ended. */
  | { readonly type: 'assign'; readonly assignment: VmAssignment }
  /** Nobody wants anything of the VM for now; `keep`: it is to go. */
  | { readonly type: 'withdraw'; readonly why: string; readonly what: VmAssignment['kind'] | 'all' }
  /** Whatever it waits for need not be waited for any longer. */
  | { readonly type: 'restart' }

/** What a VM tells its range: that its work has ended, or that it needs a new plan. */
export type FromVm =
  | { readonly type: 'vmRests'; readonly vmid: number }
  | { readonly type: 'vmNeedsPlan'; readonly vmid: number }

type Work = Pick<VmContext, 'executor' | 'assignment' | 'withdraw'>

/**
 * When one VM is worked on: resting -> working -> resting | rechecking | backingOff | stalled. What is done is the executor's
 * business. It never carries out a plan that was made while it worked, as that saw the VM half done: it asks its range for
 * another. When something else is wanted it stops between two steps; what was sent is seen to its end.
 */
export const vmActor = setup({
  types: { input: {} as VmInput, context: {} as VmContext, events: {} as VmEvent },
  actors: {
    work: fromPromise<Outcome, Work>(({ input: { executor, assignment, withdraw } }) =>
      assignment === undefined ? Promise.resolve({ kind: 'settled' }) : executor.work(assignment, withdraw.signal),
    ),
  },
  actions: {
    tellRest: sendParent(({ context: { vmid } }): FromVm => ({ type: 'vmRests', vmid })),
    askForPlan: sendParent(({ context: { vmid } }): FromVm => ({ type: 'vmNeedsPlan', vmid })),
    forget: assign({ tried: NOT_TRIED }),
    restart: assign({ tried: ({ context: { tried } }) => restarted(tried) }),
  },
  guards: {
    isGone: ({ context: { assignment, tried } }) => assignment?.kind === 'remove' && tried.outcome?.kind === 'settled',
    isMeant: ({ context: { assignment }, event }) =>
      event.type === 'withdraw' && (event.what === 'all' || event.what === assignment?.kind),
    isOutdated: ({ context }) => context.wanted === 'something else',
    isWithdrawn: ({ context }) => context.wanted === 'nothing',
    isProgressing: ({ context: { tried } }) => tried.outcome?.kind === 'progressing',
    isToRetry: ({ context: { tried } }) => tried.outcome?.kind === 'retry',
    isStalled: ({ context: { tried } }) => tried.outcome?.kind === 'stalled',
  },
  delays: { requeue: ({ context: { tried, now, random } }) => requeueAfter(tried, now(), random()) },
}).createMachine({
  context: ({ input }) => ({
    ...input,
    assignment: undefined,
    withdraw: new AbortController(),
    wanted: 'still',
    tried: NOT_TRIED,
  }),
  initial: 'resting',
  on: {
    assign: {
      target: '.working',
      actions: assign({
        assignment: ({ event }) => event.assignment,
        withdraw: () => new AbortController(),
        wanted: 'still',
      }),
    },
    withdraw: { guard: 'isMeant', target: '.resting', actions: 'forget' },
    restart: { actions: 'restart' },
  },
  states: {
    resting: {},
    working: {
      on: {
        assign: {
          actions: enqueueActions(({ context: { assignment, withdraw, wanted }, event, enqueue }) => {
            const same = assignment !== undefined && wishOf(assignment) === wishOf(event.assignment)
            if (same && wanted === 'still') return
            enqueue(() => withdraw.abort(new Withdrawn('something else is wanted of it by now')))
            enqueue.assign({ wanted: 'something else' })
          }),
        },
        withdraw: {
          guard: 'isMeant',
          actions: enqueueActions(({ context: { withdraw }, event, enqueue }) => {
            enqueue(() => withdraw.abort(new Withdrawn(event.why, event.what === 'keep' ? 'removal' : 'change')))
            enqueue.assign({ wanted: 'nothing' })
          }),
        },
      },
      invoke: {
        src: 'work',
        input: ({ context: { executor, assignment, withdraw } }) => ({ executor, assignment, withdraw }),
        onDone: {
          target: 'deciding',
          actions: assign({ tried: ({ context: { tried }, event }) => afterTry(tried, event.output) }),
        },
        onError: {
          target: 'deciding',
          actions: assign({
            tried: ({ context: { tried }, event }) => afterTry(tried, { kind: 'retry', error: String(event.error) }),
          }),
        },
      },
    },
    deciding: {
      always: [
        { guard: 'isOutdated', target: 'resting', actions: 'askForPlan' },
        { guard: 'isWithdrawn', target: 'resting', actions: ['forget', 'tellRest'] },
        // What follows for its range is for a pass to see.
        { guard: 'isGone', target: 'resting', actions: ['forget', 'askForPlan'] },
        { guard: 'isProgressing', target: 'rechecking', actions: 'tellRest' },
        { guard: 'isToRetry', target: 'backingOff', actions: 'tellRest' },
        { guard: 'isStalled', target: 'stalled', actions: 'tellRest' },
        { target: 'resting', actions: 'tellRest' },
      ],
    },
    rechecking: { after: { requeue: { target: 'resting', actions: 'askForPlan' } } },
    backingOff: { after: { requeue: { target: 'resting', actions: 'askForPlan' } } },
    stalled: { after: { requeue: { target: 'resting', actions: 'askForPlan' } } },
  },
})
