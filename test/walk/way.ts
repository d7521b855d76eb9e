import { roomOf } from '../architecture/floors.ts'
import { ROOMS } from '../architecture/rooms.ts'
import type { Call, Place } from './recorder.ts'

/** A function on the way, and the room that it is in. */
export interface Step {
  readonly room: string
  readonly file: string
  /** Undefined for a function without a name. */
  readonly name: string | undefined
}

/** Something that a room on the way was told by another before the way went on. */
interface Answer {
  readonly asker: string
  readonly asked: Step
}

/** How a change came from one function to another, up to the one that was last. */
export interface Way {
  /** Each was called by the one before, or by what that one began. */
  readonly steps: readonly Step[]
  /** What functions on the way called besides, in other rooms, and what had ended when the last was called. */
  readonly answers: readonly Answer[]
  /** What had not ended then, and so goes a way of its own. */
  readonly besides: readonly Step[]
}

/**
 * The way to one of the calls.
 *
 * @param calls in order, from the beginning of the way on; what was called before is no part of it
 * @param last the call that it leads to, while that is being made
 */
export function wayTo(last: Call, calls: readonly Call[]): Way {
  const spine = causesOf(last, new Set(calls)).filter((call) => !isAround(call))
  const answers = new Map<string, Answer>()
  const besides = new Map<string, Step>()
  for (const call of calls) {
    if (spine.includes(call) || isAround(call)) continue
    const causes = causesOf(call, new Set(calls))
    const from = causes.findLast((each) => spine.includes(each))
    if (from === undefined) continue
    const [asker, asked] = [stepOf(from).room, stepOf(call)]
    if (asker === asked.room || !causes.slice(causes.indexOf(from) + 1, -1).every(isOfRoomOrPace(asker))) continue
    const key = `${asker} ${asked.file} ${asked.name}`
    if (call.ended) answers.set(key, { asker, asked })
    else besides.set(key, asked)
  }
  return { steps: stepsOf(spine), answers: [...answers.values()], besides: [...besides.values()] }
}

/** Rooms that are left, and entered again. */
export function enteredAgain(steps: readonly Pick<Step, 'room'>[]): readonly string[] {
  const rooms = steps.map(({ room }) => room).filter((room, index, all) => room !== all[index - 1])
  return rooms.filter((room, index) => rooms.indexOf(room) !== index)
}

/** Turns only pass a question on. */
const isOfRoomOrPace =
  (room: string) =>
  (call: Call): boolean =>
    [room, 'controllers/pace'].includes(stepOf(call).room)

/** A span, and the id of a pass, are put around work that goes on as without them: nothing is asked of them, and nothing is decided there. */
const isAround = ({ file }: Place): boolean => file.startsWith('adapters/tracing/') || file === 'adapters/pass-id.ts'

/** From the first cause to the call itself. */
function causesOf(call: Call, known: ReadonlySet<Call>): readonly Call[] {
  const before = call.cause === undefined || !known.has(call.cause) ? [] : causesOf(call.cause, known)
  return [...before, call]
}

/** With the functions between calls, where they are in another file than either; of several in one file, the innermost. */
const stepsOf = (spine: readonly Call[]): readonly Step[] =>
  spine.flatMap((call, index) => {
    const files = new Set([spine[index - 1]?.file, call.file])
    const between = call.between.filter((place) => !files.has(place.file) && !isAround(place))
    const innermost = between.filter(({ file }, at) => between[at + 1]?.file !== file)
    return [...innermost, call].map(stepOf)
  })

function stepOf({ file, name }: Place): Step {
  const room = roomOf(file, ROOMS)?.name
  if (room === undefined) throw new Error(`${file} is in no room`)
  return { room, file, name }
}
