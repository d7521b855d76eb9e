import { expect } from 'chai'
import { parseRange } from '../../../adapters/parse-range.ts'
import { diagnosticLine } from '../../../model/diagnostic.ts'
import { isSuspended, type Suspension } from '../../../model/range-spec.ts'

/** The keys stand in line 2, the first in column 32. */
const read = (keys: string) =>
  parseRange({ text: `ludus: []\nludus_extensions: { lanista: { ${keys} } }\n`, file: 'JD.yml', rangeId: 'JD' })

const linesOf = (keys: string): readonly string[] => {
  const found = read(keys)
  return found.kind === 'ok' ? [] : found.diagnostics.map(diagnosticLine)
}

const suspensionOf = (keys: string): Suspension | undefined => {
  const found = read(keys)
  if (found.kind === 'invalid') throw new Error(found.diagnostics.map(diagnosticLine).join('\n'))
  return found.spec.suspension
}

describe("Lanista's own keys", () => {
  const suspensions: readonly (readonly [string, string, Suspension | undefined])[] = [
    ['none', 'range_number: 3', undefined],
    ['one without an end', 'suspend: { reason: exam }', { reason: 'exam', owner: undefined, until: undefined }],
    [
      'one until a time',
      'suspend: { reason: exam, owner: Ada, until: 2026-12-24T18:00:00+01:00 }',
      { reason: 'exam', owner: 'Ada', until: Date.UTC(2026, 11, 24, 17) },
    ],
    [
      'one until a day, which is its start in UTC',
      'suspend: { reason: exam, until: 2026-12-24 }',
      { reason: 'exam', owner: undefined, until: Date.UTC(2026, 11, 24) },
    ],
  ]
  for (const [situation, keys, expected] of suspensions)
    it(`reads of suspensions ${situation}`, () => expect(suspensionOf(keys)).to.deep.equal(expected))

  it('reads drift, with the careful choice where nothing is said', () => {
    const driftOf = (keys: string) => {
      const found = read(keys)
      return found.kind === 'ok' ? Object.values(found.spec.drift) : undefined
    }
    expect(driftOf('range_number: 3')).to.deep.equal(['correct', 'report'])
    expect(driftOf('drift: { hardware: correct }')).to.deep.equal(['correct', 'correct'])
    expect(driftOf('drift: { networks: report }')).to.deep.equal(['report', 'report'])
  })

  it('reads power in the words that YAML takes for booleans as well', () => {
    const powerOf = (keys: string) => {
      const found = read(keys)
      return found.kind === 'ok' ? found.spec.power : undefined
    }
    expect(
      ['power: on', 'power: "on"', 'power: off', "power: 'off'", 'power: keep', 'range_number: 3'].map(powerOf),
    ).to.deep.equal(['on', 'on', 'off', 'off', 'keep', 'on'])
  })

  const until = 'must be a date such as 2026-12-24, or a time with its zone such as 2026-12-24T18:00:00Z'
  const refusals: readonly (readonly [string, string, string])[] = [
    [
      'suspend without a reason',
      'suspend: {}',
      'JD.yml:2:41: ludus_extensions.lanista.suspend lacks the key reason; add it',
    ],
    ['suspend: true', 'suspend: true', 'JD.yml:2:41: ludus_extensions.lanista.suspend is true, must be a map'],
    [
      'an end that is no day of the calendar',
      'suspend: { reason: x, until: 2026-02-30 }',
      `JD.yml:2:61: ludus_extensions.lanista.suspend.until is "2026-02-30", ${until}`,
    ],
    [
      'an end without its zone',
      'suspend: { reason: x, until: 2026-12-24T18:00:00 }',
      `JD.yml:2:61: ludus_extensions.lanista.suspend.until is "2026-12-24T18:00:00", ${until}`,
    ],
    [
      'a misspelt key',
      'suspend: { reason: x, untill: 2026-12-24 }',
      'JD.yml:2:54: unknown key untill in ludus_extensions.lanista.suspend; did you mean until?',
    ],
    [
      'a misspelt key at the top',
      'range_nunber: 3',
      'JD.yml:2:32: unknown key range_nunber in ludus_extensions.lanista; did you mean range_number?',
    ],
    [
      'a word that power does not have',
      'power: sometimes',
      'JD.yml:2:39: ludus_extensions.lanista.power is "sometimes", must be on, off or keep',
    ],
  ]
  for (const [situation, keys, line] of refusals)
    it(`refuses ${situation}`, () => expect(linesOf(keys)).to.deep.equal([line]))
})

describe('isSuspended', () => {
  const rows: readonly (readonly [string, number | undefined, boolean])[] = [
    ['holds without an end', undefined, true],
    ['holds before its end', 1001, true],
    ['has ended at its end', 1000, false],
  ]
  for (const [situation, until, expected] of rows)
    it(situation, () =>
      expect(isSuspended({ suspension: { reason: 'x', owner: undefined, until } }, 1000)).to.equal(expected),
    )

  it('does not hold for a range that nobody suspended', () => {
    expect(isSuspended({ suspension: undefined }, 1000)).to.equal(false)
  })
})
