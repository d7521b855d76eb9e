import { expect } from 'chai'
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

describe('diagnosticJson', () => {
  it('tells each file, also the good ones, and the counts', () => {
    expect(JSON.parse(diagnosticJson([FILE, GOOD]))).to.deep.equal({
      files: [
        {
          file: '/repo/ranges/J D,1.yml',
          range: 'JD',
          problems: [
            { line: 5, column: 3, finding: '100% wrong: a\nb', remedy: 'mend it', excerpt: { text: 'x: 1', caret: 3 } },
            { line: null, column: null, finding: 'gone', remedy: '', excerpt: null },
          ],
          warnings: [{ line: 7, column: 1, finding: 'odd', remedy: '', excerpt: null }],
        },
        { file: 'AB.yml', range: null, problems: [], warnings: [] },
      ],
      problems: 2,
      warnings: 1,
    })
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
