import { stripVTControlCharacters } from 'node:util'
import { expect } from 'chai'
import { liveView } from '../../../controllers/terminal/live-view.ts'
import { paintFor } from '../../../controllers/terminal/paint.ts'
import { phaseLines } from '../../../controllers/terminal/phase-lines.ts'
import { planReport } from '../../builders/plan-report.ts'
import { planText } from '../../../controllers/terminal/plan-text.ts'
import { rangeTable } from '../../../controllers/terminal/range-table.ts'
import { planRange } from '../../builders/plan-range.ts'
import { cluster } from '../../builders/cluster.ts'
import { range, settings, vm } from '../../builders/range.ts'
import { rangeStatus, vmStatus } from '../../builders/status.ts'
import { NO_PROMISES } from '../../../reconcilers/range/promises.ts'

const plain = paintFor({ isTTY: false }, {})

describe('colours', () => {
  const paints = (stream: { isTTY?: boolean }, environment: NodeJS.ProcessEnv) =>
    paintFor(stream, environment)('red', 'x') !== 'x'

  it('are for terminals, and not for those who said no', () => {
    expect(paints({ isTTY: true }, {})).to.equal(true)
    expect(paints({}, {})).to.equal(false)
    expect(paints({ isTTY: true }, { NO_COLOR: '1' })).to.equal(false)
    expect(paints({ isTTY: true }, { TERM: 'dumb' })).to.equal(false)
  })
})

describe('the table of ranges', () => {
  const statuses = [
    rangeStatus('JD', [vmStatus('JD-dc'), vmStatus('JD-ws', { phase: 'cloning', node: 'pve2' })], {
      reason: 'Progressing',
      message: '1 of 2 VMs are running; vm JD-ws is being cloned',
    }),
    rangeStatus('KT', [vmStatus('KT-web')]),
  ]

  it('has a line per VM with node, VMID, address, phase and reason, and one per range with its state', () => {
    const lines = rangeTable(statuses, plain, 120)
      .split('\n')
      .map((line) => line.trimEnd().replaceAll(/ {2,}/g, ' | '))
    expect(lines).to.deep.equal([
      'RANGE | VM | NODE | VMID | ADDRESS | PHASE | WHY',
      'JD (1) | JD-dc | pve1 | 1010011 | 10.1.10.11 | ● running | its target_node',
      ' | JD-ws | pve2 | 1010011 | 10.1.10.11 | ◔ cloning | its target_node',
      'KT (1) | KT-web | pve1 | 1010011 | 10.1.10.11 | ● running | its target_node',
      '',
      'JD | not Ready: Progressing: 1 of 2 VMs are running; vm JD-ws is being cloned',
      'KT | Ready',
    ])
  })

  it('fits a narrow terminal by cutting reasons, not by wrapping', () => {
    const lines = rangeTable(statuses, plain, 78).split('\n')
    expect(lines.map((line) => line.trimEnd().length).filter((length) => length > 78)).to.deep.equal([])
    expect(lines).to.have.length(7)
  })

  it('fits 80 columns with names as Ludus gives them, and leaves the VMID out there', () => {
    const machines = [vmStatus('JD-router-debian12-x64'), vmStatus('JD-WS01', { phase: 'configuring' })]
    const table = rangeTable([rangeStatus('JD', machines)], plain, 80).split('\n')
    expect(table.filter((line) => line.length > 80)).to.deep.equal([])
    expect(table[0]).to.match(/^RANGE +VM +NODE +ADDRESS +PHASE +WHY$/)
    expect(table[1]).to.match(/ JD-router-debian12-x64 .* its target_node$/)
  })

  it('is nowhere green for a suspended range, whose VMs nobody has looked at since', () => {
    const suspended = { reason: 'Suspended', message: 'range JD: suspended by Ada: exam' }
    const painted = rangeTable(
      [rangeStatus('JD', [vmStatus('JD-dc')], suspended)],
      (style, text) => `<${style}>${text}</>`,
      120,
    )
    expect(painted)
      .to.include('<dim>? running</>')
      .and.include('<red>JD   not Ready: Suspended: range JD: suspended by Ada: exam</>')
      .and.not.include('<green>')
  })

  it('shows what is in the way of a VM in place of why it is there', () => {
    const [status] = [
      rangeStatus('JD', [vmStatus('JD-dc', { phase: 'blocked', trouble: 'vm JD-dc: no node fits' })], {
        reason: 'VmBlocked',
        message: 'x',
      }),
    ]
    expect(rangeTable([status], plain, 120))
      .to.include('✗ blocked')
      .and.include('vm JD-dc: no node fits')
      .and.not.include('target_node')
  })
})

