import { isLeftover } from './interrupted-clone.ts'
import { marksIn } from './vm-steps.ts'
import type { VmContext } from './vm-work.ts'

interface Known {
  readonly context: VmContext
}

/** What the course of one VM depends on: its plan, and how it was read just now. */
export const vmGuards = {
  isToBeCreated: ({ context: { read, work } }: Known) => read === undefined && work.plan.step.kind === 'create',
  isGone: ({ context: { read } }: Known) => read === undefined,
  isInTheWay: ({ context: { work } }: Known) => work.plan.step.kind === 'leftover',
  /** A clone comes into its pool when it ends, and what an interrupted one left is in none. */
  isOutOfPool: ({ context: { look, read, work } }: Known) =>
    look?.inPool === false && read?.lock !== 'clone' && work.plan.step.kind !== 'leftover',
  isLeftover: ({ context: { read } }: Known) => read !== undefined && isLeftover(read),
  isToBeRemoved: ({ context: { work } }: Known) => work.plan.step.kind === 'leftover' && work.plan.step.repair,
  isNamed: ({ context: { read } }: Known) => read?.name !== undefined && !read.template,
  isLocked: ({ context: { read } }: Known) => read?.lock !== undefined,
  isStranger: ({ context: { read, work } }: Known) =>
    read !== undefined && (read.template || read.name !== work.plan.spec.name),
  isRunning: ({ context: { read, work } }: Known) =>
    read?.running === true && !read.template && read.name === work.plan.spec.name,
  isRunningUnconfigured: ({ context: { read, work } }: Known) =>
    read?.running === true && read.name === work.plan.spec.name && marksIn(read, work) === 'unconfigured',
  isUnconfigured: ({ context: { read, work } }: Known) => marksIn(read, work) === 'unconfigured',
  isToBeOff: ({ context: { work } }: Known) => work.plan.step.kind === 'shutdown',
  staysOff: ({ context: { work } }: Known) => 'power' in work.plan.step && work.plan.step.power === 'off',
  isOff: ({ context: { read } }: Known) => read?.running === false,
  isPaused: ({ context: { read } }: Known) => read?.paused === true,
  hasLostItsTags: ({ context: { read, work } }: Known) =>
    work.plan.step.kind === 'shutdown' && work.plan.step.marked && marksIn(read, work) !== 'configured',
}
