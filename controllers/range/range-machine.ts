import { type ActorRefFrom, assign, enqueueActions, fromCallback, sendTo, setup } from 'xstate'
import type { Outcome } from '../../model/outcome.ts'
import { type FromVm, vmActor } from '../machine/vm-actor.ts'
import { type VmAssignment, vmidOf } from '../machine/vm-assignment.ts'
import type { VmExecutor } from '../machine/vm-executor.ts'
import { afterTry, NOT_TRIED, requeueAfter, restarted, type Tried } from '../pace/requeue.ts'

/** How a pass reaches the VMs of its range, and hears that another pass is wanted. */
export interface PassReach {
  /**
   * Hands VMs their plans. With `all`, what is left out is wanted no more.
   *
   * @param assignments made from a look that began when none of these VMs was worked on, or to be ignored by those that are
   * @param begun VMIDs of those that were handed theirs before, which may have got further since: they are wanted, and no more
   */
  readonly handOver: (assignments: readonly VmAssignment[], extent: 'all' | 'some', begun?: ReadonlySet<number>) => void
  /** Nothing of that kind, or nothing at all, is wanted of any VM for now. */
  readonly withdraw: (why: string, what: VmAssignment['kind'] | 'all') => void
  /** What VMs are worked on for just now. */
  readonly underWay: () => ReadonlySet<VmAssignment['kind']>
  /** Aborts when something has changed, so that this pass should end as soon as it only waits. */
  readonly superseded: AbortSignal
}

export interface RangeInput {
  readonly rangeId: string
  /** One pass over the range. A rejection, which would be a bug or a stopping controller, counts as `retry`. */
  readonly pass: (rangeId: string, reach: PassReach) => Promise<Outcome>
  /** What the VMs' actors work with. */
  readonly executor: Pick<VmExecutor, 'work'>
  /** 0..1, to spread retries. */
  readonly random: () => number
  /** Epoch milliseconds, by the clock that the machine waits by. */
  readonly now: () => number
}

interface RangeContext extends RangeInput {
  /** A cause came up while a pass was under way: one more pass, never two at once. */
  readonly dirty: boolean
  readonly tried: Tried
  /** By VMID. */
  readonly vms: ReadonlyMap<number, ActorRefFrom<typeof vmActor>>
}

type RangeEvent =
  /** Somebody changed something: the range is looked at now. */
  | { readonly type: 'trigger' }
  /** Time has passed. */
  | { readonly type: 'resync' }
  | {
      readonly type: 'handOver'
      readonly assignments: readonly VmAssignment[]
      readonly extent: 'all' | 'some'
      readonly begun: ReadonlySet<number>
    }
  | { readonly type: 'withdraw'; readonly why: string; readonly what: VmAssignment['kind'] | 'all' }
  | { readonly type: 'passed'; readonly outcome: Outcome }
  | FromVm

const NONE: ReadonlySet<number> = new Set()

const outcomeOfRejection = (error: unknown): Outcome => ({
  kind: 'retry',
  error: error instanceof Error ? error.message : String(error),
})

/** Runs one pass; tells the range what it hands to VMs, and how it ended. */
const passLogic = fromCallback<{ readonly type: 'supersede' }, RangeContext, RangeEvent>(
  ({ input: { rangeId, pass, vms }, sendBack, receive }) => {
    const superseded = new AbortController()
    receive(() => superseded.abort())
    const reach: PassReach = {
      handOver: (assignments, extent, begun = NONE) => sendBack({ type: 'handOver', assignments, extent, begun }),
      withdraw: (why, what) => sendBack({ type: 'withdraw', why, what }),
      // A pass asks before it hands anything over, so that these are all there are.
      underWay: () => new Set([...vms.values()].flatMap(workOf)),
      superseded: superseded.signal,
    }
    pass(rangeId, reach).then(
      (outcome) => sendBack({ type: 'passed', outcome }),
      (error: unknown) => sendBack({ type: 'passed', outcome: outcomeOfRejection(error) }),
    )
  },
)

/**
 * When a range is looked at: waiting -> reconciling -> waiting | rechecking | backingOff | stalled. It alone decides
 * on that; what a pass does is not its business. A pass plans and hands each VM its plan; the VMs, actors of their own, work
 * on after it and ask for another pass when they need a new plan. A trigger (somebody changed something) ends any waiting at
 * once and restarts the backoff; a resync (time has passed) wakes only those that have nothing else to wake them.
 */
