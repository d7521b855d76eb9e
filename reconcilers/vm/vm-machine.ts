import { assign, fromPromise, setup } from 'xstate'
import { isConfiguredFor, OWNER_TAG, rangeTag } from '../../model/identity.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { VmPlan } from '../../model/plan.ts'
import type { MachineRead, Machines } from '../../model/ports.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import type { VmPhase } from '../../model/vm-phase.ts'
import { outcomeOfError } from '../outcome-of-error.ts'
import { lockedMessage, pausedMessage, unconfiguredMessage } from './plan-vm.ts'
import { configPatchOf, descriptionOf, type RangeNetworks } from './config-patch.ts'

/** What one VM's machine works with. */
export interface VmWork {
  readonly plan: VmPlan
  /** Where the VM is, or will be created. */
  readonly node: string
  readonly networks: RangeNetworks
  /** Where full clones go. */
  readonly fullClone: { readonly storage: string; readonly format: string }
  readonly machines: Machines
  /** Why the VM must not be started now, as what its node is or does; undefined when it may. */
  readonly holdStart?: string | undefined
  readonly signal: AbortSignal
}

interface VmContext {
  readonly work: VmWork
  /** The VM as last read; undefined when Proxmox said there is none. */
  readonly read: MachineRead | undefined
  /** How many writes so far got no answer, or were refused because they had happened already. */
  readonly unclearWrites: number
  readonly result: VmResult
}

/** How far a VM got, and when to look again. */
export interface VmResult {
  readonly phase: VmPhase
  readonly outcome: Outcome
}

const STOPPED: VmResult = { phase: 'stopped', outcome: { kind: 'settled' } }

/** So many unclear writes are answered by looking; one more ends the run, and the next pass plans anew. */
const UNCLEAR_WRITES_AT_MOST = 3

