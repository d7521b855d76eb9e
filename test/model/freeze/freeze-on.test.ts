import { expect } from 'chai'
import fc from 'fast-check'
import { freezeOn, nextChange } from '../../../model/freeze/freeze-on.ts'
import { freezeSection } from '../../../model/freeze/freeze-section.ts'
import { freezeText } from '../../../model/freeze/freeze-text.ts'
import type { FreezeWindow } from '../../../model/freeze/freeze-window.ts'
import { matchesGlob } from '../../../model/freeze/range-glob.ts'
import { runs } from '../../runner/long-runs.ts'

const HOUR = 3_600_000
const windowsOf = (...windows: object[]): readonly FreezeWindow[] => freezeSection.parse(windows)
const at = (iso: string): number => Date.parse(iso)
const frozen = (windows: readonly FreezeWindow[], iso: string, rangeId = 'JD') => {
  const freeze = freezeOn(windows, rangeId, at(iso))
  if (freeze === undefined) return undefined
  const until = freeze.until === undefined ? undefined : new Date(freeze.until).toISOString().replace(':00.000Z', 'Z')
  return `${freeze.names.join(' + ')}, ${[...freeze.allow].join(' ') || 'nothing'} until ${until}`
}

describe('freeze windows', () => {
  it('hold from their first moment on and not any more at their end', () => {
    const windows = windowsOf({ name: 'weekend', cron: '0 18 * * FRI', for: '62h' })
    expect(frozen(windows, '2026-12-04T17:59:59.999Z')).to.equal(undefined)
    expect(frozen(windows, '2026-12-04T18:00:00Z')).to.equal('weekend, nothing until 2026-12-07T08:00Z')
    expect(frozen(windows, '2026-12-07T07:59:59.999Z')).to.equal('weekend, nothing until 2026-12-07T08:00Z')
    expect(frozen(windows, '2026-12-07T08:00:00Z')).to.equal(undefined)
  })

  it('by dates hold the whole of their last day, as clocks in their zone show it', () => {
    const windows = windowsOf({ from: '2026-12-24', until: '2027-01-02', zone: 'Europe/Berlin' })
    expect(frozen(windows, '2026-12-23T22:59:59Z')).to.equal(undefined)
    expect(frozen(windows, '2026-12-23T23:00:00Z')).to.equal(
      '2026-12-24 until 2027-01-02, nothing until 2027-01-02T23:00Z',
    )
    expect(frozen(windows, '2027-01-02T22:59:59Z')).not.to.equal(undefined)
    expect(frozen(windows, '2027-01-02T23:00:00Z')).to.equal(undefined)
    const [other] = windowsOf({ from: '2026-12-24', until: '2027-01-02T08:00', zone: 'Europe/Berlin' })
    expect(freezeOn([other ?? windows[0]!], 'JD', at('2026-12-24T12:00:00Z'))?.until).to.equal(
      at('2027-01-02T07:00:00Z'),
    )
  })

  it('that begin in an hour that clocks skip begin when they jump, and in one that comes twice with the first', () => {
    const windows = windowsOf({ cron: '30 2 * * *', for: '1h', zone: 'Europe/Berlin' })
    const beginsOn = (day: string) => new Date(nextChange(windows, at(`${day}T00:00:00Z`)) ?? 0).toISOString()
    expect(beginsOn('2026-03-28')).to.equal('2026-03-28T01:30:00.000Z')
    expect(beginsOn('2026-03-29')).to.equal('2026-03-29T01:00:00.000Z')
    expect(beginsOn('2026-10-25')).to.equal('2026-10-25T00:30:00.000Z')
    // It lasts an hour of time that passes; at the second 02:30 it does not begin again.
    expect(frozen(windows, '2026-10-25T01:29:00Z')).not.to.equal(undefined)
    expect(frozen(windows, '2026-10-25T01:30:00Z')).to.equal(undefined)
    expect(new Date(nextChange(windows, at('2026-10-25T01:30:00Z')) ?? 0).toISOString()).to.equal(
      '2026-10-26T01:30:00.000Z',
    )
    const dates = windowsOf({ from: '2026-03-29T02:30', until: '2026-10-25T02:30', zone: 'Europe/Berlin' })
    expect(freezeOn(dates, 'JD', at('2026-03-29T00:59:59Z'))).to.equal(undefined)
    expect(freezeOn(dates, 'JD', at('2026-03-29T01:00:00Z'))?.until).to.equal(at('2026-10-25T00:30:00Z'))
    // Midnight itself is skipped there.
    const cairo = windowsOf({ from: '2026-04-24', until: '2026-04-24', zone: 'Africa/Cairo' })
    expect(nextChange(cairo, 0)).to.equal(at('2026-04-23T22:00:00Z'))
  })

  it('last as long as they say in time that passes, over a change of the clocks', () => {
    const windows = windowsOf({ cron: '0 18 * * FRI', for: '62h', zone: 'Europe/Berlin' })
    expect(frozen(windows, '2026-03-28T12:00:00Z')).to.match(/until 2026-03-30T07:00Z$/)
    expect(frozen(windows, '2026-12-05T12:00:00Z')).to.match(/until 2026-12-07T07:00Z$/)
  })

  it('that touch or overlap are one until all of them have ended, and allow what all that are open allow', () => {
    const windows = windowsOf(
      { name: 'a', from: '2026-12-01', until: '2026-12-02', allow: ['drift', 'new'] },
      { name: 'b', from: '2026-12-02T12:00', until: '2026-12-04T12:00', allow: ['drift'] },
      { name: 'c', from: '2026-12-04T12:00', until: '2026-12-05T12:00' },
      { name: 'd', from: '2026-12-05T12:01', until: '2026-12-06' },
    )
    expect(frozen(windows, '2026-12-01T12:00:00Z')).to.equal('a, drift new until 2026-12-05T12:00Z')
    expect(frozen(windows, '2026-12-02T12:00:00Z')).to.equal('a + b, drift until 2026-12-05T12:00Z')
    expect(frozen(windows, '2026-12-04T12:00:00Z')).to.equal('c, nothing until 2026-12-05T12:00Z')
    expect(frozen(windows, '2026-12-05T12:00:00Z')).to.equal(undefined)
  })

  it('of days that follow each other are one', () => {
    const windows = windowsOf({ cron: '0 0 * * SAT,SUN', for: '24h' })
    expect(frozen(windows, '2026-12-05T00:00:00Z')).to.match(/until 2026-12-07T00:00Z$/)
    expect(nextChange(windows, at('2026-12-05T00:00:00Z'))).to.equal(at('2026-12-07T00:00:00Z'))
  })

  it('hold the ranges that they name, whatever the case', () => {
    const windows = windowsOf({ cron: '0 0 * * *', for: '8h', ranges: ['exam-*', 'J?'] })
    const held = ['exam-1', 'EXAM-', 'JD', 'jd'].map((id) => frozen(windows, '2026-12-05T01:00:00Z', id) !== undefined)
    const free = ['exam', 'JDX', 'J', 'xexam-1'].map((id) => frozen(windows, '2026-12-05T01:00:00Z', id) === undefined)
    expect([...held, ...free]).to.deep.equal(Array(8).fill(true))
  })

  it('are none without a configuration, and over when their last has ended', () => {
    expect(nextChange([], 0)).to.equal(undefined)
    expect(nextChange(windowsOf({ from: '2026-12-24', until: '2026-12-24' }), at('2027-01-01T00:00:00Z'))).to.equal(
      undefined,
    )
  })

  it('are told by name and end, in the zone of the first', () => {
    const [a, b] = windowsOf(
      { name: 'a', from: '2026-12-01', until: '2026-12-02', zone: 'Europe/Berlin' },
      { cron: '0 0 * * TUE', for: '48h' },
    )
    const told = (...windows: (FreezeWindow | undefined)[]): string => {
      const freeze = freezeOn(
        windows.flatMap((window) => window ?? []),
        'JD',
        at('2026-12-01T12:00:00Z'),
      )
      return freeze === undefined ? '' : freezeText(freeze)
    }
    expect(told(a)).to.equal('the freeze window a, until Thu 2026-12-03 00:00 Europe/Berlin')
    expect(told(a, b)).to.equal(
      'the freeze windows a and 0 0 * * TUE for 48h, until Thu 2026-12-03 01:00 Europe/Berlin',
    )
  })

  it('select by globs as patterns do', () => {
    const glob = fc.stringMatching(/^[ab*?]{0,8}$/)
    fc.assert(
      fc.property(glob, fc.stringMatching(/^[abA]{0,8}$/), (pattern, id) => {
        const meant = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i')
        expect(matchesGlob(pattern, id)).to.equal(meant.test(id))
      }),
      { numRuns: runs(5000) },
    )
  })
})