describe('lines for pipes', () => {
  it('tell what changed and nothing else', () => {
    const before = rangeStatus('JD', [vmStatus('JD-dc'), vmStatus('JD-ws', { phase: 'starting' })], {
      reason: 'Progressing',
      message: 'x',
    })
    const after = rangeStatus('JD', [vmStatus('JD-dc'), vmStatus('JD-ws')])
    expect(phaseLines(before, after, plain)).to.deep.equal(['JD  JD-ws  running on pve1 (VMID 1010011)', 'JD  Ready'])
    expect(phaseLines(after, after, plain)).to.deep.equal([])
  })

  it('tell the reason of a placement at first, and trouble always', () => {
    const blocked = rangeStatus('JD', [vmStatus('JD-dc', { phase: 'blocked', trouble: 'vm JD-dc: no node fits' })], {
      reason: 'VmBlocked',
      message: 'no',
    })
    expect(phaseLines(undefined, rangeStatus('JD', [vmStatus('JD-dc')]), plain)[0]).to.match(/: its target_node$/)
    expect(phaseLines(rangeStatus('JD', [vmStatus('JD-dc')]), blocked, plain)).to.deep.equal([
      'JD  JD-dc  blocked on pve1 (VMID 1010011): vm JD-dc: no node fits',
      'JD  not Ready: VmBlocked: no',
    ])
  })
})

describe('the text of a plan', () => {
  const planOf = (targetNode?: string) => {
    const result = planRange(
      range('JD', { vms: [vm('JD-dc', targetNode === undefined ? {} : { targetNode })] }),
      cluster(),
      NO_PROMISES,
      settings(),
      'vnets',
    )
    if (result.kind === 'refused') throw new Error(result.finding.message)
    return result.plan
  }

  it('shows networks once for all ranges, then what each range gets, then the sum', () => {
    const plan = planOf()
    const text = planText(
      planReport({
        networkActions: plan.network.actions,
        plans: [plan],
      }),
      plain,
    )
    expect(text[0]).to.equal('networks, for all ranges together')
    expect(text.filter((line) => line.includes('vnet r1:'))).to.have.length(1)
    expect(text.filter((line) => line.startsWith('  + vm '))).to.have.length(2)
    expect(text.at(-1)).to.equal('1 range, 10 changes')
  })

  it('shows bridges, and whose network is activated for them', () => {
    const at = { node: 'pve1', reason: 'why' }
    const networkActions = [
      { kind: 'create-bridge', bridge: 'vmbr1001', mark: 'x', ...at },
      { kind: 'update-bridge', bridge: 'vmbr1002', mark: 'x', ...at },
      { kind: 'delete-bridge', bridge: 'vmbr1003', mark: 'x', ...at },
      { kind: 'activate-network', bridges: ['vmbr1001', 'vmbr1002', 'vmbr1003'], ...at },
    ] as const
    const text = planText(
      planReport({
        networkActions,
      }),
      plain,
    )
    expect(text.slice(1, 5)).to.deep.equal([
      '  + bridge vmbr1001 on pve1: why',
      '  ~ bridge vmbr1002 on pve1: why',
      '  - bridge vmbr1003 on pve1: why',
      '  ~ activate the network of pve1: why',
    ])
  })

  it('counts what is in the way', () => {
    const plan = planOf('nowhere')
    const text = planText(
      planReport({
        plans: [plan],
        refused: [{ rangeId: 'KT', message: 'range KT: no' }],
      }),
      plain,
    )
    expect(text.some((line) => /^ {2}! vm JD-dc: its target_node nowhere is not a node/.test(line))).to.equal(true)
    expect(text).to.include('! range KT: no')
    expect(text.at(-1)).to.match(/, 2 in the way$/)
  })
})

describe('the live view', () => {
  it('draws over what it drew before, and keeps within the terminal', () => {
    const written: string[] = []
    const view = liveView({ rows: 4, write: (text) => written.push(text) })
    view.draw('a\nb\nc\nd\ne')
    view.draw('x')
    view.end()
    expect(written[1]).to.include('c\nd\ne\n').and.not.include('b')
    expect(written[2]?.startsWith('\u001B[3A\r')).to.equal(true)
    expect(written.map(stripVTControlCharacters).join('')).to.equal('\rc\nd\ne\n\rx\n')
  })

  it('counts a line that is wider than the terminal as the rows that it takes', () => {
    const written: string[] = []
    const terminal = { rows: 5, columns: 10, write: (text: string) => written.push(text) }
    const view = liveView(terminal)
    view.draw(`first\n\u001B[32m${'x'.repeat(25)}\u001B[39m\nlast`)
    expect(written[1]).to.include('x').and.not.include('first')
    view.draw('y')
    expect(written[2]?.startsWith('\u001B[4A\r')).to.equal(true)
  })
})