/** What Proxmox gives a guest by default; one that needs longer is found off by a later look. */
const SHUTDOWN_SECONDS = 60

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
      unlessAborted(input, ({ machines, node, plan, signal }) => machines.read(node, plan.vmid, signal)),
    ),
    clone: fromPromise<void, VmWork>(({ input }) => unlessAborted(input, cloneVm)),
    configure: fromPromise<void, { work: VmWork; read: MachineRead }>(({ input: { work, read } }) =>
      unlessAborted(work, ({ machines, node, plan, networks, signal }) =>
        machines.configure(node, read.vmid, configPatchOf(plan.spec, networks, read), signal),
      ),
    ),
    start: fromPromise<void, VmWork>(({ input }) =>
      unlessAborted(input, ({ machines, node, plan, signal }) => machines.start(node, plan.vmid, signal)),
    ),
    shutDown: fromPromise<void, VmWork>(({ input }) =>
      unlessAborted(input, ({ machines, node, plan, signal }) =>
        machines.shutdown(node, plan.vmid, SHUTDOWN_SECONDS, signal),
      ),
    ),
  },
  guards: {
    isToBeCreated: ({ context: { read, work } }) => read === undefined && work.plan.step.kind === 'create',
    isGone: ({ context: { read } }) => read === undefined,
    isLocked: ({ context: { read } }) => read?.lock !== undefined,
    isStranger: ({ context: { read, work } }) =>
      read !== undefined && (read.template || read.name !== work.plan.spec.name),
    isRunning: ({ context: { read, work } }) =>
      read?.running === true && !read.template && read.name === work.plan.spec.name,
    isRunningUnconfigured: ({ context: { read, work } }) =>
      read?.running === true && read.name === work.plan.spec.name && isUnconfigured(read, work),
    isUnconfigured: ({ context: { read, work } }) => isUnconfigured(read, work),
    isHeld: ({ context: { work } }) => work.holdStart !== undefined,
    isToBeOff: ({ context: { work } }) => work.plan.step.kind === 'shutdown',
    staysOff: ({ context: { work } }) => 'power' in work.plan.step && work.plan.step.power === 'off',
    isOff: ({ context: { read } }) => read?.running === false,
    isPaused: ({ context: { read } }) => read?.paused === true,
    hasLostItsTags: ({ context: { read, work } }) =>
      work.plan.step.kind === 'shutdown' &&
      work.plan.step.marked &&
      !isConfiguredFor(work.networks.rangeId, read?.tags ?? []),
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
        onDone: { target: 'looking', actions: assign({ work: ({ context }) => onlyLook(context.work) }) },
        onError: [
          {
            guard: ({ context, event }) => isUnclear(context, event.error),
            target: 'looking',
            actions: assign({
              unclearWrites: ({ context }) => context.unclearWrites + 1,
              work: ({ context }) => onlyLook(context.work),
            }),
          },
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
          {
            guard: ({ context, event }) => isUnclear(context, event.error),
            target: 'looking',
            actions: assign({ unclearWrites: ({ context }) => context.unclearWrites + 1 }),
          },
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
        {
          guard: 'isHeld',
          target: 'ended',
          actions: assign({ result: ({ context: { work } }) => retry('starting', heldMessage(work)) }),
        },
        { target: 'starting' },
      ],
    },
    starting: {
      invoke: {
        src: 'start',
        input: ({ context }) => context.work,
        onDone: { target: 'ended', actions: assign({ result: { phase: 'running', outcome: { kind: 'settled' } } }) },
        onError: [
          {
            guard: ({ context, event }) => isUnclear(context, event.error),
            target: 'looking',
            actions: assign({ unclearWrites: ({ context }) => context.unclearWrites + 1 }),
          },
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
          {
            guard: ({ context, event }) => isUnclear(context, event.error),
            target: 'looking',
            actions: assign({ unclearWrites: ({ context }) => context.unclearWrites + 1 }),
          },
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

/** Whatever the last step did meanwhile, an aborted run does nothing more. */
async function unlessAborted<T>(work: VmWork, step: (work: VmWork) => Promise<T>): Promise<T> {
  work.signal.throwIfAborted()
  return step(work)
}

function cloneVm({ plan, node, networks, fullClone, machines, signal }: VmWork): Promise<void> {
  if (plan.step.kind !== 'create') throw new Error(`vm ${plan.spec.name}: cloning was not planned`)
  return machines.clone(
    {
      template: plan.step.template,
      vmid: plan.vmid,
      name: plan.spec.name,
      pool: networks.rangeId,
      description: descriptionOf(plan.spec, networks.rangeId),
      target: node,
      full: plan.spec.fullClone ? fullClone : undefined,
    },
    signal,
  )
}

/** Only a clone that was never configured is: with the VMID that Lanista gives, and without the range's tags. */
function isUnconfigured(read: MachineRead | undefined, { plan, networks }: VmWork): boolean {
  const planned = plan.step.kind === 'create' || plan.phase === 'configuring'
  return read !== undefined && planned && !isConfiguredFor(networks.rangeId, read.tags)
}

const isUnclear = ({ unclearWrites }: VmContext, error: unknown): boolean =>
  unclearWrites < UNCLEAR_WRITES_AT_MOST && isProxmoxError(error, 'timeout-unknown-outcome', 'conflict')

/** After a clone, whatever its outcome, the VM is only looked for: a second one is for the next pass to decide. */
const onlyLook = (work: VmWork): VmWork => ({
  ...work,
  plan: { ...work.plan, phase: 'configuring', step: { kind: 'continue', node: work.node, power: powerOf(work) } },
})

const powerOf = ({ plan: { step } }: VmWork): 'on' | 'off' => ('power' in step ? step.power : 'off')

function present(read: MachineRead | undefined): MachineRead {
  if (read === undefined) throw new Error('a VM that was not read is never configured')
  return read
}

/** A clone ends by itself soon; another lock may be held for hours, or for good. */
const locked = ({ work, read }: VmContext): VmResult =>
  read?.lock === 'clone'
    ? { phase: 'cloning', outcome: { kind: 'progressing' } }
    : retry('unknown', lockedMessage(work.plan.spec.name, read?.lock ?? ''))

const stranger = ({ work: { plan }, read }: VmContext): VmResult => ({
  phase: 'blocked',
  outcome: {
    kind: 'stalled',
    error: `vm ${plan.spec.name}: VMID ${plan.vmid} belongs to ${read?.name ?? 'a nameless guest'}; move that guest to another VMID or set lanista.vmid_base`,
  },
})

const heldMessage = ({ plan, node, holdStart }: VmWork): string =>
  `vm ${plan.spec.name}: it is not started yet, because its node ${node} ${holdStart}`

const unmarkedMessage = ({ plan: { spec }, networks: { rangeId } }: VmWork): string =>
  `vm ${spec.name}: it has no longer the tags ${OWNER_TAG} and ${rangeTag(rangeId)}, so it is not shut down; add them if it is the range's, or shut it down yourself`

/** Proxmox' words when the guest did not go down in time (10-qemu-lifecycle). It is asked again, and never forced. */
function notShutDown(context: VmContext, error: unknown): VmResult {
  const { plan, node } = context.work
  if (!isProxmoxError(error, 'task-failed') || !/powerdown failed/.test(error.message))
    return failed(context, error, 'stopping')
  return retry(
    'stopping',
    `vm ${plan.spec.name}: its guest did not shut down within ${SHUTDOWN_SECONDS} s and is asked again, never forced; shut it down from inside, or stop it on ${node}: qm stop ${plan.vmid}`,
  )
}

const retry = (phase: VmPhase, error: string): VmResult => ({ phase, outcome: { kind: 'retry', error } })

function failed({ work, result }: VmContext, error: unknown, phase: VmPhase = result.phase): VmResult {
  const outcome = outcomeOfError(error)
  const described = 'error' in outcome ? { ...outcome, error: `vm ${work.plan.spec.name}: ${outcome.error}` } : outcome
  return { phase, outcome: described }
}
