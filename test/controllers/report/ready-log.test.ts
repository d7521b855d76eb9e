import { expect } from 'chai'
import { readyLog } from '../../../controllers/report/ready-log.ts'
import type { Logger } from '../../../model/ports.ts'
import { rangeStatus } from '../../builders/status.ts'

describe('the log of what is Ready', () => {
  it('tells each turn once, with the reason, and nothing of work that goes on', () => {
    const lines: string[] = []
    const line =
      (level: string) =>
      (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
        lines.push(`${level} ${message} ${JSON.stringify([fields['range'], fields['reason']])}`)
      }
    const logger: Logger = { info: line('info'), warn: line('warn'), error: line('error') }
    const news = readyLog(logger)
    const tell = (status: Parameters<typeof news.changed>[0]): void => news.changed(status)
    const progressing = { reason: 'Progressing', message: '1 of 2 VMs are running' }
    const turned = { reason: 'ModeChanged', message: 'cluster: it was a single node' }
    for (const finding of [progressing, undefined, undefined, progressing, turned, turned, undefined])
      tell(rangeStatus('JD', [], finding))
    tell(rangeStatus('KT', []))
    // What comes and goes with every attempt is told once, until the range was Ready in between.
    const trouble = { reason: 'VmTrouble', message: 'vm a: out of memory' }
    for (const finding of [trouble, progressing, turned, progressing, trouble, turned, undefined, trouble])
      tell(rangeStatus('KT', [], finding))
    expect(lines).to.deep.equal([
      'info range is Ready ["JD",null]',
      'warn range is not Ready ["JD","ModeChanged"]',
      'info range is Ready ["JD",null]',
      'info range is Ready ["KT",null]',
      'warn range is not Ready ["KT","VmTrouble"]',
      'warn range is not Ready ["KT","ModeChanged"]',
      'info range is Ready ["KT",null]',
      'warn range is not Ready ["KT","VmTrouble"]',
    ])
  })
})
