import type { EventView } from '../../model/api/event-view.ts'
import { printable } from '../../model/printable.ts'
import { momentText } from '../terminal/age-text.ts'
import { type Cell, type FittedColumn, fittedTable } from '../terminal/fitted-table.ts'
import type { Paint } from '../terminal/paint.ts'
import { hanging, wrapped } from '../terminal/wrapped.ts'
import { type Told, toldEvent } from './signs.ts'

/** How one thing is described to a person. */
export interface Describing {
  readonly paint: Paint
  /** Columns of the terminal; undefined where nothing limits a line. */
  readonly width: number | undefined
  /** Epoch milliseconds. */
  readonly now: number
}

/** Longer texts are no messages. */
const LONGEST = 16_384

/** A text that others wrote, line by line as it came, each of them safe and no wider than the terminal. */
export const textLines = (text: string, indent: number, { width }: Describing): readonly string[] =>
  text
    .split(/\r?\n/)
    .flatMap((line) => wrapped(printable(line, LONGEST), width === undefined ? undefined : width - indent))

/** One line of a head: `Name:  JD`. What is undefined is left out. */
export type Field = readonly [name: string, value: string | Told | undefined]

/** The first lines of a description: names and values, one below the other. */
export function fieldLines(fields: readonly Field[], describing: Describing): readonly string[] {
  const told = fields.filter(([, value]) => value !== undefined && value !== '')
  const indent = Math.max(...told.map(([name]) => name.length)) + 3
  return told.flatMap(([name, value = '']) => {
    const { text, style } = typeof value === 'string' ? { text: value, style: undefined } : value
    const lines = textLines(text, indent, describing)
    return hanging(`${name}:`, indent, style === undefined ? lines : lines.map((line) => describing.paint(style, line)))
  })
}

/** Lines below a title; nothing where there are none. */
export const section = (title: string, lines: readonly string[], { paint }: Describing): readonly string[] =>
  lines.length === 0 ? [] : ['', paint('bold', title), ...lines.map((line) => (line === '' ? '' : `  ${line}`))]

/** A table below a title, fitted to the terminal; nothing where it has no lines. */
export const tableSection = (
  title: string,
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  describing: Describing,
  right: readonly string[] = [],
): readonly string[] => {
  if (rows.length === 0) return []
  const { paint, width } = describing
  const fitted: readonly FittedColumn[] = columns.map((name) => ({
    title: name,
    align: right.includes(name) ? 'right' : 'left',
  }))
  return section(title, fittedTable(fitted, rows, paint, width === undefined ? undefined : width - 2), describing)
}

/** A head line with a text in whole below it, such as a condition with its message. */
export const withText = (head: string, text: string, describing: Describing): readonly string[] => [
  head,
  ...textLines(text, 6, describing).map((line) => `    ${line}`),
]

/** As many of the events are shown where one thing is described, the latest. */
const EVENTS_SHOWN = 15

/** The latest events of a thing, the last of them at the end. */
export function eventSection(events: readonly EventView[], describing: Describing): readonly string[] {
  const { now, paint } = describing
  const latest = [...events].sort((one, other) => (one.lastTime < other.lastTime ? -1 : 1)).slice(-EVENTS_SHOWN)
  const lines = latest.flatMap(({ type, reason, message, count, firstTime, lastTime, by }) => {
    const { text, style } = toldEvent(type)
    const times = count === 1 ? [] : [`${count} times since ${momentText(firstTime, now)}`]
    const who = by === undefined ? [] : [`by ${by}`]
    const more = [...times, ...who].join(', ')
    return [
      ...withText(`${paint(style, text)} ${printable(reason)}  ${momentText(lastTime, now)}`, message, describing),
      ...(more === '' ? [] : textLines(more, 6, describing).map((line) => `    ${paint('dim', line)}`)),
    ]
  })
  const left = events.length - latest.length
  return section(left > 0 ? `Events (the latest ${latest.length} of ${events.length})` : 'Events', lines, describing)
}

export const cell = (text: string | number | undefined): Cell => ({ text: text === undefined ? '-' : String(text) })
