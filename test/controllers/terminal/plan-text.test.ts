import { expect } from 'chai'
import { ofRange, planText } from '../../../controllers/terminal/plan-text.ts'
import { planReport } from '../../builders/plan-report.ts'

const found = { file: 'JD.yml', line: 3, column: 5, finding: 'hostname web_1 is no DNS name', remedy: 'change it' }
const text = (report: Partial<Parameters<typeof planText>[0]>) => planText(planReport(report), (_, plain) => plain)

describe('planText', () => {
  it('tells of suspended ranges and warnings, and counts neither as in the way', () => {
    expect(text({ suspended: ['range KL: suspended: exam'], warnings: [found] })).to.deep.equal([
      '# range KL: suspended: exam',
      'JD.yml:3:5: warning: hostname web_1 is no DNS name; change it',
      '',
      '0 ranges, nothing to change, 1 suspended',
    ])
  })

  it('tells what is wrong with the zone once, and does not count it as in the way', () => {
    const message = 'zone ludus: pve2 is not among its peers'
    const finding = { reason: 'ZoneLacksPeer', severity: 'degraded', nodes: ['pve2'], shell: '', message } as const
    expect(text({ zoneFindings: [finding] })).to.deep.equal([
      `# warning: ${message}`,
      '',
      '0 ranges, nothing to change',
    ])
  })

  it('says of which range a finding is, once', () => {
    expect(ofRange('JD', 'node pve1 is offline')).to.equal('range JD: node pve1 is offline')
    expect(ofRange('JD', 'range JD: it is hidden')).to.equal('range JD: it is hidden')
    expect(ofRange('J', 'range JD: it has that name')).to.equal('range J: range JD: it has that name')
  })

  it('shows what goes with a range, and counts it as changes', () => {
    const reason = 'range JD is to go'
    const actions = [
      { kind: 'delete-vm', vm: 'JD-DC01', vmid: 1_010_011, node: 'pve1', reason },
      { kind: 'delete-network', network: 'vnet r1', reason },
      { kind: 'delete-pool', pool: 'JD', reason },
    ] as const
    expect(text({ removals: [{ rangeId: 'JD', actions }] })).to.deep.equal([
      'ranges that are to go',
      '  - vm JD-DC01 on pve1 (VMID 1010011): range JD is to go',
      '  - vnet r1: range JD is to go',
      '  - pool JD: range JD is to go',
      '',
      '0 ranges, 3 changes',
    ])
  })

  it('counts a problem in a file as in the way', () => {
    expect(text({ diagnostics: [found] })).to.deep.equal([
      'JD.yml:3:5: hostname web_1 is no DNS name; change it',
      '',
      '0 ranges, nothing to change, 1 in the way',
    ])
  })
})
