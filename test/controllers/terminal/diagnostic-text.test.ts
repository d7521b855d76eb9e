import { expect } from 'chai'
import { diagnosticText } from '../../../controllers/terminal/diagnostic-text.ts'
import type { Paint } from '../../../controllers/terminal/paint.ts'
import type { CheckedFile } from '../../../model/checked-file.ts'
import type { Diagnostic } from '../../../model/diagnostic.ts'

const plain: Paint = (_style, text) => text

const problem = (line: number | undefined, finding: string, more: Partial<Diagnostic> = {}): Diagnostic => ({
  file: 'JD.yml',
  line,
  column: line === undefined ? undefined : 5,
  finding,
  remedy: '',
  ...more,
})

const file = (path: string, problems: readonly Diagnostic[], warnings: readonly Diagnostic[] = []): CheckedFile => ({
  path,
  folder: '.',
  rangeId: 'JD',
  problems,
  warnings,
  spec: undefined,
})

describe('diagnosticText', () => {
  it('says the place first, as editors can jump to it, then finding, the line with a caret, remedy; and counts at the end', () => {
    const excerpt = { text: '    memroy: 4', caret: 4 }
    const files = [
      file('JD.yml', [problem(undefined, 'twice'), problem(12, 'unknown key', { remedy: 'did you mean?', excerpt })]),
      file('AB.yml', []),
      file('CD.yml', [problem(3, 'wrong')], [problem(4, 'odd')]),
    ]
    expect(diagnosticText(files, plain)).to.deep.equal([
      'JD.yml: twice',
      'JD.yml:12:5: unknown key',
      '    12 |     memroy: 4',
      '       |     ^',
      '    did you mean?',
      '',
      'CD.yml:3:5: wrong',
      'CD.yml:4:5: warning: odd',
      '',
      '3 files, 3 problems, 1 warning',
    ])
  })

  it('shows a line once for several problems of one place', () => {
    const excerpt = { text: '  - a: 1', caret: 4 }
    const both = ['lacks b', 'lacks c'].map((finding) => problem(2, finding, { excerpt }))
    expect(diagnosticText([file('JD.yml', both)], plain)).to.deep.equal([
      'JD.yml:2:5: lacks b',
      '    2 |   - a: 1',
      '      |     ^',
      'JD.yml:2:5: lacks c',
      '',
      '1 file, 2 problems',
    ])
  })

  it('puts the caret under its character where others are wide or have no width', () => {
    const excerpt = { text: '漢e\u0301: x', caret: 5 }
    expect(diagnosticText([file('JD.yml', [problem(1, 'f', { excerpt })])], plain)[2]).to.equal('      |      ^')
  })

  it('never sends a terminal escape that a name holds', () => {
    expect(diagnosticText([file('\u001B[31mJD.yml', [problem(1, 'f')])], plain)[0]).to.equal('\\u{1b}[31mJD.yml:1:5: f')
  })

  it('says so when there was nothing to check', () => {
    expect(diagnosticText([], plain)).to.deep.equal(['no range files found'])
    expect(diagnosticText([file('JD.yml', [])], plain)).to.deep.equal(['1 file, 0 problems'])
  })

  it('colours where colour is wanted', () => {
    const painted = diagnosticText([file('JD.yml', [problem(1, 'f')])], (style, text) => `<${style} ${text}>`)
    expect(painted).to.deep.equal(['<bold JD.yml:1:5>: f', '', '<red 1 file, 1 problem>'])
  })
})
