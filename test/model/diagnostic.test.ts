import { expect } from 'chai'
import { diagnosticLine } from '../../model/diagnostic.ts'

describe('diagnosticLine', () => {
  const problem = { file: 'JD.yml', line: 5, column: 3, finding: 'memroy is not a key', remedy: 'write ram_gb' }
  const rows = [
    ['place, finding and remedy', problem, 'JD.yml:5:3: memroy is not a key; write ram_gb'],
    ['no remedy where the finding says it all', { ...problem, remedy: '' }, 'JD.yml:5:3: memroy is not a key'],
    ['no column', { ...problem, column: undefined }, 'JD.yml:5: memroy is not a key; write ram_gb'],
    ['the file as a whole', { ...problem, line: undefined, column: 3 }, 'JD.yml: memroy is not a key; write ram_gb'],
  ] as const
  for (const [situation, diagnostic, line] of rows)
    it(situation, () => expect(diagnosticLine(diagnostic)).to.equal(line))
})
