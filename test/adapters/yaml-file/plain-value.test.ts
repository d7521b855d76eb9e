import { isDeepStrictEqual } from 'node:util'
import { expect } from 'chai'
import * as fc from 'fast-check'
import { parseRange, parseThoroughly } from '../../../adapters/parse-range.ts'
import { YAML_LIMITS } from '../../../adapters/yaml-file/parse-within-limits.ts'
import { plainValueOf } from '../../../adapters/yaml-file/plain-value.ts'
import { readYaml } from '../../../adapters/yaml-file/read-yaml.ts'
import { changedRange, ownRanges, REAL_RANGES, realRanges, writtenRange } from '../../builders/range-texts.ts'
import { runs } from '../../runner/long-runs.ts'

/** Whether a text is plain; fails when the two readings of a plain one differ in anything. */
function agreedOn(text: string, rangeIds = ['JD', 'not_dns']): boolean {
  const plain = plainValueOf(text)
  if (plain === undefined) return false
  const read = readYaml(text, 'JD.yml', 'ludus')
  same(text, plain.value, read.kind === 'ok' ? read.yaml.value : read.diagnostics)
  for (const rangeId of rangeIds) {
    const range = { text, file: 'JD.yml', rangeId }
    same(text, parseRange(range), parseThoroughly(range))
  }
  return true
}

/** Node's comparison is the quicker one by far; chai's tells what differs. */
function same(text: string, quick: unknown, thorough: unknown): void {
  if (!isDeepStrictEqual(quick, thorough)) expect(quick, JSON.stringify(text)).to.deep.equal(thorough)
}

const valueOf = (text: string): unknown => plainValueOf(text)?.value

describe('plainValueOf', function () {
  this.timeout(20_000)

  it('reads what people write', () => {
    expect(
      valueOf('# x\n---\na: "b c"\nd:\n  - e\n  - {f: [1, 2.5], g: true} # h\n  - 10.0.0.1\n\'i\': 64bit\n'),
    ).to.deep.equal({ a: 'b c', d: ['e', { f: [1, 2.5], g: true }, '10.0.0.1'], i: '64bit' })
  })

  it('reads CRLF as it reads line feeds', () => {
    expect(valueOf('a: b # c\r\n\r\nd:\r\n- "e"\r\n- {f: g,\r\n  h: i}\r\n')).to.deep.equal({
      a: 'b',
      d: ['e', { f: 'g', h: 'i' }],
    })
  })

  it('reads text that begins as a number does', () => {
    const texts = ['11-22', '8080, 5000:6000', '10.0.0.0/8', '43923d3c-af10-46b7', '64bit', '1.2.3']
    for (const text of texts) expect(valueOf(`a: ${text}`), text).to.deep.equal({ a: text })
  })

  const unusual: readonly (readonly [string, string])[] = [
    ['a byte order mark', '\uFEFFa: b'],
    ['a tab', 'a:\tb'],
    ['a carriage return that ends no line', 'a: b\rc'],
    ['a control character', 'a: b\u0001'],
    ['a line separator', 'a: b\u2028'],
    ['half a character', 'a: "\uD83D"'],
    ['a directive', '%YAML 1.2\n---\na: b'],
    ['a second document', 'a: b\n---\nc: d'],
    ['a closing document mark', 'a: b\n...\n'],
    ['a document mark at the beginning that closes nothing', '...  a: b\n'],
    ['a document mark that is not the first on its line', ' ---\na: b'],
    ['nothing', ''],
    ['a comment alone', '# x'],
    ['an anchor', 'a: &x b'],
    ['an anchor of a map', 'a: &x {b: c}'],
    ['an alias', 'a: *x'],
    ['a merge key', '<<: {a: b}'],
    ['a tag', 'a: !!str b'],
    ['a tag of a list', 'a: !x [b]'],
    ['a complex key', '? [a, b]\n: c'],
    ['a template without quotes', 'a: {{ b }}'],
    ['a number as a key', '1: a'],
    ['a word of YAML 1.1 as a key', 'on: a'],
    ['a repeated key', 'a: 1\na: 2'],
    ['the key __proto__', '__proto__: 1'],
    ['an empty value', 'a:'],
    ['null', 'a: null'],
    ['a tilde', 'a: ~'],
    ['a word of YAML 1.1', 'a: On'],
    ['a single letter of YAML 1.1', 'a: y'],
    ['true in capitals', 'a: TRUE'],
    ['infinity', 'a: .inf'],
    ['a leading zero', 'a: 010'],
    ['an octal number', 'a: 0o10'],
    ['a hexadecimal number', 'a: 0x10'],
    ['an exponent', 'a: 1e3'],
    ['a fraction without a whole part', 'a: .5'],
    ['a number with a sign', 'a: -1'],
    ['a number with an underscore', 'a: 1_000'],
    ['a number that is longer than numbers are exact', 'a: 1234567890123456'],
    ['a date', 'a: 2026-12-24'],
    ['a date with a time', 'a: 2026-12-24 12:30:00'],
    ['a time', 'a: 12:30'],
    ['text over two lines', 'a: b\n  c'],
    ['quoted text over two lines', 'a: "b\n  c"'],
    ['an escape', 'a: "\\u0041"'],
    ['a doubled quote', "a: 'it''s'"],
    ['a block of text', 'a: |\n  b\n'],
    ['a folded block of text', 'a: >\n  b\n'],
    ['a key that is longer than keys may be', `${'k'.repeat(1025)}: a`],
    ['blanks that lead too far from a key to its colon', `"a"${' '.repeat(1025)}: b`],
    ['a quote that is never closed', 'a: "b'],
    ['a map that is never closed', 'a: {b: c'],
    ['more nesting than any range has', '['.repeat(33) + ']'.repeat(33)],
    ['more than any range is long', `a: ${'b'.repeat(YAML_LIMITS.marks)}`],
  ]
  for (const [what, text] of unusual)
    it(`leaves ${what} to the thorough reading`, () => expect(plainValueOf(text)).to.equal(undefined))

  it("reads most of the repository's own files and of those from the field, and each as the thorough reading does", function () {
    const [own, real] = [ownRanges(), realRanges()]
    expect(own.filter(({ text }) => agreedOn(text))).to.have.length(own.length)
    const valid = real.filter(({ name }) => name.includes('/valid/'))
    const plain = real.filter(({ text }) => agreedOn(text))
    if (real.length === 0) {
      console.log(`      ${REAL_RANGES} is absent: only the repository's own files are read`)
      this.skip()
    }
    expect(plain.length).to.be.greaterThan(valid.length / 2)
  })

  it('reads many changed range files as the thorough reading does, or not at all', () => {
    let plain = 0
    fc.assert(
      fc.property(changedRange(), (text) => {
        if (agreedOn(text, ['JD'])) plain += 1
      }),
      { numRuns: runs(3000) },
    )
    // Of no use if it gave up on nearly all.
    expect(plain).to.be.greaterThan(runs(3000) / 20)
  })

  it('reads range files such as people write as the thorough reading does, or not at all', () => {
    let [plain, warned] = [0, 0]
    fc.assert(
      fc.property(writtenRange(), (text) => {
        if (!agreedOn(text)) return
        const read = parseRange({ text, file: 'JD.yml', rangeId: 'JD' })
        plain += 1
        if (read.kind === 'ok' && read.warnings.length > 0) warned += 1
      }),
      { numRuns: runs(500) },
    )
    expect(plain).to.be.within(runs(500) / 10, runs(500) * 0.98)
    expect(warned).to.be.greaterThan(runs(500) / 50)
  })
})
