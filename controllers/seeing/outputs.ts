import { API_VERSION } from '../../model/api/documents.ts'
import type { Listed, ViewKind, Views } from '../../model/api/lanista-api.ts'
import { nearest } from '../../model/nearest.ts'
import { printable } from '../../model/printable.ts'
import { UserError } from '../../model/user-error.ts'
import { headLine, shownCell, tableLine, type Widths, widthsOf } from '../terminal/fitted-table.ts'
import type { Paint } from '../terminal/paint.ts'
import { asJson } from '../terminal/safe-json.ts'
import { yamlText } from '../terminal/yaml-text.ts'
import { COLUMNS, type ColumnOf } from './columns.ts'
import { fullNameOf, keyOf } from './kinds.ts'

/** The formats of `-o`. */
export const OUTPUTS = ['table', 'wide', 'json', 'yaml', 'name'] as const
export type Output = (typeof OUTPUTS)[number]

/** Throws `UserError` for a format that there is not. */
export function outputCalled(word: string, among: readonly Output[] = OUTPUTS): Output {
  const found = among.find((each) => each === word.toLowerCase())
  if (found !== undefined) return found
  const meant = nearest(word, among)
  const remedy = meant === undefined ? `choose among ${among.join(', ')}` : `did you mean ${meant}?`
  throw new UserError(`--output ${printable(word)} is not known; ${remedy}`)
}

/** How things are to be printed. */
export interface Printing {
  readonly output: Output
  /** With a line of titles. */
  readonly header: boolean
  readonly paint: Paint
  /** Columns of the terminal; undefined where nothing limits a line. */
  readonly width: number | undefined
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** Things of one kind, a line of output each. */
export interface Printed<V> {
  /** All of them, with what stands around them. @param only one was asked for, by name: it stands alone */
  list(listed: Listed<V>, only: boolean): readonly string[]
  /** One that is new or has changed since the list was printed. */
  changed(view: V): readonly string[]
  /** One that is no more, as it was last. */
  gone(view: V): readonly string[]
}

const listKindOf = (kind: ViewKind): string =>
  ({
    ranges: 'RangeList',
    vms: 'VmList',
    networks: 'NetworkList',
    nodes: 'NodeList',
    templates: 'TemplateList',
    events: 'EventList',
  })[kind]

/** How things of a kind are printed. */
export function printedViews<K extends ViewKind>(kind: K, printing: Printing): Printed<Views[K]> {
  switch (printing.output) {
    case 'json':
      return documents(
        kind,
        (value) => [asJson(value)],
        (value) => [asJson(value).replaceAll(/\n */g, '')],
      )
    case 'yaml':
      return documents(
        kind,
        (value) => [yamlText(value)],
        (value) => ['---', yamlText(value)],
      )
    case 'name':
      return {
        list: ({ items }) => items.map((view) => shown(fullNameOf(kind, view))),
        changed: (view) => [shown(fullNameOf(kind, view))],
        gone: (view) => [`${shown(fullNameOf(kind, view))} gone`],
      }
    case 'table':
    case 'wide':
      return table(kind, printing)
  }
}

const shown = (text: string): string => printable(text, 512)

function documents<K extends ViewKind>(
  kind: K,
  whole: (value: unknown) => readonly string[],
  line: (value: unknown) => readonly string[],
): Printed<Views[K]> {
  return {
    list: ({ asOf, items }, only) => {
      const [single] = items
      if (only && single !== undefined) return whole({ apiVersion: API_VERSION, ...single })
      return whole({ apiVersion: API_VERSION, kind: listKindOf(kind), asOf, items })
    },
    changed: (view) => line({ apiVersion: API_VERSION, ...view }),
    gone: (view) => line({ apiVersion: API_VERSION, kind: 'Gone', of: view.kind, name: keyOf(kind, view) }),
  }
}

function table<K extends ViewKind>(kind: K, { output, header, paint, width, now }: Printing): Printed<Views[K]> {
  const isWide = output === 'wide'
  const all: readonly ColumnOf<Views[K]>[] = COLUMNS[kind]
  const columns = isWide ? all : all.filter(({ wide }) => wide !== true)
  /** Of the list, so that what comes later stands under the same titles. */
  let widths: Widths | undefined
  const cellsOf = (view: Views[K]) => columns.map(({ cell }) => cell(view, now()))
  const line = (view: Views[K]): string => {
    const cells = cellsOf(view)
    widths ??= widthsOf(columns, [cells], isWide ? undefined : width)
    return tableLine(columns, cells, widths, paint)
  }
  return {
    list: ({ items }) => {
      if (items.length === 0) return []
      const rows = items.map(cellsOf)
      widths = widthsOf(columns, rows, isWide ? undefined : width)
      return [...(header ? [headLine(columns, widths, paint)] : []), ...items.map(line)]
    },
    changed: (view) => [line(view)],
    gone: (view) => [paint('dim', `${shownCell({ text: fullNameOf(kind, view) }).text} gone`)],
  }
}
