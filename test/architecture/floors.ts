import type { Import, Sources } from './import-graph.ts'
import type { Room } from './rooms.ts'

/** From one room to another that it imports something of. */
export interface Arrow {
  readonly from: string
  readonly to: string
  /** The first import of it, in order of the files. */
  readonly by: Import
}

/** The room that a file is in; undefined when no room has it. */
export function roomOf(file: string, rooms: readonly Room[]): Room | undefined {
  const folder = file.slice(0, file.lastIndexOf('/'))
  return rooms.find(({ name, folders = [] }) => name === file || name === folder || folders.includes(folder))
}

/** The arrows between rooms as the imports have them, each once. Of files without a room nothing is said. */
export function arrowsOf({ imports }: Sources, rooms: readonly Room[]): readonly Arrow[] {
  const arrows = new Map<string, Arrow>()
  for (const by of imports) {
    const [from, to] = [roomOf(by.from, rooms)?.name, by.isFile ? roomOf(by.to, rooms)?.name : undefined]
    if (from === undefined || to === undefined || from === to) continue
    const key = `${from} -> ${to}`
    if (!arrows.has(key)) arrows.set(key, { from, to, by })
  }
  return [...arrows.values()]
}

/** Rooms by floor: on the lowest those that import of no other, on each next those that import only of lower ones. */
export interface House {
  readonly floors: readonly (readonly string[])[]
  /** Rooms from which a way over others leads back. They, and what stands on them, are on no floor. */
  readonly inCircles: readonly string[]
}

export function houseOf(names: readonly string[], arrows: readonly Pick<Arrow, 'from' | 'to'>[]): House {
  const inside = arrows.filter(({ from, to }) => names.includes(from) && names.includes(to))
  const floors: string[][] = []
  let left = [...names]
  while (left.length > 0) {
    const above = new Set(inside.flatMap(({ from, to }) => (left.includes(to) ? [from] : [])))
    const floor = left.filter((name) => !above.has(name))
    if (floor.length === 0) break
    floors.push(floor)
    left = left.filter((name) => above.has(name))
  }
  return { floors, inCircles: left.filter((name) => reaches(inside, name, name)) }
}

/** Without those that a way over other rooms implies; for arrows without a circle. */
export function shortArrows<A extends Pick<Arrow, 'from' | 'to'>>(arrows: readonly A[]): readonly A[] {
  return arrows.filter(({ from, to }) => {
    const others = arrows.filter((other) => other.from === from && other.to !== to)
    return !others.some((other) => reaches(arrows, other.to, to))
  })
}

/** Whether a way of one arrow or more leads from one room to another. */
function reaches(arrows: readonly Pick<Arrow, 'from' | 'to'>[], start: string, end: string): boolean {
  const reached = new Set<string>()
  let last = [start]
  while (last.length > 0) {
    const next = arrows.filter(({ from, to }) => last.includes(from) && !reached.has(to)).map(({ to }) => to)
    for (const each of next) reached.add(each)
    last = next
  }
  return reached.has(end)
}
