import { basename } from 'node:path'
import type { Step, Way } from '../walk/way.ts'

/** A way as text: room by room its functions in order, and whom each room asks. */
export const walkText = (way: Way): string =>
  ['```text', ...stepLines(way.steps), '```', '', '| room | asks on the way |', '| --- | --- |', ...answerRows(way)].join('\n')

/** A room's name stands where it is entered. */
function stepLines(steps: readonly Step[]): readonly string[] {
  const width = Math.max(...steps.map(({ room }) => room.length)) + 2
  const files = Math.max(...steps.map(({ file }) => basename(file).length)) + 2
  return steps.map(({ room, file, name }, index) => {
    const entered = room === steps[index - 1]?.room ? '' : room
    return `${entered.padEnd(width)}${basename(file).padEnd(files)}${name ?? ''}`.trimEnd()
  })
}

function answerRows({ steps, answers }: Way): readonly string[] {
  return [...new Set(steps.map(({ room }) => room))].flatMap((room) => {
    // Turns only pass a question on, and a function without a name is told of something.
    const asked = answers.filter(
      ({ asker, asked: { room: of, name } }) => asker === room && name !== undefined && of !== 'controllers/pace',
    )
    const rooms = [...new Set(asked.map(({ asked: { room: of } }) => of))].toSorted()
    const told = rooms.map((of) => {
      const names = asked.flatMap(({ asked: { room: each, name } }) => (each === of && name !== undefined ? [name] : []))
      return `\`${of}\` (${[...new Set(names)].toSorted().join(', ')})`
    })
    return told.length === 0 ? [] : [`| \`${room}\` | ${told.join('; ')} |`]
  })
}
