import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { gitHookOf } from '../../../controllers/compose/git-hook-of.ts'

describe('the secret of the webhook', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lanista-hook-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('is read anew each time; what is wrong with its file is told once, and never what is in it', async () => {
    const file = path.join(folder, 'secret')
    const told: string[] = []
    const log = (message: string): void => void told.push(message)
    const counted: string[] = []
    let now = 0
    const hook = await gitHookOf(
      file,
      { hint: () => undefined },
      {
        logger: { info: log, warn: log, error: log },
        metrics: { gitHook: (result) => void counted.push(result) },
        clock: { steady: () => now },
      },
    )
    const write = async (text: string): Promise<string | undefined> => {
      await writeFile(file, text, { mode: 0o600 })
      return await hook.secret()
    }
    expect(told.splice(0).join()).to.match(/lanista.git.webhook.secret_file: .*secret can't be read: it does not exist/)
    expect(await hook.secret()).to.equal(undefined)
    expect(told).to.deep.equal([])
    for (const [text, why] of [
      ['', 'is empty'],
      ['p4ssw0rd', 'fewer than 16 characters'],
      ['p4ssw0rd p4ssw0rd\np4ssw0rd', 'several lines'],
      [`p4ssw0rd${'x'.repeat(70_000)}`, 'too large'],
    ] as const) {
      expect(await write(text)).to.equal(undefined)
      expect(told.join()).to.include(why).and.not.include('p4ssw0rd')
      told.splice(0)
    }
    expect(await write('  p4ssw0rd-p4ssw0rd \n')).to.equal('p4ssw0rd-p4ssw0rd')
    expect(told).to.deep.equal([])
    await chmod(file, 0o644)
    expect(await hook.secret()).to.equal('p4ssw0rd-p4ssw0rd')
    expect(await hook.secret()).to.equal('p4ssw0rd-p4ssw0rd')
    expect(told.splice(0).join('\n')).to.match(/^git hook: .* every user of this machine may read .*chmod o=[^\n]*$/)

    for (let times = 0; times < 50; times += 1) hook.onResult('refused')
    expect(told.splice(0)).to.have.length(1)
    now += 600_000
    hook.onResult('tooLarge')
    hook.onResult('accepted')
    expect(told).to.have.length(1)
    expect(counted).to.have.length(52)
  })
})
