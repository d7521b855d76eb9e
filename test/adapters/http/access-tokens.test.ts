import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { type Claim, claimOf, troubleOfTokens } from '../../../adapters/http/access-tokens.ts'

const ADA = 'a'.repeat(32)
const BOB = 'b'.repeat(32)

describe('the file of tokens', () => {
  let folder = ''
  let file = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lanista-'))
    file = join(folder, 'tokens')
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))
  const says = (text: string): Promise<void> => writeFile(file, text, { mode: 0o640 })
  const claim = (token: string): Promise<Claim> => claimOf(`Bearer ${token}`, file)

  it('is read as editors of any system write it, and anew with each request', async () => {
    await says(`\uFEFF# people\r\nada write ${ADA}\r\n\r\n  bob\tread  ${BOB}  `)
    expect(await claim(ADA)).to.deep.equal({ kind: 'known', person: { name: 'ada', mayWrite: true } })
    expect(await claim(BOB)).to.deep.equal({ kind: 'known', person: { name: 'bob', mayWrite: false } })
    await says(`bob read ${BOB}\n`)
    expect(await claim(ADA)).to.deep.equal({ kind: 'unknown' })
  })

  it('knows nobody by a part of a token, another case of it, or none', async () => {
    await says(`ada write ${ADA}\n`)
    for (const token of [ADA.slice(1), `${ADA}a`, ADA.toUpperCase(), ''])
      expect((await claim(token)).kind, token).not.to.equal('known')
    for (const header of [undefined, '', ADA, `Basic ${ADA}`, `Bearer ${ADA} x`, `Bearer`])
      expect((await claimOf(header, file)).kind, header).to.equal('untold')
    await says('')
    expect(await claim(ADA)).to.deep.equal({ kind: 'unknown' })
    expect(await claimOf(`Bearer ${ADA}`, undefined)).to.deep.equal({ kind: 'unknown' })
  })

  const UNUSABLE: readonly (readonly [string, () => Promise<unknown>, RegExp])[] = [
    ['others may read', () => says(`ada write ${ADA}`).then(() => chmod(file, 0o644)), /run chmod o= /],
    ['others may write', () => says(`ada write ${ADA}`).then(() => chmod(file, 0o602)), /run chmod o= /],
    ['is not there', () => Promise.resolve(), /can't be read: /],
    ['is a folder', () => mkdir(file, { mode: 0o700 }), /is no file; /],
    ['is a pipe', () => Promise.resolve(execFileSync('mkfifo', ['-m', '600', file])), /is no file; put one there/],
    ['is large', () => says(`# ${'x'.repeat(70_000)}`), /is larger than 64 KiB/],
    ['has a short token', () => says(`ada write ${'a'.repeat(19)}`), /fewer than 20 characters in line 1/],
    ['has a role that is none', () => says(`bob read ${BOB}\nada admin ${ADA}`), /something else in line 2 than NAME/],
    ['has a token with spaces', () => says(`ada write ${ADA} ${BOB}`), /something else in line 1 than NAME/],
  ]
  for (const [situation, make, why] of UNUSABLE)
    it(`can not be used when it ${situation}, and that is told without a word of it`, async () => {
      await make()
      const told = await claim(ADA)
      expect(told.kind).to.equal('unusable')
      const text = `${await troubleOfTokens(file)} ${JSON.stringify(told)}`
      expect(text).to.match(why)
      expect(text).not.to.match(/a{19}|b{19}|x{20}/)
    })
})
