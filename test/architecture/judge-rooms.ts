import { arrowsOf, houseOf, roomOf } from './floors.ts'
import type { Sources } from './import-graph.ts'
import type { Room } from './rooms.ts'

/** Everything in which the sources and the plan of the house differ, a sentence each; empty when they agree. */
export const judgeRooms = (sources: Sources, rooms: readonly Room[], libraries: LibraryPlan): readonly string[] => [
  ...homeless(sources, rooms),
  ...dangling(sources),
  ...wrongArrows(sources, rooms),
  ...circles(sources, rooms),
  ...wrongLibraries(sources, rooms, libraries),
]

/** Package -> the rooms and single files that may import it. */
type LibraryPlan = Readonly<Record<string, readonly string[]>>

function homeless({ files }: Sources, rooms: readonly Room[]): readonly string[] {
  const found = new Set(files.map((file) => roomOf(file, rooms)?.name))
  const places = new Set(files.map((file) => file.slice(0, file.lastIndexOf('/'))))
  return [
    ...files.flatMap((file) => (roomOf(file, rooms) === undefined ? [`${file}: is in no room of the table`] : [])),
    ...rooms.flatMap(({ name }) => (found.has(name) ? [] : [`${name}: is a room of the table, and has no file`])),
    ...rooms.flatMap(({ folders = [] }) =>
      folders.flatMap((each) => (places.has(each) ? [] : [`${each}: is a folder of the table, and has no file`])),
    ),
  ]
}

/** An import that leads nowhere would be an arrow that nobody sees. */
function dangling({ files, imports }: Sources): readonly string[] {
  const known = new Set(files)
  return imports.flatMap(({ from, to, isFile }) =>
    isFile && !known.has(to) ? [`${from}: imports ${to}, which is no file of the product`] : [],
  )
}

function wrongArrows(sources: Sources, rooms: readonly Room[]): readonly string[] {
  const arrows = arrowsOf(sources, rooms)
  const isAllowed = (from: string, to: string): boolean =>
    rooms.some(({ name, imports }) => name === from && imports.includes(to))
  const isUsed = (from: string, to: string): boolean => arrows.some((arrow) => arrow.from === from && arrow.to === to)
  return [
    ...arrows.flatMap(({ from, to, by }) =>
      isAllowed(from, to) ? [] : [`${by.from}: imports ${by.to}, and ${from} may not import from ${to}`],
    ),
    ...rooms.flatMap(({ name, imports }) =>
      imports.flatMap((to) => (isUsed(name, to) ? [] : [`${name}: may import from ${to}, and nothing in it does`])),
    ),
  ]
}

function circles(sources: Sources, rooms: readonly Room[]): readonly string[] {
  const names = rooms.map(({ name }) => name)
  const { inCircles } = houseOf(names, arrowsOf(sources, rooms))
  return inCircles.length === 0 ? [] : [`in a circle: ${inCircles.join(', ')}`]
}

function wrongLibraries({ imports }: Sources, rooms: readonly Room[], libraries: LibraryPlan): readonly string[] {
  const uses = imports.flatMap(({ from, to, isFile }) =>
    isFile || to.startsWith('node:') ? [] : [{ from, room: roomOf(from, rooms)?.name, library: packageOf(to) }],
  )
  const isAt = (place: string, { from, room }: (typeof uses)[number]): boolean => place === from || place === room
  return [
    ...uses.flatMap((use) =>
      (libraries[use.library] ?? []).some((place) => isAt(place, use))
        ? []
        : [`${use.from}: imports ${use.library}, which is for ${(libraries[use.library] ?? ['nobody']).join(', ')}`],
    ),
    ...Object.entries(libraries).flatMap(([library, places]) =>
      places.flatMap((place) =>
        uses.some((use) => use.library === library && isAt(place, use))
          ? []
          : [`${library}: is for ${place}, which does not import it`],
      ),
    ),
  ]
}

/** `rxjs/operators` is of `rxjs`, `@hono/node-server/x` of `@hono/node-server`. */
const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
