import { expect } from 'chai'
import { readyLog } from '../../controllers/ready-log.ts'
import type { Logger } from '../../model/ports.ts'
import { rangeStatus } from '../builders/status.ts'

describe('the log of what is Ready', () => {
  it('tells each turn once, with the reason, and nothing of work that goes on', () => {
    const lines: string[] = []
    const line =
      (level: string) =>
      (message: string, fields: Readonly<Record<string, unknown>> = {}) =>
        void lines.push(
          [level, message, fields['range'], fields['reason']].filter((part) => part !== undefined).join(' '),
        )
    const logger: Logger = { info: line('info'), warn: line('warn'), error: line('error') }
    const tell = readyLog(logger)
    const progressing = { reason: 'Progressing', message: '1 of 2 VMs are running' }
    const turned = { reason: 'ModeChanged', message: 'cluster: it was a single node' }
    for (const finding of [progressing, undefined, undefined, progressing, turned, turned, undefined])
      tell(rangeStatus('JD', [], finding))
    tell(rangeStatus('KT', []))
    expect(lines).to.deep.equal([
      'info range is Ready JD',
      'warn range is not Ready JD ModeChanged',
      'info range is Ready JD',
      'info range is Ready KT',
    ])
  })
})
