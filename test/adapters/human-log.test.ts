import { expect } from 'chai'
import { humanLines } from '../../adapters/human-log.ts'
import { openLogger, openTroubles } from '../../adapters/logger.ts'
import type { LogOptions } from '../../model/log-options.ts'
import { ProxmoxError } from '../../model/proxmox-error.ts'

const TIME = new Date(2026, 10, 30, 7, 4, 5).toISOString()
const line = (
  level: 'debug' | 'info' | 'warn' | 'error',
  message: string,
  fields: Readonly<Record<string, unknown>> = {},
  columns?: number,
): string => humanLines({ level, time: TIME, message, fields }, columns)

describe('a log for people', () => {
  for (const [situation, said, expected] of [
    [
      'a level by sign and word, and the range',
      line('info', 'cloning', { range: 'JD', vm: 'JD-a' }),
      '07:04:05 ✓ info  JD/JD-a: cloning\n',
    ],
    [
      'why, and what else there is',
      line('warn', 'vm is not done', { range: 'JD', phase: 'starting', error: { message: 'no bridge', kind: 'x' } }),
      '07:04:05 ! warn  JD: vm is not done: no bridge (phase starting)\n',
    ],
    ['a list', line('info', 'started', { proxmox: ['a', 'b'] }), '07:04:05 ✓ info  started (proxmox a b)\n'],
    [
      'a request and nothing else',
      line('debug', 'GET /x: ok, 3 ms', { route: '/x' }),
      '07:04:05 · debug GET /x: ok, 3 ms\n',
    ],
    ['what a terminal acts on, escaped', line('info', 'a\u001b[2Jb\nc'), '07:04:05 ✓ info  a\\u{1b}[2Jb\\nc\n'],
  ] as const)
    it(`has ${situation}`, () => expect(said).to.equal(expected))

  it('begins a line with each place in a file', () => {
    const [one, two] = ['/r/JD.yml:3:5: unknown key; remove it', '/r/JD.yml:9: no VM']
    expect(line('warn', one)).to.equal(`07:04:05 ! warn  in a file:\n${one}\n`)
    const fields = { range: 'JD', reason: 'Invalid', message: one }
    expect(line('warn', 'range is not Ready', fields)).to.equal(
      `07:04:05 ! warn  JD: range is not Ready: Invalid\n${one}\n`,
    )
    expect(line('error', 'configuration: refused', { diagnostics: [one, two], at: 3 })).to.equal(
      `07:04:05 ✗ error configuration: refused (at 3)\n${one}\n${two}\n`,
    )
  })

  it('breaks what is longer than 80 characters at blanks, below the first words, and no word', () => {
    const place = `/srv/ranges/${'x'.repeat(70)}.yml`
    const said = line('error', `${place} ${'some more words '.repeat(9)}`, {})
    const lines = said.split('\n').slice(0, -1)
    expect(lines[0]).to.equal(`07:04:05 ✗ error ${place}`)
    for (const each of lines.slice(1)) expect(each).to.match(/^ {17}\S.{0,62}$/)
    expect(line('info', 'word '.repeat(40), {}, 200).split('\n')[0]?.length).to.be.within(180, 200)
  })

  it('has the stack of a bug', () => {
    const lines: string[] = []
    openLogger({ write: (each) => lines.push(each) }, undefined, { format: 'human' }).error('broke', {
      error: new TypeError('bug'),
    })
    expect(lines.join('')).to.match(/✗ error broke: bug.*\n {17}TypeError: bug\n {17} +at /)
  })

  for (const [level, seen] of [
    ['debug', 'dbg inf wrn err'],
    ['info', 'inf wrn err'],
    ['warn', 'wrn err'],
    ['error', 'err'],
  ] as const)
    for (const format of ['json', 'human'] as const)
      it(`leaves out what is below ${level}, as ${format}`, () => {
        const lines: string[] = []
        const options: LogOptions = { format, level }
        const logger = openLogger({ write: (each) => lines.push(each) }, undefined, options)
        logger.debug?.('dbg')
        logger.info('inf')
        logger.warn('wrn')
        logger.error('err')
        expect([...lines.join('').matchAll(/dbg|inf(?!o)|wrn|err(?!or)/g)].join(' ')).to.equal(seen)
      })

  it('tells no secret, in whatever form', () => {
    const secret = '01234567-89ab-cdef-0123-456789abcdef'
    const lines: string[] = []
    const error = new ProxmoxError('transport', 'GET /x', `PVEAPIToken=u@pve!t=${secret} is refused`)
    for (const format of ['json', 'human'] as const)
      openLogger({ write: (each) => lines.push(each) }, undefined, { format }).warn(`token u@pve!t=${secret}`, {
        error,
      })
    openTroubles((each) => lines.push(each), { level: 'debug' }).debug?.(`token u@pve!t=${secret}`)
    expect(lines).to.have.length(3)
    expect(lines.join('')).to.include('***').and.not.include(secret)
  })
})
