import { not } from 'xstate'
import type { VmPhase } from '../../model/vm-phase.ts'
import { vmSetup } from './vm-setup.ts'
import { onlyAsSeen, onlyIfAlone, present } from './vm-steps.ts'

/** A write failed in this phase: a look, where it may have happened; else the end. */
const afterWrite = (phase?: VmPhase) =>
  [
    { guard: 'isUnclear', target: 'looking', actions: 'countUnclear' },
    { target: 'ended', actions: { type: 'failed', params: phase } },
  ] as const

/**
 * The steps of one VM: absent -> cloning -> configuring -> starting -> running, or, where `power` is off,
 * running -> stopping -> stopped. Entered by what is read from Proxmox
 * just now, never from memory, so that it carries on wherever a crash left the VM. The first write is preceded by a
 * look, and one with an unknown outcome is followed by a look, never by the same write unseen. Nothing is begun once
 * it is withdrawn, or the signal is aborted.
 */
export const vmMachine = vmSetup.createMachine({
  context: ({ input }) => ({
    work: input,
    read: undefined,
    look: undefined,
    unclearWrites: 0,
    unclear: undefined,
    result: { phase: input.plan.phase, outcome: { kind: 'progressing' } },
  }),
  initial: 'looking',
  output: ({ context }) => context.result,
  states: {
    looking: {
      invoke: {
        src: 'look',
        input: ({ context }) => context.work,
        onDone: {
          target: 'deciding',
          actions: { type: 'seen', params: ({ event }) => event.output },
        },
        onError: { target: 'ended', actions: { type: 'failed', params: undefined } },
      },
    },
    deciding: {
      always: [
        { guard: 'isToBeCreated', target: 'cloning' },
        { guard: 'isInTheWay', target: 'decidingLeftover' },
        { guard: 'isGone', target: 'ended', actions: 'notFound' },
        { guard: 'isOutOfPool', target: 'ended', actions: 'notInPool' },
        { guard: 'isToBeOff', target: 'decidingShutdown' },
        { guard: 'isRunningUnconfigured', target: 'ended', actions: 'runsUnconfigured' },
        // A running VM may well be locked, by its backup for example.
        { guard: 'isRunning', target: 'ended', actions: 'running' },
        { guard: 'isLocked', target: 'ended', actions: 'locked' },
        { guard: 'isStranger', target: 'ended', actions: 'stranger' },
        { guard: 'isUnconfigured', target: 'configuring' },
        { target: 'readying' },
      ],
    },
    decidingLeftover: {
      always: [
        // Gone, or named by now: the next look at the cluster shows what it is.
        { guard: 'isGone', target: 'ended' },
        { guard: 'isLocked', target: 'ended', actions: 'locked' },
        { guard: 'isNamed', target: 'ended' },
        { guard: not('isLeftover'), target: 'ended', actions: 'stranger' },
        { guard: 'isToBeRemoved', target: 'removing' },
        { target: 'ended', actions: 'leftover' },
      ],
    },
    removing: {
      invoke: {
        src: 'removeLeftover',
        input: ({ context }) => onlyAsSeen(context),
        // The next pass clones it, on a node that is chosen then.
        onDone: { target: 'ended', actions: 'removed' },
        onError: afterWrite(),
      },
    },
    // Every doubt about whose VM it is, or what is going on with it, leaves it running.
    decidingShutdown: {
      always: [
        { guard: 'isStranger', target: 'ended', actions: 'stranger' },
        { guard: 'isOff', target: 'ended', actions: 'stopped' },
        { guard: 'hasLostItsTags', target: 'ended', actions: 'unmarked' },
        { guard: 'isLocked', target: 'ended', actions: 'locked' },
        { guard: 'isPaused', target: 'ended', actions: 'paused' },
        { target: 'stopping' },
      ],
    },
    cloning: {
      invoke: {
        src: 'clone',
        input: ({ context }) => onlyIfAlone(context),
        onDone: { target: 'looking', actions: 'onlyLook' },
        onError: [
          { guard: 'isOutdated', target: 'ended', actions: { type: 'failed', params: 'absent' } },
          { guard: 'isUnclear', target: 'looking', actions: ['countUnclear', 'onlyLook'] },
          { target: 'ended', actions: { type: 'failed', params: 'cloning' } },
        ],
      },
    },
    configuring: {
      invoke: {
        src: 'configure',
        input: ({ context }) => ({ work: onlyAsSeen(context), read: present(context.read) }),
        // Started is only what was looked at as it is by then.
        onDone: [{ guard: 'staysOff', target: 'ended', actions: 'stopped' }, { target: 'looking' }],
        onError: afterWrite('configuring'),
      },
    },
    readying: {
      always: [{ guard: 'staysOff', target: 'ended', actions: 'stopped' }, { target: 'awaitingNetworks' }],
    },
    awaitingNetworks: {
      invoke: {
        src: 'holdStart',
        input: ({ context }) => context.work,
        onDone: [
          { guard: 'mayStart', target: 'starting' },
          { target: 'ended', actions: 'held' },
        ],
        onError: { target: 'ended', actions: { type: 'failed', params: 'starting' } },
      },
    },
    starting: {
      invoke: {
        src: 'start',
        input: ({ context }) => onlyAsSeen(context),
        onDone: { target: 'ended', actions: 'running' },
        onError: afterWrite('starting'),
      },
    },
    stopping: {
      invoke: {
        src: 'shutDown',
        input: ({ context }) => onlyAsSeen(context),
        onDone: { target: 'ended', actions: 'stopped' },
        onError: [
          { guard: 'isUnclear', target: 'looking', actions: 'countUnclear' },
          { target: 'ended', actions: 'notShutDown' },
        ],
      },
    },
    ended: { type: 'final' },
  },
})
