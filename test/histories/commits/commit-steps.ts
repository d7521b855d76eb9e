import fc from 'fast-check'
import { moment } from '../histories.ts'
import { fault, type RangeId } from '../steps.ts'
import type { Doom } from './mortal-stores.ts'

const range = fc.constantFrom<RangeId>('JD', 'JD', 'KT', 'LM')
const only = <const T extends readonly [string, ...string[]]>(...values: T): fc.Arbitrary<T[number]> =>
  fc.constantFrom(...values)

/** An author changes one file. */
const change = fc.record({
  range,
  does: only(
    'change',
    'change',
    'change',
    'add b',
    'drop b',
    'break',
    'mend',
    'delete',
    'absent',
    'present',
    'back',
    'suspend',
    'resume',
    'wave 0',
    'wave 1',
    'wave 2',
    'rename',
  ),
})
export type Change = typeof change extends fc.Arbitrary<infer C> ? C : never

/** Authors push commits. */
const push = fc.record({
  kind: fc.constant('push' as const),
  changes: fc.array(change, { minLength: 1, maxLength: 3 }),
  as: only('one', 'one', 'several', 'merge'),
  signed: fc.constantFrom(true, true, true, false),
})

/** Somebody sets the branch to where it does not follow from where it was, or takes it or its files away. */
const rewrite = fc.record({
  kind: fc.constant('branch' as const),
  does: only('amended', 'set back', 'from a new root', 'gone', 'back', 'emptied', 'folder renamed'),
})

const server = fc.record({
  kind: fc.constant('server' as const),
  is: only('unreachable', 'hangs', 'cuts', 'none'),
})

const doom: fc.Arbitrary<Doom> = fc.record({
  store: fc.constantFrom<Doom['store']>(
    'accepted',
    'revision',
    'revision',
    'seen files',
    'destroy order',
    'commit approval',
  ),
  phase: only('before', 'after'),
})

const end = fc.oneof(
  fc.record({
    kind: fc.constant('end' as const),
    how: only('stopped', 'killed', 'killed, and its state deleted', 'killed, and what was fetched deleted'),
  }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('doom' as const), at: doom }) },
)

const freeze = fc.record({
  kind: fc.constant('freeze' as const),
  range,
  allow: fc.subarray(['drift' as const, 'new' as const]),
})

const word = fc.oneof(
  fc.record({ kind: fc.constant('approve' as const), of: only('commit', 'ranges', 'waves') }),
  fc.record({ kind: fc.constant('destroy' as const), range }),
)

const cluster = fc.oneof(
  fc.record({
    kind: fc.constant('person' as const),
    range,
    vm: only('a', 'router'),
    does: only('stop', 'delete', 'move a NIC'),
  }),
  fault,
)

const step = fc.oneof(
  { weight: 6, arbitrary: push },
  { weight: 2, arbitrary: rewrite },
  server,
  // The next commit comes in force while a file is read.
  fc.record({ kind: fc.constant('amid a read' as const) }),
  { weight: 3, arbitrary: end },
  { weight: 2, arbitrary: freeze },
  fc.record({ kind: fc.constant('thaw' as const), range }),
  { weight: 2, arbitrary: word },
  cluster,
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass' as const), minutes: fc.constantFrom(1, 5) }) },
  fc.record({ kind: fc.constant('look' as const) }),
)
export type CommitStep = typeof step extends fc.Arbitrary<infer S> ? S : never

/** Most happen while what was before is still under way. */
const when = fc.oneof({ weight: 2, arbitrary: fc.constantFrom('at once' as const, 'at rest' as const) }, moment)

const event = fc.record({ when, step })
export type CommitEvent = typeof event extends fc.Arbitrary<infer E> ? E : never

/** A history of a repository and what it is followed into. */
export interface CommitHistory {
  readonly verify: 'off' | 'head' | 'every'
  readonly prunes: boolean
  readonly events: readonly CommitEvent[]
}

export const commitHistories = (longest: number): fc.Arbitrary<CommitHistory> =>
  fc.record({
    verify: fc.constantFrom('off' as const, 'off' as const, 'head' as const, 'every' as const),
    prunes: fc.boolean(),
    events: fc.array(event, { minLength: 1, maxLength: longest, size: 'max' }),
  })
