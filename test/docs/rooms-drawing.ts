import { type Arrow, arrowsOf, houseOf, shortArrows } from '../architecture/floors.ts'
import type { Sources } from '../architecture/import-graph.ts'
import { type Room, ROOMS } from '../architecture/rooms.ts'

const LAYERS = ['controllers', 'reconcilers', 'model', 'adapters'] as const

/** What each room is for, and which it imports from. */
export function roomsTable(): string {
  return [
    '| room | for | imports from, besides `model` and `model/plan` |',
    '| --- | --- | --- |',
    ...LAYERS.flatMap((layer) =>
      inLayer(layer).map(({ name, purpose, imports }) => `| \`${name}\` | ${purpose} | ${importsIn(imports, layer)} |`),
    ).map((line) => line.replaceAll('|  |', '| |')),
  ].join('\n')
}

/** The floors of each layer in words, and the arrows within the layers as a drawing. */
export function roomsDrawing(sources: Sources): string {
  const arrows = arrowsOf(sources, ROOMS)
  return [
    ...(['controllers', 'reconcilers', 'adapters'] as const).flatMap((layer) => [floorsOf(layer, arrows), '']),
    '```mermaid',
    'flowchart TB',
    ...LAYERS.flatMap((layer) => layerDrawing(layer, arrows)),
    '  controllers --> reconcilers --> model',
    '  compose -- "alone" --> adapters --> model',
    '```',
  ].join('\n')
}

/** `controllers: 15 rooms on 9 floors, 40 arrows`, and a line per floor, the highest first. */
function floorsOf(layer: string, arrows: readonly Arrow[]): string {
  const names = inLayer(layer).map(({ name }) => name)
  const within = arrowsIn(names, arrows)
  const { floors } = houseOf(names, within)
  return [
    '```text',
    `${layer}: ${names.length} rooms on ${floors.length} floors, ${within.length} arrows between them`,
    ...floors
      .map((floor, index) => `${String(index).padStart(3)}  ${floor.map((name) => shortName(name)).join(', ')}`)
      .toReversed(),
    '```',
  ].join('\n')
}

function layerDrawing(layer: string, arrows: readonly Arrow[]): readonly string[] {
  const names = inLayer(layer).map(({ name }) => name)
  return [
    `  subgraph ${layer}`,
    ...names.map((name) => `    ${idOf(name)}["${shortName(name)}"]`),
    ...shortArrows(arrowsIn(names, arrows)).map(({ from, to }) => `    ${idOf(from)} --> ${idOf(to)}`),
    '  end',
  ]
}

const arrowsIn = (names: readonly string[], arrows: readonly Arrow[]): readonly Arrow[] =>
  arrows.filter(({ from, to }) => names.includes(from) && names.includes(to))

const layerOf = (name: string): string => name.split('/')[0] ?? name
const inLayer = (layer: string): readonly Room[] => ROOMS.filter(({ name }) => layerOf(name) === layer)

/** Within its layer; the files beside a layer's folders are named by the layer. */
const shortName = (name: string): string => name.slice(name.indexOf('/') + 1)

/** Of a drawing; a layer has its own. */
function idOf(name: string): string {
  const short = shortName(name).replace('.ts', '').replaceAll('-', '_')
  return layerOf(name) === 'controllers' ? short : `${layerOf(name)}_${short}`
}

/** Those of the room's own layer first, by their short names. */
function importsIn(imports: readonly string[], own: string): string {
  const told = [own, ...LAYERS.filter((layer) => layer !== own)].flatMap((layer) => {
    const names = imports.filter((name) => layerOf(name) === layer && layer !== 'model').map(shortName)
    if (names.length === 0) return []
    return [layer === own ? names.join(', ') : `of ${layer}: ${names.join(', ')}`]
  })
  return told.join('; ')
}
