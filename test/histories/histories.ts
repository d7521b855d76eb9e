import fc from 'fast-check'
import {
  anyStep,
  condemning,
  fault,
  founding,
  keeping,
  losing,
  obstructing,
  provoking,
  request,
  settling,
  silencing,
  type Step,
  writing,
} from './steps.ts'

/** When a step happens: at once, between two passes, or as a request of the controller arrives or is answered. */
export const moment = fc.oneof(
  fc.constant('at once' as const),
  fc.constant('at rest' as const),
  fc.record({ request, phase: fc.constantFrom('arrived' as const, 'answered' as const) }),
)
export type Moment = typeof moment extends fc.Arbitrary<infer M> ? M : never

/** Something that happens, and when. */
export interface Event {
  readonly when: Moment
  readonly step: Step
}

const at = (step: fc.Arbitrary<Step>, when: fc.Arbitrary<Moment> = moment): fc.Arbitrary<Event> =>
  fc.record({ when, step })
const soon = fc.constantFrom<Moment>('at once', 'at rest')
const calm = fc.constant<Moment>('at rest')

/**
 * Pieces of histories. Most are one step; the others bring together what matters together and would rarely meet: work on
 * what is to be left alone, a VM in the way of one that is to be made, networks that are needed while others are at work
 * on theirs, a fault and what meets it.
 */
const piece: fc.Arbitrary<readonly Event[]> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(at(anyStep)) },
  fc.tuple(at(silencing, calm), at(provoking, calm), at(anyStep, soon)),
  fc.tuple(at(settling, soon), at(writing, soon)),
  { weight: 2, arbitrary: fc.tuple(at(obstructing, calm), at(founding, soon)) },
  fc.tuple(at(losing, soon), at(losing, soon), at(founding, soon)),
  fc.tuple(at(fault, soon), at(writing, soon)),
  fc.tuple(at(keeping, calm), at(condemning, soon), at(anyStep)),
)

/** What happens in a history, in order. A part of it makes sense as well, so that it can be shrunk. */
export const histories = (longest: number): fc.Arbitrary<Event[]> =>
  fc.array(piece, { minLength: 1, maxLength: longest, size: 'max' }).map((pieces) => pieces.flat())
