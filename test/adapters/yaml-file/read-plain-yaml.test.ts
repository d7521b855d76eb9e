import { isDeepStrictEqual } from 'node:util'
import { expect } from 'chai'
import * as fc from 'fast-check'
import { readPlainYaml } from '../../../adapters/yaml-file/read-plain-yaml.ts'
import { readYaml, type YamlFile } from '../../../adapters/yaml-file/read-yaml.ts'
import { changedRange, ownRanges, realRanges, writtenRange } from '../../builders/range-texts.ts'
import { runs } from '../../runner/long-runs.ts'

type Path = readonly (string | number)[]

/** The path of each part of a value, and one that leads nowhere out of each map and list. */
const pathsOf = (value: unknown, path: Path = []): readonly Path[] => {
  if (typeof value !== 'object' || value === null) return [path, [...path, 'no', 'where']]
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  const none = Array.isArray(value) ? value.length : 'nothing'
  return [path, [...path, none], ...entries.flatMap(([step, child]) => pathsOf(child, [...path, step]))]
}

const placed = (yaml: YamlFile, path: Path) => {
  const place = yaml.place(path)
  return { ...yaml.diagnosticAt(place.node, 'x', ''), path, exact: place.exact }
}

/** How many parts a text has; fails when one of them is not where the thorough reading finds it. */
function partsInPlace(text: string): number {
  const plain = readPlainYaml(text, 'JD.yml')
  if (plain === undefined) return 0
  const read = readYaml(text, 'JD.yml', 'ludus')
  if (read.kind === 'invalid') throw new Error(`not YAML: ${JSON.stringify(text)}`)
  const paths = pathsOf(plain.value)
  for (const path of paths) {
    const [quick, thorough] = [placed(plain, path), placed(read.yaml, path)]
    if (!isDeepStrictEqual(quick, thorough)) expect(quick, JSON.stringify(text)).to.deep.equal(thorough)
  }
  return paths.length
}

describe('readPlainYaml', function () {
  this.timeout(20_000)

  it('places each part of a file where the thorough reading does, and what is not there at what lacks it', () => {
    const text = 'a:\n  - "b"\n  - {c: \'d\', e: [1]} # x\n\n  - f: g\nh: { }\n'
    expect(partsInPlace(text)).to.equal(pathsOf({ a: ['b', { c: 'd', e: [1] }, { f: 'g' }], h: {} }).length)
    for (const { text: own } of ownRanges()) expect(partsInPlace(own)).to.be.greaterThan(10)
  })

  it('does so in files from the field', function () {
    const texts = realRanges()
    if (texts.length === 0) this.skip()
    for (const { text } of texts.filter(({ text: { length } }) => length < 4000)) partsInPlace(text)
  })

  it('does so in files that people may write, and in damaged ones', () => {
    fc.assert(
      fc.property(writtenRange(), (text) => void partsInPlace(text)),
      { numRuns: runs(100) },
    )
    fc.assert(
      fc.property(changedRange(), (text) => void partsInPlace(text)),
      { numRuns: runs(500) },
    )
  })

  it('reads nothing else', () => expect(readPlainYaml('a: &x b', 'JD.yml')).to.equal(undefined))
})
