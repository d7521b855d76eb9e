import { expect } from 'chai'
import fc from 'fast-check'
import { freezeSection } from '../../../model/freeze/freeze-section.ts'
import { runs } from '../../runner/long-runs.ts'

const problemsOf = (...windows: unknown[]): string =>
  freezeSection
    .safeParse(windows)
    .error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`.trim())
    .join('; ') ?? ''

describe('lanista.freeze', () => {
  it('takes a beginning with a length, or two dates, and fills in the rest', () => {
    expect(freezeSection.parse([{ cron: '0 18 * * FRI', for: '62h' }])).to.deep.equal([
      { cron: '0 18 * * FRI', for: 62 * 3_600_000, zone: 'UTC', ranges: ['*'], allow: [] },
    ])
    expect(problemsOf({ from: '2026-12-24', until: '2026-12-24' })).to.equal('')
    expect(problemsOf({ from: '2026-12-24 18:00', until: '2026-12-24T18:00:01' })).to.equal('')
    expect(problemsOf({ cron: '@daily', for: '8h', zone: 'Asia/Kathmandu', ranges: ['lab-?', '*'] })).to.equal('')
  })

  it('refuses a window of both kinds, of none, or of half a kind, at the key in question', () => {
    expect(problemsOf({ zone: 'UTC' })).to.equal('0 must say when it is: cron and for, or from and until')
    expect(problemsOf({ cron: '0 1 * * *', for: '1h', until: '2026-12-24' })).to.equal(
      '0.until does not go with cron and for: a window has either cron and for, or from and until',
    )
    expect(problemsOf({ cron: '0 1 * * *' })).to.equal('0.cron needs `for`, which says how long')
    expect(problemsOf({ for: '1h' })).to.equal('0.for needs `cron`, which says when')
    expect(problemsOf({ from: '2026-12-24' })).to.equal('0.from needs `until`, the end')
    expect(problemsOf({ until: '2026-12-24' })).to.equal('0.until needs `from`, the beginning')
  })

  it('refuses a cron that is none, that never comes, or that says more than when a window begins', () => {
    const of = (cron: string): string => problemsOf({ cron, for: '1h' })
    for (const wrong of ['', 'friday', '0 22 * *', '0 0 22 * * *', '60 1 * * *', '0 24 * * *', '0 1 * 13 *', '@reboot'])
      expect(of(wrong), wrong).to.match(/^0\.cron must be five fields/)
    for (const never of ['0 0 30 2 *', '0 0 31 4,6 *']) expect(of(never), never).to.match(/never|ever comes/)
    for (const often of ['* 8-18 * * *', '*/5 * * * *', '0,30 8 * * *'])
      expect(of(often), often).to.match(/^0\.cron must have one number as its minute/)
    expect(of('0 0 29 2 *')).to.equal('')
  })

  it('refuses a window that would never end, and takes those that touch and end some time', () => {
    const of = (cron: string, lasts: string): string => problemsOf({ cron, for: lasts })
    for (const [cron, lasts] of [
      ['0 22 * * *', '24h'],
      ['0 22 * * *', '30h'],
      ['0 8 * * MON-FRI', '72h'],
      ['0 * * * *', '1h'],
    ] as const)
      expect(of(cron, lasts), cron).to.match(/^0\.for must be shorter than the time from one beginning to the next/)
    expect(of('0 0 * * SAT,SUN', '24h')).to.equal('')
    expect(of('0 8 * * MON-FRI', '71h')).to.equal('')
    expect(of('0 * * * MON-FRI', '1h')).to.equal('')
  })

  it('refuses windows that take turns for ever, for the ranges that they are both about', () => {
    const [early, late] = [
      { cron: '0 0 * * MON', for: '96h' },
      { cron: '0 0 * * FRI', for: '72h' },
    ]
    expect(problemsOf(early, late)).to.match(/^the windows take turns, and every range would never be free/)
    expect(problemsOf({ ...early, ranges: ['lab-*'] }, { ...late, ranges: ['l*'] })).to.match(/the ranges lab-\*/)
    expect(problemsOf({ ...early, ranges: ['a*'] }, { ...late, ranges: ['b*'] })).to.equal('')
    expect(problemsOf(early, { ...late, for: '71h' })).to.equal('')
  })

  it('refuses dates that are none, and an end before its beginning, in their zone', () => {
    const of = (from: string, until: string, zone = 'UTC'): string => problemsOf({ from, until, zone })
    expect(of('tomorrow', '2026-12-24')).to.match(/^0\.from must be a date such as 2026-12-24/)
    expect(of('2026-02-29', '2026-12-24')).to.equal('0.from is not in the calendar')
    expect(of('2026-12-24T24:00', '2026-12-25')).to.equal('0.from is not in the calendar')
    expect(of('2026-12-24', '2026-12-23')).to.equal('0.until must be after `from`')
    expect(of('2026-12-24T10:00', '2026-12-24T10:00')).to.equal('0.until must be after `from`')
    expect(of('2026-12-24T10:00', '2026-12-24T09:30Z', 'Europe/Berlin')).to.equal('')
    expect(of('2026-12-24T10:00', '2026-12-24T09:00+00:00', 'Europe/Berlin')).to.equal('0.until must be after `from`')
    expect(of('2011-12-30', '2011-12-31', 'Pacific/Apia')).to.equal('0.from is a day that clocks in Pacific/Apia skip')
  })

  it('says which zone was meant', () => {
    const of = (zone: string): string => problemsOf({ cron: '0 1 * * *', for: '1h', zone })
    expect(of('Europe/Berln')).to.equal(
      '0.zone must be a time zone that this system knows; did you mean Europe/Berlin?',
    )
    expect(of('new york')).to.match(/did you mean America\/New_York\?$/)
    for (const strange of ['+02:00', 'xyzzy-quux', '']) expect(of(strange), strange).to.match(/must be a time zone/)
  })

  it('says what is wrong with globs, names and words', () => {
    const of = (more: object): string => problemsOf({ cron: '0 1 * * *', for: '1h', ...more })
    expect(of({ ranges: ['a/b'] })).to.match(/^0\.ranges\.0 must be the id of a range, with \*/)
    expect(of({ ranges: [] })).to.match(/leave it out for all of them/)
    expect(of({ allow: ['everything'] })).to.match(/^0\.allow\.0 /)
    expect(of({ for: '2 days' })).to.match(/^0\.for must be a duration such as/)
    expect(of({ for: '9000h' })).to.match(/^0\.for must be a duration from 1m to 8784h/)
  })

  it('never throws, whatever is written', () => {
    const text = fc.oneof(
      fc.constantFrom(
        '0 1 * * *',
        '@daily',
        '2026-12-24',
        '1h',
        '24h',
        'UTC',
        'Europe/Berlin',
        '*',
        'drift',
        'L',
        '29 2',
      ),
      fc.stringMatching(/^[0-9*,\-/ #LW?+@:TZa-z]{0,20}$/),
    )
    const value = fc.oneof({ weight: 5, arbitrary: text }, fc.integer(), fc.array(text, { maxLength: 2 }))
    const window = fc.record(
      { name: value, cron: value, for: value, from: value, until: value, zone: value, ranges: value, allow: value },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.array(window, { maxLength: 2 }), (windows) => void freezeSection.safeParse(windows)),
      { numRuns: runs(400) },
    )
  })
})
