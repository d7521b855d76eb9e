import { createRequire } from 'node:module'
import { Ajv } from 'ajv'
import { expect } from 'chai'
import { z } from 'zod'
import { diagnosticGithub, diagnosticJson, diagnosticSarif } from '../../../controllers/terminal/diagnostic-formats.ts'
import type { CheckedFile } from '../../../model/checked-file.ts'

const FILE: CheckedFile = {
  path: '/repo/ranges/J D,1.yml',
  folder: '/repo/ranges',
  rangeId: 'JD',
  problems: [
    {
      file: 'x',
      line: 5,
      column: 3,
      finding: '100% wrong: a\nb',
      remedy: 'mend it',
      excerpt: { text: 'x: 1', caret: 3 },
    },
    { file: 'x', line: undefined, column: undefined, finding: 'gone', remedy: '' },
  ],
  warnings: [{ file: 'x', line: 7, column: 1, finding: 'odd', remedy: '' }],
  spec: undefined,
}
const GOOD: CheckedFile = { ...FILE, path: 'AB.yml', rangeId: undefined, problems: [], warnings: [] }

/** OASIS' schema is written in draft 4, of which it uses only what later drafts have as well, but for its own name. */
const sarifSchema = (): object => {
  const require = createRequire(import.meta.url)
  const schema: unknown = require('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json')
  const { $schema: _, id, ...rest } = z.looseObject({ $schema: z.string(), id: z.string() }).parse(schema)
  return { ...rest, $id: id }
}

const followsSarif = new Ajv({
  strict: false,
  unicodeRegExp: false,
  formats: {
    uri: (text) => URL.canParse(text),
    'uri-reference': (text) => /^[\w./:@%?#&=~!$'()*+,;-]*$/.test(text) && URL.canParse(text, 'file:///'),
    'date-time': true,
  },
}).compile(sarifSchema())

describe('diagnosticJson', () => {
  it('tells each file, also the good ones, and the counts', () => {
    expect(JSON.parse(diagnosticJson([FILE, GOOD]))).to.deep.equal({
      files: [
        {
          file: '/repo/ranges/J D,1.yml',
          range: 'JD',
          problems: [
            { line: 5, column: 3, finding: '100% wrong: a\nb', remedy: 'mend it' },
            { line: null, column: null, finding: 'gone', remedy: '' },
          ],
          warnings: [{ line: 7, column: 1, finding: 'odd', remedy: '' }],
        },
        { file: 'AB.yml', range: null, problems: [], warnings: [] },
      ],
      problems: 2,
      warnings: 1,
    })
  })

  it('prints nothing that a terminal would act on, and keeps the names all the same', () => {
    const path = '/repo/\u001B[2J\u009B2J\u202E\u2028\u007F\u{E0001}.yml'
    for (const text of [diagnosticJson([{ ...FILE, path }]), diagnosticSarif([{ ...FILE, path }], '/repo')])
      expect(text.replaceAll('\n', '')).not.to.match(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    expect(JSON.parse(diagnosticJson([{ ...FILE, path }])).files[0].file).to.equal(path)
  })
})

describe('diagnosticSarif', () => {
  const resultsOf = (files: readonly CheckedFile[], from: string): unknown =>
    JSON.parse(diagnosticSarif(files, from)).runs[0].results

  it('is a SARIF 2.1.0 log of one run, with every result under a rule that the tool tells of', () => {
    const log = JSON.parse(diagnosticSarif([FILE, GOOD], '/repo'))
    expect(log.version).to.equal('2.1.0')
    expect(log.runs).to.have.length(1)
    expect(log.runs[0].tool.driver.name).to.equal('lanista')
    expect(log.runs[0].tool.driver.rules.map(({ id }: { id: string }) => id)).to.deep.equal(['range-file'])
  })

  it('follows the schema of SARIF 2.1.0, whatever the files are called and wherever they are', () => {
    const paths = ['/repo/a.yml', '/elsewhere/a b.yml', 'ü/\u202E\n%:,?#[x].yml', '../up.yml', '/repo']
    const files = paths.flatMap((path) => [
      { ...FILE, path },
      { ...GOOD, path },
    ])
    for (const log of [diagnosticSarif(files, '/repo'), diagnosticSarif([], '/repo')]) {
      expect(followsSarif(JSON.parse(log)), JSON.stringify(followsSarif.errors)).to.equal(true)
    }
    expect(followsSarif({ version: '2.1.0', runs: [{ results: [] }] })).to.equal(false)
  })

  it('places results in files of the checkout, a whole file at its first line', () => {
    const at = (region: object) => [{ physicalLocation: { artifactLocation: { uri: 'ranges/J%20D%2C1.yml' }, region } }]
    expect(resultsOf([FILE, GOOD], '/repo')).to.deep.equal([
      {
        ruleId: 'range-file',
        level: 'error',
        message: { text: '100% wrong: a\nb; mend it' },
        locations: at({ startLine: 5, startColumn: 3 }),
      },
      { ruleId: 'range-file', level: 'error', message: { text: 'gone' }, locations: at({ startLine: 1 }) },
      {
        ruleId: 'range-file',
        level: 'warning',
        message: { text: 'odd' },
        locations: at({ startLine: 7, startColumn: 1 }),
      },
    ])
  })

  it('tells a file outside the checkout as an absolute address', () => {
    expect(diagnosticSarif([FILE], '/repo/other')).to.contain('"file:///repo/ranges/J%20D,1.yml"')
  })

  it('is a log without results when nothing is wrong', () => {
    expect(resultsOf([GOOD], '/repo')).to.deep.equal([])
  })
})

describe('diagnosticGithub', () => {
  it('escapes what would end a property or the command', () => {
    expect(diagnosticGithub([FILE, GOOD], '/repo')).to.deep.equal([
      '::error file=ranges/J D%2C1.yml,line=5,col=3::100%25 wrong: a%0Ab; mend it',
      '::error file=ranges/J D%2C1.yml,line=1::gone',
      '::warning file=ranges/J D%2C1.yml,line=7,col=1::odd',
      '2 files, 2 problems, 1 warning',
    ])
  })

  it('lets no name begin a command of its own', () => {
    const [line] = diagnosticGithub([{ ...FILE, path: '/repo/a\n::set-env name=PATH::x.yml' }], '/repo')
    expect(line).to.equal(
      '::error file=a\\n%3A%3Aset-env name=PATH%3A%3Ax.yml,line=5,col=3::100%25 wrong: a%0Ab; mend it',
    )
  })
})