const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Africa/Cairo']
const DAYS = ['*', '1', '6,0', '1-5', '3']
const zone = fc.constantFrom(...ZONES)
const allow = fc.subarray(['drift', 'new'])
const ranges = fc.constantFrom(['*'], ['JD'], ['A*', 'J*'], ['other'])
const byCron = fc
  .record({
    hour: fc.integer({ min: 0, max: 23 }),
    minute: fc.integer({ min: 0, max: 59 }),
    day: fc.constantFrom(...DAYS),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
    zone,
    allow,
    ranges,
  })
  .map(({ hour, minute, day, part, ...rest }) => ({
    cron: `${minute} ${hour} * * ${day}`,
    for: `${Math.round(1 + part * (day === '*' ? 22 : 70))}h`,
    ...rest,
  }))
const moment = fc
  .integer({ min: Date.UTC(2026, 0, 1) / 60_000, max: Date.UTC(2026, 11, 31) / 60_000 })
  .map((minutes) => minutes * 60_000)
const byDates = fc
  .record({ from: moment, hours: fc.integer({ min: 1, max: 500 }), zone, allow, ranges })
  .map(({ from, hours, ...rest }) => ({
    from: `${new Date(from).toISOString().slice(0, 19)}Z`,
    until: `${new Date(from + hours * HOUR).toISOString().slice(0, 19)}Z`,
    ...rest,
  }))
