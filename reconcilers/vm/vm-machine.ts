import { assign, fromPromise, not, setup } from 'xstate'
import type { MachineRead } from '../../model/machine-ports.ts'
import { configPatchOf } from './config-patch.ts'
import { isLeftover } from './interrupted-clone.ts'
import { pausedMessage, unconfiguredMessage } from './plan-vm.ts'
import {
  failed,
  GONE,
  heldMessage,
  leftover,
  locked,
  notShutDown,
  retry,
  STOPPED,
  stranger,
  unmarkedMessage,
} from './vm-results.ts'
import { SHUTDOWN_SECONDS } from './shutdown.ts'
import { cloneVm, isUnclear, marksIn, onlyLook, present, whileWanted } from './vm-steps.ts'
import type { VmContext, VmResult, VmWork } from './vm-work.ts'

/**
 * The steps of one VM: absent -> cloning -> configuring -> starting -> running, or, where `power` is off,
 * running -> stopping -> stopped. Entered by what is read from Proxmox
 * just now, never from memory, so that it carries on wherever a crash left the VM. The first write is preceded by a
 * look, and one with an unknown outcome is followed by a look, never by the same write unseen. Nothing is begun once
 * the signal is aborted.
 */
export const vmMachine = setup({
  types: { input: {} as VmWork, context: {} as VmContext, output: {} as VmResult },
  actors: {
    look: fromPromise<MachineRead | undefined, VmWork>(({ input }) =>
      whileWanted(input, ({ machines, node, plan, permit }) => machines.read(node, plan.vmid, permit.signal)),
    ),
    clone: fromPromise<void, VmWork>(({ input }) => whileWanted(input, cloneVm)),
    configure: fromPromise<void, { work: VmWork; read: MachineRead }>(({ input: { work, read } }) =>
      whileWanted(work, ({ machines, node, plan, networks, permit }) =>
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
  actions: {
    countUnclearWrite: assign({ unclearWrites: ({ context }) => context.unclearWrites + 1 }),
    onlyLook: assign({ work: ({ context }) => onlyLook(context.work) }),
  },
  guards: {
    isUnclear: ({ context, event }) => isUnclear(context, event['error']),
    isFreeToStart: ({ event }) => 'output' in event && event['output'] === undefined,
    isToBeCreated: ({ context: { read, work } }) => read === undefined && work.plan.step.kind === 'create',
    isGone: ({ context: { read } }) => read === undefined,
    isInTheWay: ({ context: { work } }) => work.plan.step.kind === 'leftover',
    isLeftover: ({ context: { read } }) => read !== undefined && isLeftover(read),
    isToBeRemoved: ({ context: { work } }) => work.plan.step.kind === 'leftover' && work.plan.step.repair,
    isNamed: ({ context: { read } }) => read?.name !== undefined && !read.template,
    isLocked: ({ context: { read } }) => read?.lock !== undefined,
    isStranger: ({ context: { read, work } }) =>
      read !== undefined && (read.template || read.name !== work.plan.spec.name),
    isRunning: ({ context: { read, work } }) =>
      read?.running === true && !read.template && read.name === work.plan.spec.name,
    isRunningUnconfigured: ({ context: { read, work } }) =>
      read?.running === true && read.name === work.plan.spec.name && marksIn(read, work) === 'unconfigured',
    isUnconfigured: ({ context: { read, work } }) => marksIn(read, work) === 'unconfigured',
    isToBeOff: ({ context: { work } }) => work.plan.step.kind === 'shutdown',
    staysOff: ({ context: { work } }) => 'power' in work.plan.step && work.plan.step.power === 'off',
    isOff: ({ context: { read } }) => read?.running === false,
    isPaused: ({ context: { read } }) => read?.paused === true,
    hasLostItsTags: ({ context: { read, work } }) =>
      work.plan.step.kind === 'shutdown' && work.plan.step.marked && marksIn(read, work) !== 'configured',
  },
}).createMachine({
  context: ({ input }) => ({
    work: input,
    read: undefined,
    unclearWrites: 0,
    result: { phase: input.plan.phase, outcome: { kind: 'progressing' } },
  }),
  initial: 'looking',
  output: ({ context }) => context.result,
  states: {
    looking: {
      invoke: {
        src: 'look',
        input: ({ context }) => context.work,
        onDone: { target: 'deciding', actions: assign({ read: ({ event }) => event.output }) },
        onError: { target: 'ended', actions: assign({ result: ({ event, context }) => failed(context, event.error) }) },
      },
    },
    deciding: {
      always: [
        { guard: 'isToBeCreated', target: 'cloning' },
        { guard: 'isInTheWay', target: 'decidingLeftover' },
        {
          guard: 'isGone',
          target: 'ended',
          actions: assign({
            result: ({ context }) =>
              retry(
                'absent',
                `vm ${context.work.plan.spec.name}: not found on ${context.work.node} just now; looking again`,
              ),
          }),
        },
        { guard: 'isToBeOff', target: 'decidingShutdown' },
        {
          guard: 'isRunningUnconfigured',
          target: 'ended',
          actions: assign({
            result: ({ context: { work } }) =>
              retry('unknown', unconfiguredMessage(work.plan.spec.name, work.networks.rangeId)),
          }),
        },
        // A running VM may well be locked, by its backup for example.
        {
          guard: 'isRunning',
          target: 'ended',
          actions: assign({ result: { phase: 'running', outcome: { kind: 'settled' } } }),
        },
        { guard: 'isLocked', target: 'ended', actions: assign({ result: ({ context }) => locked(context) }) },
        { guard: 'isStranger', target: 'ended', actions: assign({ result: ({ context }) => stranger(context) }) },
        { guard: 'isUnconfigured', target: 'configuring' },
        { target: 'readying' },
      ],
    },
    decidingLeftover: {
      always: [
        // Gone, or named by now: the next look at the cluster shows what it is.
        { guard: 'isGone', target: 'ended' },
        { guard: 'isLocked', target: 'ended', actions: assign({ result: ({ context }) => locked(context) }) },
        { guard: 'isNamed', target: 'ended' },
        {
          guard: not('isLeftover'),
          target: 'ended',
          actions: assign({ result: ({ context }) => stranger(context) }),
        },
        { guard: 'isToBeRemoved', target: 'removing' },
        { target: 'ended', actions: assign({ result: ({ context }) => leftover(context) }) },
      ],
    },
    removing: {
      invoke: {
        src: 'removeLeftover',
        input: ({ context }) => context.work,
        // The next pass clones it, on a node that is chosen then.
        onDone: { target: 'ended', actions: assign({ result: GONE }) },
        onError: [
          { guard: 'isUnclear', target: 'looking', actions: 'countUnclearWrite' },
          { target: 'ended', actions: assign({ result: ({ event, context }) => failed(context, event.error) }) },
        ],
      },
    },
    // Every doubt about whose VM it is, or what is going on with it, leaves it running.
    decidingShutdown: {
      always: [
        { guard: 'isStranger', target: 'ended', actions: assign({ result: ({ context }) => stranger(context) }) },
        { guard: 'isOff', target: 'ended', actions: assign({ result: STOPPED }) },
        {
          guard: 'hasLostItsTags',
          target: 'ended',
          actions: assign({ result: ({ context: { work } }) => retry('running', unmarkedMessage(work)) }),
        },
        { guard: 'isLocked', target: 'ended', actions: assign({ result: ({ context }) => locked(context) }) },
        {
          guard: 'isPaused',
          target: 'ended',
          actions: assign({ result: ({ context: { work } }) => retry('running', pausedMessage(work.plan.spec.name)) }),
        },
        { target: 'stopping' },
      ],
    },
    cloning: {
      invoke: {
        src: 'clone',
        input: ({ context }) => context.work,
        onDone: { target: 'looking', actions: 'onlyLook' },
        onError: [
          { guard: 'isUnclear', target: 'looking', actions: ['countUnclearWrite', 'onlyLook'] },
          {
            target: 'ended',
            actions: assign({ result: ({ event, context }) => failed(context, event.error, 'cloning') }),
          },
        ],
      },
    },
    configuring: {
      invoke: {
        src: 'configure',
        input: ({ context: { work, read } }) => ({ work, read: present(read) }),
        onDone: 'readying',
        onError: [
          { guard: 'isUnclear', target: 'looking', actions: 'countUnclearWrite' },
          {
            target: 'ended',
            actions: assign({ result: ({ event, context }) => failed(context, event.error, 'configuring') }),
          },
        ],
      },
    },
    readying: {
      always: [
        { guard: 'staysOff', target: 'ended', actions: assign({ result: STOPPED }) },
        { target: 'awaitingNetworks' },
      ],
    },
    awaitingNetworks: {
      invoke: {
        src: 'holdStart',
        input: ({ context }) => context.work,
        onDone: [
          { guard: 'isFreeToStart', target: 'starting' },
          {
            target: 'ended',
            actions: assign({
              result: ({ context: { work }, event }) => retry('starting', heldMessage(work, event.output ?? '')),
            }),
          },
        ],
        onError: {
          target: 'ended',
          actions: assign({ result: ({ event, context }) => failed(context, event.error, 'starting') }),
        },
      },
    },
    starting: {
      invoke: {
        src: 'start',
        input: ({ context }) => context.work,
        onDone: { target: 'ended', actions: assign({ result: { phase: 'running', outcome: { kind: 'settled' } } }) },
        onError: [
          { guard: 'isUnclear', target: 'looking', actions: 'countUnclearWrite' },
          {
            target: 'ended',
            actions: assign({ result: ({ event, context }) => failed(context, event.error, 'starting') }),
          },
        ],
      },
    },
    stopping: {
      invoke: {
        src: 'shutDown',
        input: ({ context }) => context.work,
        onDone: { target: 'ended', actions: assign({ result: STOPPED }) },
        onError: [
          { guard: 'isUnclear', target: 'looking', actions: 'countUnclearWrite' },
          {
            target: 'ended',
            actions: assign({ result: ({ event, context }) => notShutDown(context, event.error) }),
          },
        ],
      },
    },
    ended: { type: 'final' },
  },
})
