import { type AnyEventObject, assign, fromPromise, setup } from 'xstate'
import type { MachineRead } from '../../model/machine-ports.ts'
import { Outdated } from '../../model/permit.ts'
import type { VmPhase } from '../../model/vm-phase.ts'
import { configPatchOf } from './config-patch.ts'
import { pausedMessage, unconfiguredMessage } from './plan-existing-vm.ts'
import { SHUTDOWN_SECONDS } from './shutdown.ts'
import { vmGuards } from './vm-guards.ts'
import {
  failed,
  GONE,
  heldMessage,
  leftover,
  locked,
  notFoundMessage,
  notInPoolMessage,
  notShutDown,
  retry,
  RUNNING,
  STOPPED,
  stranger,
  unmarkedMessage,
  wordsOf,
} from './vm-results.ts'
import type { VmLook } from './vm-look.ts'
import { cloneVm, isUnclear, lookAt, onlyLook, present, untilMarked, whileWanted } from './vm-steps.ts'
import type { VmContext, VmResult, VmWork } from './vm-work.ts'

/** What an event that ended an invoked step carries. */
const errorIn = (event: AnyEventObject): unknown => event['error']
/** Why the VM must not be started, where the step found that out. */
const holdIn = (event: AnyEventObject): string | undefined => {
  const output: unknown = event['output']
  return typeof output === 'string' ? output : undefined
}

/** What the steps of one VM do, and what each end of them says; their order is `vmMachine`'s. */
export const vmSetup = setup({
  types: { input: {} as VmWork, context: {} as VmContext, output: {} as VmResult },
  actors: {
    look: fromPromise<VmLook, VmWork>(({ input }) => whileWanted(untilMarked(input), lookAt)),
    clone: fromPromise<void, VmWork>(({ input }) => whileWanted(input, cloneVm)),
    configure: fromPromise<void, { work: VmWork; read: MachineRead }>(({ input: { work, read } }) =>
      whileWanted(untilMarked(work), ({ machines, node, plan, networks, permit }) =>
        machines.configure(node, read.vmid, configPatchOf(plan.spec, networks, read), permit),
      ),
    ),
    removeLeftover: fromPromise<void, VmWork>(({ input }) =>
      whileWanted(input, ({ machines, node, plan, permit }) =>
        machines.destroy(node, plan.vmid, permit, { unreferencedDisks: true }),
      ),
    ),
    holdStart: fromPromise<string | undefined, VmWork>(({ input }) => whileWanted(input, () => input.holdStart())),
    start: fromPromise<void, VmWork>(({ input }) =>
      whileWanted(input, ({ machines, node, plan, permit }) => machines.start(node, plan.vmid, permit)),
    ),
    shutDown: fromPromise<void, VmWork>(({ input }) =>
      whileWanted(input, ({ machines, node, plan, permit }) =>
        machines.shutdown(node, plan.vmid, SHUTDOWN_SECONDS, permit),
      ),
    ),
  },
  guards: {
    ...vmGuards,
    /** The write may have happened: to be answered by a look. */
    isUnclear: ({ context, event }) => isUnclear(context, errorIn(event)),
    /** It was not sent, as what it depends on has changed. */
    isOutdated: ({ event }) => errorIn(event) instanceof Outdated,
    mayStart: ({ event }) => holdIn(event) === undefined,
  },
  actions: {
    countUnclear: assign({
      unclearWrites: ({ context }) => context.unclearWrites + 1,
      unclear: ({ event }) => wordsOf(errorIn(event)),
    }),
    onlyLook: assign({ work: ({ context }) => onlyLook(context.work) }),
    seen: assign({ read: (_, look: VmLook) => look.read, look: (_, look: VmLook) => look }),
    running: assign({ result: RUNNING }),
    stopped: assign({ result: STOPPED }),
    removed: assign({ result: GONE }),
    locked: assign({ result: ({ context }) => locked(context) }),
    stranger: assign({ result: ({ context }) => stranger(context) }),
    leftover: assign({ result: ({ context }) => leftover(context) }),
    notInPool: assign({ result: ({ context: { work } }) => retry('blocked', notInPoolMessage(work)) }),
    notFound: assign({ result: ({ context }) => retry('absent', notFoundMessage(context)) }),
    unmarked: assign({ result: ({ context }) => retry('running', unmarkedMessage(context)) }),
    paused: assign({
      result: ({ context: { work } }) =>
        retry('running', pausedMessage(work.plan.spec.name, { vmid: work.plan.vmid, node: work.node })),
    }),
    runsUnconfigured: assign({
      result: ({ context: { work, read } }) =>
        retry('unknown', unconfiguredMessage(work.plan.spec.name, present(read), work.networks.rangeId)),
    }),
    held: assign({
      result: ({ context: { work }, event }) => retry('starting', heldMessage(work, holdIn(event) ?? '')),
    }),
    failed: assign({
      result: ({ context, event }, phase: VmPhase | undefined) => failed(context, errorIn(event), phase),
    }),
    notShutDown: assign({ result: ({ context, event }) => notShutDown(context, errorIn(event)) }),
  },
})
