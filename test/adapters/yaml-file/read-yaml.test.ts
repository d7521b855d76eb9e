import { expect } from 'chai'
import * as fc from 'fast-check'
import { parseRange } from '../../../adapters/parse-range.ts'
import { readYaml, type YamlFile } from '../../../adapters/yaml-file/read-yaml.ts'
import { changedRange, ownRanges, REAL_RANGES, realRanges, writtenRange } from '../../builders/range-texts.ts'
import { runs } from '../../runner/long-runs.ts'

type Path = readonly (string | number)[]

const yamlOf = (text: string): YamlFile => {
  const read = readYaml(text, 'JD.yml', 'ludus')
  if (read.kind === 'invalid') throw new Error(`not YAML: ${JSON.stringify(text)}`)
  return read.yaml
}
const valueOf = (text: string): unknown => yamlOf(text).value

/** The path of each part of a value, with the part. */
const partsOf = (value: unknown, path: Path = []): readonly (readonly [Path, unknown])[] => {
  if (typeof value !== 'object' || value === null) return [[path, value]]
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  return [[path, value], ...entries.flatMap(([step, child]) => partsOf(child, [...path, step]))]
}

/** `3:5` for what the file has, `3:5 lacks it` for the deepest place on the way to what it has not. */
const placeOf = (yaml: YamlFile, path: Path): string => {
  const { node, exact } = yaml.place(path)
  const { line, column } = yaml.diagnosticAt(node, 'x', '')
  return `${line}:${column}${exact ? '' : ' lacks it'}`
}

/** How many parts a text has; fails when one is not found, or a text is not where its first letters stand. */
function partsInPlace(text: string): number {
  const yaml = yamlOf(text)
  const lines = text.split('\n')
  const parts = partsOf(yaml.value)
  for (const [path, value] of parts) {
    const { node, exact } = yaml.place(path)
    expect(exact, `${path.join('.')} of ${JSON.stringify(text)}`).to.equal(true)
    if (typeof value !== 'string' || value === '') continue
    const { line = 0, column = 0 } = yaml.diagnosticAt(node, 'x', '')
    const there = (lines[line - 1] ?? '').slice(column - 1).replace(/^["']/, '')
    expect(there.startsWith(value), `${path.join('.')} of ${JSON.stringify(text)}`).to.equal(true)
  }
  return parts.length
}

describe('readYaml', function () {
  this.timeout(120_000)

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

  it('places each part of a file, and what is not there at what lacks it', () => {
    const yaml = yamlOf('a:\n  - "b"\n  - {c: \'d\', e: [1]} # x\n\n  - f: g\nh: { }\n')
    const places = [
      [[], '1:1'],
      [['a'], '2:3'],
      [['a', 0], '2:5'],
      [['a', 1], '3:5'],
      [['a', 1, 'c'], '3:9'],
      [['a', 1, 'e'], '3:17'],
      [['a', 1, 'e', 0], '3:18'],
      [['a', 1, 'e', 1], '3:17 lacks it'],
      [['a', 1, 'e', 0, 'no', 'where'], '3:18 lacks it'],
      [['a', 2], '5:5'],
      [['a', 2, 'f'], '5:8'],
      [['a', 3], '2:3 lacks it'],
      [['h'], '6:4'],
      [['h', 'i'], '6:4 lacks it'],
      [['nothing'], '1:1 lacks it'],
    ] as const
    expect(places.map(([path]) => [path, placeOf(yaml, path)])).to.deep.equal(places)
  })

  it("finds each part of the repository's own files, and of those from the field, where it stands", function () {
    for (const { text } of ownRanges()) expect(partsInPlace(text)).to.be.greaterThan(10)
    const valid = realRanges().filter(({ name }) => name.includes('/valid/'))
    if (valid.length === 0) {
      console.log(`      ${REAL_RANGES} is absent: only the repository's own files are read`)
      this.skip()
    }
    // Block texts and escapes stand otherwise than they read.
    for (const { text } of valid) if (!/[|>\\]/.test(text)) expect(partsInPlace(text)).to.be.greaterThan(10)
  })

  it('does so in files that people may write', () => {
    let read = 0
    fc.assert(
      fc.property(writtenRange(), (written) => {
        const text = written.replace('\uFEFF', '')
        if (readYaml(text, 'JD.yml', 'ludus').kind === 'invalid') return
        partsInPlace(text)
        read += 1
      }),
      { numRuns: runs(200) },
    )
    expect(read).to.be.greaterThan(runs(100))
  })

  it('never throws at any of many changed range files, and every problem is inside the file', () => {
    let [yaml, refused] = [0, 0]
    fc.assert(
      fc.property(changedRange(), (text) => {
        const read = parseRange({ text, file: 'JD.yml', rangeId: 'JD' })
        if (read.kind === 'invalid') refused += 1
        if (readYaml(text, 'JD.yml', 'ludus').kind === 'ok') yaml += 1
        const lines = text.split('\n')
        for (const { line, column, finding } of read.kind === 'ok' ? read.warnings : read.diagnostics) {
          expect(finding).not.to.match(/\p{Cc}/u)
          if (line === undefined || column === undefined) continue
          expect(line).to.be.within(1, lines.length)
          expect(column).to.be.within(1, (lines[line - 1] ?? '').length + 2)
        }
      }),
      { numRuns: runs(3000) },
    )
    // Of no use if nearly all were alike.
    expect(yaml).to.be.greaterThan(runs(150))
    expect(refused).to.be.greaterThan(runs(1000))
  })

  it('reads most of many range files such as people write, and warns of some', () => {
    let [good, warned] = [0, 0]
    fc.assert(
      fc.property(writtenRange(), (text) => {
        const read = parseRange({ text, file: 'JD.yml', rangeId: 'JD' })
        if (read.kind === 'ok') good += 1
        if (read.kind === 'ok' && read.warnings.length > 0) warned += 1
      }),
      { numRuns: runs(500) },
    )
    expect(good).to.be.within(runs(50), runs(490))
    expect(warned).to.be.greaterThan(runs(10))
  })
})