export const rangeMachine = setup({
  types: { input: {} as RangeInput, context: {} as RangeContext, events: {} as RangeEvent },
  actors: { pass: passLogic, vm: vmActor },
  actions: {
    restart: enqueueActions(({ context: { tried, vms }, enqueue }) => {
      enqueue.assign({ tried: restarted(tried) })
      for (const vm of vms.values()) enqueue.sendTo(vm, { type: 'restart' })
    }),
    handOver: enqueueActions(({ context: { vms, executor, random, now }, event, enqueue }) => {
      if (event.type !== 'handOver') return
      const { assignments, extent, begun } = event
      enqueue.assign({
        vms: ({ spawn }) => {
          const missing = assignments.map(vmidOf).filter((vmid) => !vms.has(vmid))
          const spawned = missing.map((vmid) => {
            return [vmid, spawn('vm', { input: { vmid, executor, random, now } })] as const
          })
          return new Map([...vms, ...spawned])
        },
      })
      for (const assignment of assignments.filter((each) => !begun.has(vmidOf(each))))
        enqueue.sendTo(({ context }) => vmIn(context, vmidOf(assignment)), { type: 'assign', assignment })
      if (extent === 'some') return
      const wanted = new Set(assignments.map(vmidOf))
      const gone = new Set<number>()
      for (const [vmid, vm] of vms) {
        if (wanted.has(vmid)) continue
        // One that is worked on is let go of by a later pass, when its work has ended.
        if (vm.getSnapshot().value === 'working')
          enqueue.sendTo(vm, { type: 'withdraw', why: 'its range file names it no more', what: 'all' })
        else {
          enqueue.stopChild(vm)
          gone.add(vmid)
        }
      }
      enqueue.assign({ vms: ({ context }) => new Map([...context.vms].filter(([vmid]) => !gone.has(vmid))) })
    }),
    withdraw: enqueueActions(({ context: { vms }, event, enqueue }) => {
      if (event.type !== 'withdraw') return
      for (const vm of vms.values()) enqueue.sendTo(vm, { type: 'withdraw', why: event.why, what: event.what })
    }),
  },
  guards: {
    isDirty: ({ context }) => context.dirty,
    isProgressing: ({ context: { tried } }) => tried.outcome?.kind === 'progressing',
    isToRetry: ({ context: { tried } }) => tried.outcome?.kind === 'retry',
    isStalled: ({ context: { tried } }) => tried.outcome?.kind === 'stalled',
  },
  delays: { requeue: ({ context: { tried, now, random } }) => requeueAfter(tried, now(), random()) },
}).createMachine({
  context: ({ input }) => ({ ...input, dirty: false, tried: NOT_TRIED, vms: new Map() }),
  initial: 'waiting',
  on: {
    handOver: { actions: 'handOver' },
    withdraw: { actions: 'withdraw' },
    trigger: { target: '.reconciling', actions: 'restart' },
    vmNeedsPlan: { target: '.reconciling' },
    // Told so that whoever waits for all to come to rest looks again.
    vmRests: {},
  },
  states: {
    waiting: { on: { resync: 'reconciling' } },
    reconciling: {
      entry: assign({ dirty: false }),
      on: {
        trigger: { actions: [assign({ dirty: true }), 'restart', sendTo('pass', { type: 'supersede' })] },
        vmNeedsPlan: { actions: assign({ dirty: true }) },
        passed: {
          target: 'deciding',
          actions: assign({ tried: ({ context: { tried }, event }) => afterTry(tried, event.outcome) }),
        },
      },
      invoke: { id: 'pass', src: 'pass', input: ({ context }) => context },
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
    rechecking: { after: { requeue: 'reconciling' } },
    backingOff: { after: { requeue: 'reconciling' } },
    stalled: { after: { requeue: 'reconciling' }, on: { resync: 'reconciling' } },
  },
})

function workOf(vm: ActorRefFrom<typeof vmActor>): readonly VmAssignment['kind'][] {
  const { value, context } = vm.getSnapshot()
  return value === 'working' && context.assignment !== undefined ? [context.assignment.kind] : []
}

function vmIn({ vms }: RangeContext, vmid: number): ActorRefFrom<typeof vmActor> {
  const vm = vms.get(vmid)
  if (vm === undefined) throw new Error(`VM ${vmid} has no actor`)
  return vm
}
