import { expect } from 'chai'
import { parseRange } from '../../../adapters/parse-range.ts'
import { diagnosticLine } from '../../../model/diagnostic.ts'

const text = `ludus: []
notify:
  urls:
    - discord://S3CRETtoken@12
    - telegram://S3CRETtoken@telegram
    - S3CRET
  note: "unquoted: no"
`
const range = { text, file: 'JD.yml', rangeId: 'JD' }

describe('notify.urls of a range file', () => {
  it('are warned about where Lanista can not send to them, and never repeated', () => {
    const read = parseRange(range)
    if (read.kind === 'invalid') throw new Error(read.diagnostics.map(diagnosticLine).join('\n'))
    expect(read.spec.notifyUrls).to.have.length(3)
    expect(read.warnings.map(diagnosticLine)).to.deep.equal([
      "JD.yml:5:7: notify.urls[1] gets no notifications from Lanista: Lanista can't send to telegram://***; use https, generic, discord, slack or ntfy",
      'JD.yml:6:7: notify.urls[2] gets no notifications from Lanista: it is no URL; write one such as discord://token@123456',
    ])
    expect(JSON.stringify(read.warnings)).not.to.contain('S3CRET')
  })
})