const someWindows = fc
  .array(fc.oneof(byCron, byDates), { minLength: 1, maxLength: 3 })
  .map((windows) => freezeSection.safeParse(windows))
  .filter(({ success }) => success)
  .map(({ data }) => data ?? [])

/** Whether a window is open, found out in another way: by looking whether its zone's clocks show a beginning in any minute of its length. */
function isOpenByClock(window: FreezeWindow, now: number): boolean {
  if (window.from !== undefined) return at(window.from) <= now && now < at(window.until ?? '')
  const [minute, hour, , , day = '*'] = (window.cron ?? '').split(' ')
  const days = new Set(
    day.split(',').flatMap((part): readonly number[] => {
      const [first = 0, end = first] = part.split('-').map(Number)
      return part === '*' ? [0, 1, 2, 3, 4, 5, 6] : Array.from({ length: end - first + 1 }, (_, index) => first + index)
    }),
  )
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone: window.zone,
    hour: 'numeric',
    minute: 'numeric',
    weekday: 'short',
  })
  for (let began = now; began > now - (window.for ?? 0); began -= 60_000) {
    const shown = Object.fromEntries(clock.formatToParts(began).map(({ type, value }) => [type, value]))
    const weekday = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].indexOf(shown['weekday'] ?? '')
    if (Number(shown['hour']) === Number(hour) && Number(shown['minute']) === Number(minute) && days.has(weekday))
      return true
  }
  return false
}

describe('freeze windows, whatever they are', () => {
  it('hold a range until the first moment when none of them is open, without a break', () => {
    fc.assert(
      fc.property(
        someWindows,
        moment,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { maxLength: 5 }),
        (windows, now, parts) => {
          const freeze = freezeOn(windows, 'JD', now)
          if (freeze === undefined) return
          const until = freeze.until ?? expect.fail('it ends some time')
          expect(until).to.be.greaterThan(now)
          expect(freezeOn(windows, 'JD', until)).to.equal(undefined)
          for (const part of [...parts, 1 - 1e-9])
            expect(freezeOn(windows, 'JD', now + Math.floor((until - now) * part))?.until).to.equal(until)
          expect(freeze.names.length).to.be.greaterThan(0)
        },
      ),
      { numRuns: runs(300) },
    )
  })

  it('change nothing before the next change', () => {
    fc.assert(
      fc.property(
        someWindows,
        moment,
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        (windows, now, part) => {
          const change = nextChange(windows, now) ?? now + 1000 * HOUR
          expect(change).to.be.greaterThan(now)
          const between = now + Math.floor((change - now) * part)
          for (const id of ['JD', 'other']) {
            expect(freezeOn(windows, id, between)).to.deep.equal(freezeOn(windows, id, now))
          }
          // Asked in another order, and by another who has not asked before: the same.
          expect(nextChange(structuredClone(windows), between)).to.equal(nextChange(windows, now))
        },
      ),
      { numRuns: runs(300) },
    )
  })

  it('allow no more than each of those that are open', () => {
    fc.assert(
      fc.property(someWindows, moment, (windows, now) => {
        const freeze = freezeOn(windows, 'JD', now)
        const alone = windows.flatMap((window) => freezeOn([window], 'JD', now) ?? [])
        expect(freeze?.names.length ?? 0).to.equal(alone.length)
        for (const each of ['drift', 'new'] as const)
          expect(freeze?.allow.has(each) ?? false).to.equal(
            alone.length > 0 && alone.every(({ allow: own }) => own.has(each)),
          )
      }),
      { numRuns: runs(300) },
    )
  })

  it('hold as the clocks of their zone show, on all days on which those are not set', () => {
    /** Clocks of none of the zones are set then, nor in the three days before. */
    const calm = fc.constantFrom('2026-01-15', '2026-02-15', '2026-06-10', '2026-08-10', '2026-12-05')
    fc.assert(
      fc.property(byCron, calm, fc.integer({ min: 0, max: 7 * 1440 }), (text, day, minutes) => {
        const read = freezeSection.safeParse([{ ...text, ranges: ['*'] }])
        const [window] = read.data ?? []
        if (window === undefined) return
        const now = at(`${day}T00:00:00Z`) + minutes * 60_000
        expect(freezeOn([window], 'JD', now) !== undefined).to.equal(isOpenByClock(window, now))
      }),
      { numRuns: runs(100, 5) },
    )
  })
})
