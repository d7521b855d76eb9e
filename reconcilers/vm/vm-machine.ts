import { assign, fromPromise, setup } from 'xstate'
import { OWNER_TAG } from '../../model/identity.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { VmPlan } from '../../model/plan.ts'
import type { MachineRead, Machines } from '../../model/ports.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import type { VmPhase } from '../../model/vm-phase.ts'
import { outcomeOfError } from '../outcome-of-error.ts'
import { configPatchOf, descriptionOf, type RangeNetworks } from './config-patch.ts'

/** What one VM's machine works with. */
export interface VmWork {
  readonly plan: VmPlan
  /** Where the VM is, or will be created. */
  readonly node: string
  readonly networks: RangeNetworks
  readonly fullClone: { readonly storage: string; readonly format: string } | undefined
  readonly machines: Machines
  readonly signal: AbortSignal
}

interface VmContext {
  readonly work: VmWork
  /** The VM as last read; undefined when Proxmox said there is none. */
  readonly read: MachineRead | undefined
  /** How often it was looked at after a write whose outcome is unknown. */
  readonly unclearWrites: number
  readonly result: VmResult
}

/** How far a VM got, and when to look again. */
export interface VmResult {
  readonly phase: VmPhase
  readonly outcome: Outcome
}

/** A write that got no answer, or was refused because it had happened already, is answered by looking. */
const UNCLEAR_WRITES_AT_MOST = 3

/**
 * The steps of one VM: absent -> cloning -> configuring -> starting -> running. Entered by what is read from Proxmox
 * just now, never from memory, so that it carries on wherever a crash left the VM. Every write is preceded by a look,
 * and one with an unknown outcome is followed by a look, never by the same write.
 */
export const vmMachine = setup({
  types: { input: {} as VmWork, context: {} as VmContext, output: {} as VmResult },
  actors: {
    look: fromPromise<MachineRead | undefined, VmWork>(({ input }) =>
      input.machines.read(input.node, input.plan.vmid, input.signal),
    ),
    clone: fromPromise<void, VmWork>(({ input }) => cloneVm(input)),
    configure: fromPromise<void, { work: VmWork; read: MachineRead }>(({ input: { work, read } }) =>
      work.machines.configure(work.node, read.vmid, configPatchOf(work.plan.spec, work.networks, read), work.signal),
    ),
    start: fromPromise<void, VmWork>(({ input }) => input.machines.start(input.node, input.plan.vmid, input.signal)),
  },
  guards: {
    isToBeCreated: ({ context: { read, work } }) => read === undefined && work.plan.step.kind === 'create',
    isGone: ({ context: { read } }) => read === undefined,
    isLocked: ({ context: { read } }) => read?.lock !== undefined,
    isStranger: ({ context: { read, work } }) =>
      read !== undefined && (read.template || read.name !== work.plan.spec.name),
    isRunning: ({ context: { read } }) => read?.running === true,
    isUnconfigured: ({ context: { read, work } }) => isUnconfigured(read, work),
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
        { guard: 'isLocked', target: 'ended', actions: assign({ result: ({ context }) => waiting(context) }) },
        { guard: 'isStranger', target: 'ended', actions: assign({ result: ({ context }) => stranger(context) }) },
        {
          guard: 'isRunning',
          target: 'ended',
          actions: assign({ result: { phase: 'running', outcome: { kind: 'settled' } } }),
        },
        { guard: 'isUnconfigured', target: 'configuring' },
        { target: 'starting' },
      ],
    },
    cloning: {
      invoke: {
        src: 'clone',
        input: ({ context }) => context.work,
        onDone: 'looking',
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
        onDone: 'starting',
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
    ended: { type: 'final' },
  },
})

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

/** Only a clone that was never configured is: with the VMID that Lanista gives, without its tag, and never started. */
function isUnconfigured(read: MachineRead | undefined, { plan }: VmWork): boolean {
  const planned = plan.step.kind === 'create' || plan.phase === 'configuring'
  return read !== undefined && planned && !read.running && !read.tags.includes(OWNER_TAG)
}

const isUnclear = ({ unclearWrites }: VmContext, error: unknown): boolean =>
  unclearWrites < UNCLEAR_WRITES_AT_MOST && isProxmoxError(error, 'timeout-unknown-outcome', 'conflict')

/** After a clone of unknown outcome the VM is only looked for: the next pass decides anew from a fresh snapshot. */
const onlyLook = (work: VmWork): VmWork => ({
  ...work,
  plan: { ...work.plan, phase: 'configuring', step: { kind: 'continue', node: work.node } },
})

function present(read: MachineRead | undefined): MachineRead {
  if (read === undefined) throw new Error('a VM that was not read is never configured')
  return read
}

const waiting = ({ read }: VmContext): VmResult => ({
  phase: read?.lock === 'clone' ? 'cloning' : 'unknown',
  outcome: { kind: 'progressing' },
})

const stranger = ({ work: { plan }, read }: VmContext): VmResult => ({
  phase: 'blocked',
  outcome: {
    kind: 'stalled',
    error: `vm ${plan.spec.name}: VMID ${plan.vmid} belongs to ${read?.name ?? 'a nameless guest'}; move that guest to another VMID or set lanista.vmid_base`,
  },
})

const retry = (phase: VmPhase, error: string): VmResult => ({ phase, outcome: { kind: 'retry', error } })

function failed({ work, result }: VmContext, error: unknown, phase: VmPhase = result.phase): VmResult {
  const outcome = outcomeOfError(error)
  const described = 'error' in outcome ? { ...outcome, error: `vm ${work.plan.spec.name}: ${outcome.error}` } : outcome
  return { phase, outcome: described }
}
