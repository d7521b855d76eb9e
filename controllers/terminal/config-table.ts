import Table from 'cli-table3'
import type { ConfigOrigin } from '../../model/config-source.ts'
import { printable } from '../../model/printable.ts'
import { NO_BORDERS } from './no-borders.ts'
import type { Paint } from './paint.ts'

/** One setting as it is shown. */
export interface ConfigRow {
  readonly key: string
  /** Masked already; undefined when it has none. */
  readonly value: unknown
  readonly origin: ConfigOrigin
}

/** The settings as a table for people: key, value, and where the value comes from. */
export function configTable(rows: readonly ConfigRow[], paint: Paint): string {
  const table = new Table({
    head: ['KEY', 'VALUE', 'FROM'].map((name) => paint('dim', name)),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    chars: NO_BORDERS,
  })
  table.push(...rows.map(({ key, value, origin }) => [key, valueText(value), originText(origin, paint)]))
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}

function valueText(value: unknown): string {
  if (value === undefined) return '-'
  if (Array.isArray(value)) return value.length === 0 ? '[]' : printable(value.join(', '), 4096)
  return printable(typeof value === 'string' ? value : JSON.stringify(value), 4096)
}

function originText(origin: ConfigOrigin, paint: Paint): string {
  switch (origin.kind) {
    case 'default':
      return paint('dim', 'default')
    case 'file':
      return origin.line === undefined ? origin.file : `${origin.file}:${origin.line}`
    case 'environment':
      return origin.variable
  }
}
