import { stripVTControlCharacters } from 'node:util'
import { expect } from 'chai'
import fc from 'fast-check'
import { parse } from 'yaml'
import { ageText } from '../../../controllers/terminal/age-text.ts'
import { fittedTable } from '../../../controllers/terminal/fitted-table.ts'
import { shortened, widthOf } from '../../../controllers/terminal/text-width.ts'
import { wrapped } from '../../../controllers/terminal/wrapped.ts'
import { yamlText } from '../../../controllers/terminal/yaml-text.ts'
import { printable } from '../../../model/printable.ts'
import { runs } from '../../runner/long-runs.ts'

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.constantFrom(
    'no',
    '1.5',
    '0x10',
    '- a',
    'a: b',
    '# c',
    ' x',
    'x ',
    '~',
    '',
    'NaN',
    '日本語 \u001B[2J\u202E',
    "it's",
    '2026-11-30',
  ),
)
// oxlint-disable-next-line no-control-regex
const ACTING = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/u

describe('what is printed of any text', () => {
  it('is in a table no wider than the terminal, one line a row, and acts on nothing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(text, text, text), { maxLength: 6 }),
        fc.integer({ min: 8, max: 120 }),
        (rows, width) => {
          const cells = rows.map((row) => row.map((each) => ({ text: each })))
          const columns = [{ title: 'A' }, { title: 'B', align: 'right' as const }, { title: 'C' }]
          const lines = fittedTable(columns, cells, (_style, painted) => `\u001B[31m${painted}\u001B[39m`, width)
          expect(lines).to.have.length(rows.length + 1)
          for (const line of lines) {
            const shown = stripVTControlCharacters(line)
            expect(widthOf(shown)).to.be.at.most(width)
            expect(ACTING.test(shown)).to.equal(false)
          }
        },
      ),
      { numRuns: runs(2000) },
    )
  })

  it('is the same text when it is read as YAML again, and acts on nothing', () => {
    const value = fc.letrec((tie) => ({
      node: fc.oneof(
        { depthSize: 'small' },
        text,
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(text, tie('node'), { maxKeys: 3, noNullPrototype: true }),
      ),
    })).node
    fc.assert(
      fc.property(value, (each) => {
        const written = yamlText(each)
        expect(ACTING.test(written)).to.equal(false)
        expect(parse(written, { version: '1.2' })).to.deep.equal(each)
        expect(JSON.stringify(parse(written, { version: '1.1' }))).to.equal(JSON.stringify(each))
      }),
      { numRuns: runs(3000) },
    )
  })

  it('is all there when it is wrapped, and no line is too wide', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 5 }), fc.integer({ min: 20, max: 60 }), (words, width) => {
        const whole = printable(words.join(' '), 1000)
        const lines = wrapped(whole, width)
        expect(lines.join('').replaceAll(' ', '')).to.equal(whole.replaceAll(' ', ''))
        for (const line of lines) expect(widthOf(line)).to.be.at.most(width)
      }),
      { numRuns: runs(2000) },
    )
  })

  it('is not wider than asked for when it is shortened', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 30 }), (each, width) => {
        expect(widthOf(shortened(each, width))).to.be.at.most(width)
      }),
      { numRuns: runs(2000) },
    )
  })
})

describe('an age', () => {
  it('is as people of Kubernetes know it, and never negative', () => {
    const minutes = (count: number): number => count * 60_000
    for (const [milliseconds, shown] of [
      [-5000, '0s'],
      [119_000, '119s'],
      [minutes(5) + 30_000, '5m30s'],
      [minutes(42), '42m'],
      [minutes(192), '3h12m'],
      [minutes(60 * 13), '13h'],
      [minutes(60 * 53), '2d5h'],
      [minutes(60 * 24 * 12), '12d'],
      [Number.NaN, '-'],
    ] as const)
      expect(ageText(milliseconds)).to.equal(shown)
  })
})
