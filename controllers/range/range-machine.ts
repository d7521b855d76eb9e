import { assign, fromPromise, setup } from 'xstate'
import type { Outcome } from '../../model/outcome.ts'

export interface RangeInput {
  readonly rangeId: string
  /** One pass over the range. A rejection, which would be a bug or a stopping controller, counts as `retry`. */
  readonly reconcile: (rangeId: string, signal: AbortSignal) => Promise<Outcome>
  /** 0..1, to spread retries. */
  readonly random: () => number
  /** Epoch milliseconds, by the clock that the machine waits by. */
  readonly now: () => number
}

interface RangeContext extends RangeInput {
  /** A cause came up while a pass was under way: one more pass, never two at once. */
  readonly dirty: boolean
  readonly failures: number
  readonly lastOutcome: Outcome | undefined
}

/** Work that goes on by itself in Proxmox is looked at again after this. */
const RECHECK_MS = 1000
const BACKOFF_MS = { first: 1000, most: 30_000 } as const

/** Doubles with each failure in a row, up to 30 s, and varies by half so that ranges don't retry in step. */
export const backoffOf = (failures: number, random: number): number =>
  Math.min(BACKOFF_MS.first * 2 ** Math.max(0, failures - 1), BACKOFF_MS.most) * (0.5 + random / 2)

/** How long to wait after a failure: until what failed is tried again where that is known, or with growing delay. */
function delayOf({ lastOutcome, failures, random, now }: RangeContext): number {
  const backoff = backoffOf(failures, random())
  if (lastOutcome?.kind !== 'retry' || lastOutcome.dueAt === undefined) return backoff
  const left = Math.max(0, lastOutcome.dueAt - now())
  return lastOutcome.orSooner === true ? Math.min(backoff, left) : left
}

/** A stalled range whose time is not known is woken from outside. */
const dueIn = ({ lastOutcome, now }: RangeContext): number =>
  lastOutcome?.kind === 'stalled' && lastOutcome.dueAt !== undefined ? Math.max(0, lastOutcome.dueAt - now()) : A_DAY_MS
const A_DAY_MS = 86_400_000

const outcomeOfRejection = (error: unknown): Outcome => ({
  kind: 'retry',
  error: error instanceof Error ? error.message : String(error),
})

/**
 * When a range is looked at: waiting -> reconciling -> waiting | rechecking | backingOff | stalled. It alone decides
 * on that; what a pass does is not its business. A trigger (somebody changed something) ends any waiting at once and
 * restarts the backoff; a resync (time has passed) wakes only those that have nothing else to wake them.
 */
export const rangeMachine = setup({
  types: {
    input: {} as RangeInput,
    context: {} as RangeContext,
    events: {} as { type: 'trigger' } | { type: 'resync' },
  },
  actors: {
    reconcile: fromPromise<Outcome, RangeInput>(({ input, signal }) => input.reconcile(input.rangeId, signal)),
  },
  guards: {
    isDirty: ({ context }) => context.dirty,
    isProgressing: ({ context }) => context.lastOutcome?.kind === 'progressing',
    isToRetry: ({ context }) => context.lastOutcome?.kind === 'retry',
    /** Others of its VMs need nothing to be waited for. */
    waitsForOne: ({ context: { lastOutcome } }) => lastOutcome?.kind === 'retry' && lastOutcome.dueAt !== undefined,
    isStalled: ({ context }) => context.lastOutcome?.kind === 'stalled',
  },
  delays: {
    recheck: RECHECK_MS,
    backoff: ({ context }) => delayOf(context),
    due: ({ context }) => dueIn(context),
  },
}).createMachine({
  context: ({ input }) => ({ ...input, dirty: false, failures: 0, lastOutcome: undefined }),
  initial: 'waiting',
  states: {
    waiting: { on: { trigger: 'reconciling', resync: 'reconciling' } },
    reconciling: {
      entry: assign({ dirty: false }),
      on: { trigger: { actions: assign({ dirty: true, failures: 0 }) } },
      invoke: {
        src: 'reconcile',
        input: ({ context: { rangeId, reconcile, random, now } }) => ({ rangeId, reconcile, random, now }),
        onDone: {
          target: 'deciding',
          actions: assign({
            lastOutcome: ({ event }) => event.output,
            failures: ({ context, event }) => (event.output.kind === 'retry' ? context.failures + 1 : 0),
          }),
        },
        onError: {
          target: 'deciding',
          actions: assign({
            lastOutcome: ({ event }) => outcomeOfRejection(event.error),
            failures: ({ context }) => context.failures + 1,
          }),
        },
      },
    },
    deciding: {
      always: [
        { guard: 'isDirty', target: 'reconciling' },
        { guard: 'isProgressing', target: 'rechecking' },
        { guard: 'isToRetry', target: 'backingOff' },
        { guard: 'isStalled', target: 'stalled' },
        { target: 'waiting' },
      ],
    },
    rechecking: { after: { recheck: 'reconciling' }, on: { trigger: 'reconciling' } },
    backingOff: {
      after: { backoff: 'reconciling' },
      on: {
        trigger: { target: 'reconciling', actions: assign({ failures: 0 }) },
        resync: { guard: 'waitsForOne', target: 'reconciling' },
      },
    },
    stalled: { after: { due: 'reconciling' }, on: { trigger: 'reconciling', resync: 'reconciling' } },
  },
})
