import { z } from 'zod'
import { duration, durationText } from '../duration.ts'
import { printable } from '../printable.ts'
import { readCron } from './cron-beginnings.ts'
import { endsAtAll } from './joined-end.ts'
import { RANGE_GLOB } from './range-glob.ts'
import { isTimeZone, nearestTimeZone } from './time-zone.ts'
import { readWindowDate, WINDOW_DATE } from './window-date.ts'

const length = duration('62h', '8h').refine(
  (milliseconds) => milliseconds >= 60_000 && milliseconds <= 8784 * 3_600_000,
  'must be a duration from 1m to 8784h',
)

const date = z
  .string()
  .regex(
    WINDOW_DATE,
    'must be a date such as 2026-12-24, or a date and time such as 2026-12-24T18:00 or 2026-12-24T18:00+01:00',
  )

/** What may go on in a range while a window holds it. */
const ALLOWED = ['drift', 'new'] as const

/** One window of `lanista.freeze`. */
export const freezeWindow = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(60)
      .meta({
        description: 'What it is called where something waits for its end. Default: its times.',
        examples: ['the exam'],
      })
      .optional(),
    cron: z
      .string()
      .meta({
        description:
          'When it begins, again and again, as cron says it: minute, hour, day of the month, month, day of the week. With `for`.',
        examples: ['0 18 * * FRI'],
      })
      .optional(),
    for: length
      .meta({ description: 'How long it lasts then, from 1m to 8784h, by the time that passes. With `cron`.' })
      .optional(),
    from: date
      .meta({
        description: 'When it begins, once: a date, or a date and time. With `until`.',
        examples: ['2026-12-24'],
      })
      .optional(),
    until: date
      .meta({
        description: 'When it ends: a date alone is the whole of that day, a date and time that moment. With `from`.',
        examples: ['2027-01-02'],
      })
      .optional(),
    zone: z
      .string()
      .check((context) => {
        const name = context.value
        if (isTimeZone(name)) return
        const meant = nearestTimeZone(name)
        const remedy = meant === undefined ? 'name one such as Europe/Berlin' : `did you mean ${meant}?`
        context.issues.push({
          code: 'custom',
          input: name,
          message: `must be a time zone that this system knows; ${remedy}`,
        })
      })
      .meta({ description: 'The time zone that its times are in, by its IANA name.', examples: ['Europe/Berlin'] })
      .default('UTC'),
    ranges: z
      .array(z.string().regex(RANGE_GLOB, 'must be the id of a range, with * for any letters and ? for one'))
      .refine((globs) => globs.length > 0, 'must name at least one range; leave it out for all of them')
      .max(200)
      .meta({
        description: 'Which ranges it holds, by their ids: `*` stands for any letters, `?` for one.',
        examples: [['exam-*']],
      })
      .default(['*']),
    allow: z
      .array(z.enum(ALLOWED))
      .meta({
        description:
          'What goes on all the same: `drift`: ranges are kept as the content in force says; `new`: ranges of which there is nothing yet are made.',
        examples: [['drift']],
      })
      .default([]),
  })
  .check((context) => {
    const window = context.value
    const problem = (path: string[], message: string): void => {
      context.issues.push({ code: 'custom', input: undefined, path, message })
    }
    const [byCron, byDates] = [
      (['cron', 'for'] as const).filter((key) => window[key] !== undefined),
      (['from', 'until'] as const).filter((key) => window[key] !== undefined),
    ]
    if (byCron.length > 0 && byDates.length > 0) {
      const key = byDates[0] ?? 'from'
      problem([key], `does not go with ${byCron.join(' and ')}: a window has either cron and for, or from and until`)
    } else if (byCron.length === 0 && byDates.length === 0)
      problem([], 'must say when it is: cron and for, or from and until')
    else if (byCron.length === 1)
      problem(
        [byCron[0] ?? 'cron'],
        `needs ${byCron[0] === 'cron' ? '`for`, which says how long' : '`cron`, which says when'}`,
      )
    else if (byDates.length === 1)
      problem([byDates[0] ?? 'from'], `needs ${byDates[0] === 'from' ? '`until`, the end' : '`from`, the beginning'}`)
    else if (context.issues.length === 0)
      // What is no duration, date or zone is told for itself.
      for (const { key, message } of timesProblems(window)) problem([key], message)
  })
  .meta({ description: 'A time in which changes wait.' })

/** A window as the configuration has it: `cron` and `for`, or `from` and `until`, of which it has both. Durations in milliseconds. */
export type FreezeWindow = Readonly<z.output<typeof freezeWindow>>

/** What a window lets go on. */
export type FreezeAllowed = (typeof ALLOWED)[number]

/** What is wrong with the times of a window that has both of one kind. */
function timesProblems({
  cron,
  for: lasts,
  from,
  until,
  zone,
}: FreezeWindow): readonly { key: string; message: string }[] {
  if (cron !== undefined && lasts !== undefined) {
    const read = readCron(cron, 'UTC')
    if (read.kind === 'unusable') return [{ key: 'cron', message: read.finding }]
    // Clocks that are set twice a year make a period no longer or shorter than it is meant: that is looked at in UTC.
    return endsAtAll(read.beginnings, lasts)
      ? []
      : [
          {
            key: 'for',
            message:
              'must be shorter than the time from one beginning to the next, as the window would never end; shorten it, or begin it less often',
          },
        ]
  }
  if (from === undefined || until === undefined) return []
  const [begins, ends] = [readWindowDate(from, zone, 'begins'), readWindowDate(until, zone, 'ends')]
  if (begins.kind === 'unusable') return [{ key: 'from', message: begins.finding }]
  if (ends.kind === 'unusable') return [{ key: 'until', message: ends.finding }]
  return begins.at < ends.at ? [] : [{ key: 'until', message: 'must be after `from`' }]
}

/** What a window is called, for people. */
export function windowName({ name, cron, for: lasts, from, until }: FreezeWindow): string {
  if (name !== undefined) return printable(name)
  return cron === undefined ? printable(`${from} until ${until}`) : printable(`${cron} for ${durationText(lasts ?? 0)}`)
}
