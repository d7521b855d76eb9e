import { expect } from 'chai'
import { RangeReport } from '../../../controllers/range/range-report.ts'
import { range } from '../../builders/range.ts'

describe('what a range is Ready with', () => {
  it('is told only while it is Ready', () => {
    const report = new RangeReport('JD', { set: () => undefined, forget: () => undefined }, { now: () => 0 })
    const now = { digest: 'x', commit: undefined }
    report.follows({ seen: now, actedOn: now, reached: undefined, held: undefined })
    expect(report.readyWith, 'nothing is told yet').to.equal(undefined)
    report.begun(range('JD'), [])
    report.found({ zone: true, network: true, machines: { reason: 'Progressing', message: '0 of 1 VMs are running' } })
    expect(report.readyWith, 'on its way').to.equal(undefined)
    report.found({ zone: true, network: true, machines: true })
    expect(report.readyWith).to.equal('x')
    report.held({ reason: 'Frozen', message: 'range JD: it waits' })
    expect(report.readyWith, 'not looked at').to.equal(undefined)
  })
})
