import { expect } from 'chai'
import { openLogger } from '../../adapters/logger.ts'
import { ProxmoxError } from '../../model/proxmox-error.ts'
import { UserError } from '../../model/user-error.ts'

const logging = () => {
  const lines: string[] = []
  const logger = openLogger({ write: (line) => lines.push(line) })
  const last = (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? '{}')
  return { logger, last, lines }
}

describe('openLogger', () => {
  it('writes one JSON line for each call, with level, time and fields', () => {
    const { logger, last, lines } = logging()
    logger.warn('range is slow', { range: 'JD', seconds: 3, msg: 'mine' })
    expect(lines).to.have.length(1)
    expect(lines[0]).to.match(/\n$/)
    const { time, ...rest } = last()
    expect(rest).to.deep.equal({ level: 'warn', msg: 'range is slow', range: 'JD', seconds: 3, msg_: 'mine' })
    expect(String(time)).to.match(/^\d{4}-\d\d-\d\dT.*Z$/)
  })

  it('tells of an error its message, kind, call and causes', () => {
    const { logger, last } = logging()
    const cause = new Error('socket hang up', { cause: 'reset' })
    logger.error('failed', { error: new ProxmoxError('transport', 'GET /version', 'no answer', cause) })
    expect(last()['error']).to.deep.equal({
      message: 'no answer',
      kind: 'transport',
      call: 'GET /version',
      causes: ['socket hang up', 'reset'],
    })
  })

  it('gives the stack of a bug, and of no expected error', () => {
    const { logger, last } = logging()
    logger.error('failed', { error: new TypeError('x is undefined') })
    expect(last()['error']).to.include({ message: 'x is undefined', name: 'TypeError' }).and.to.have.property('stack')
    logger.error('failed', { error: new UserError('no such file') })
    expect(last()['error']).to.deep.equal({ message: 'no such file' })
  })

  it('survives causes that go round in circles', () => {
    const { logger, last } = logging()
    const error = new Error('a')
    error.cause = error
    logger.error('failed', { error })
    expect(last()['error']).to.have.property('causes')
  })

  it('never shows fields of a foreign error, where axios keeps the token', () => {
    const { logger, lines } = logging()
    logger.error('failed', {
      error: Object.assign(new Error('401'), { config: { headers: { Authorization: 'hidden' } } }),
    })
    expect(lines.join('')).not.to.contain('hidden')
  })

  it('blots out what looks like a Proxmox secret, wherever it stands', () => {
    const secret = '12345678-1234-4123-8123-123456789abc'
    const ticket = 'PVE:root@pam:65A1B2C3::c2lnbmF0dXJl+/=='
    const { logger, lines } = logging()
    const texts = [
      `PVEAPIToken=root@pam!lab=${secret}`,
      `root@pam!lab=${secret}`,
      `lanista@pve!ci-1:${secret}`,
      `root%40pam%21lab%3D${secret}`,
      `Authorization: PVEAPIToken=anything`,
      `PVEAuthCookie=${ticket}`,
      ticket,
      'CSRFPreventionToken: 65A1B2C3:abcdefghijk',
    ]
    for (const text of texts) {
      logger.info(text, { text, nested: { text: [text] }, error: new Error(text, { cause: new Error(text) }) })
    }
    const printed = lines.join('')
    for (const hidden of [secret, 'anything', 'c2lnbmF0dXJl', 'abcdefghijk']) expect(printed).not.to.contain(hidden)
    for (const line of lines) expect(() => JSON.parse(line) as unknown).not.to.throw()
    expect(printed).to.contain('root@pam!lab=***')
  })

  it('leaves everything else as it is', () => {
    const { logger, last } = logging()
    const text = 'UPID:pve1:0001:0002:65A1B2C3:qmclone:9000:root@pam!lab: and range JD'
    logger.info(text)
    expect(last()['msg']).to.equal(text)
  })
})
