import { rangeMachine } from '../../controllers/range/range-machine.ts'
import { vmActor } from '../../controllers/machine/vm-actor.ts'
import { vmMachine } from '../../reconcilers/vm/vm-machine.ts'
import type { Sources } from '../architecture/import-graph.ts'
import type { Way } from '../walk/way.ts'
import { machineDrawing } from './machine-drawing.ts'
import { roomsDrawing, roomsTable } from './rooms-drawing.ts'
import { walkText } from './walk-text.ts'

export const ARCHITECTURE = 'docs/architecture.md'

/** The parts of the page that come from the code, by their names on it. */
export type Parts = Readonly<Record<string, string>>

/** What the imports and the machines say. */
export const drawnParts = (sources: Sources): Parts => ({
  rooms: roomsTable(),
  floors: roomsDrawing(sources),
  'life of a range': machineDrawing(rangeMachine.config),
  'life of a VM': machineDrawing(vmActor.config),
  'steps of a VM': machineDrawing(vmMachine.config),
})

/** What a walk through the running product has shown. */
export const walkedParts = (way: Way): Parts => ({ walk: walkText(way) })

/** The page with these parts in their places. Throws when it has no place for one. */
export const withParts = (page: string, parts: Parts): string =>
  Object.entries(parts).reduce((text, [name, part]) => {
    const { before, after } = around(text, name)
    return `${before}\n\n${part}\n\n${after}`
  }, page)

/** What the page has for a part just now. Throws when it has no place for it. */
export function partIn(page: string, name: string): string {
  const { before, after } = around(page, name)
  return page.slice(before.length, page.length - after.length).trim()
}

function around(page: string, name: string): { readonly before: string; readonly after: string } {
  const [begin, end] = [`<!-- generated: ${name} -->`, '<!-- end of generated -->']
  const [from, to] = [page.indexOf(begin), page.indexOf(end, page.indexOf(begin))]
  if (from === -1 || to === -1) throw new Error(`${ARCHITECTURE}: it has no place for "${name}"`)
  return { before: page.slice(0, from + begin.length), after: page.slice(to) }
}
