import { expect } from 'chai'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { readToken, tokenIdOf } from '../../../adapters/proxmox/token.ts'
import { UserError } from '../../../model/user-error.ts'

const SECRET = '11111111-1111-4111-8111-111111111111'
const TOKEN = `ludus@pve!ctl=${SECRET}`

describe('the API token', () => {
  let folder: string
  const written = async (name: string, text: string): Promise<string> => {
    await writeFile(path.join(folder, name), text, { mode: 0o600 })
    return path.join(folder, name)
  }
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'lanista-token-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('comes from the file before the systemd credential before the environment', async () => {
    const file = await written('file', 'a@pve!file=1\n')
    await written('proxmox-token', 'a@pve!credential=1\n')
    const environment = { CREDENTIALS_DIRECTORY: folder, LANISTA_PROXMOX_TOKEN: 'a@pve!environment=1' }
    expect(tokenIdOf(await readToken({ file, environment }))).to.equal('a@pve!file')
    expect(tokenIdOf(await readToken({ file: undefined, environment }))).to.equal('a@pve!credential')
    await rm(path.join(folder, 'proxmox-token'))
    expect(tokenIdOf(await readToken({ file: undefined, environment }))).to.equal('a@pve!environment')
  })

  it('may be surrounded by blanks, and begin as the header does', async () => {
    for (const text of [`  ${TOKEN}\r\n`, `PVEAPIToken=${TOKEN}\n`])
      expect(await readToken({ file: await written('t', text), environment: {} })).to.equal(TOKEN)
  })

  const FLAWS: readonly (readonly [string, string, string])[] = [
    ['nothing', '\n', 'is empty'],
    ['the secret alone', SECRET, 'has no "="'],
    ['no token name', `ludus@pve=${SECRET}`, 'user@realm!name='],
    ['no realm', `ludus!ctl=${SECRET}`, 'user@realm!name='],
    ['no secret', 'ludus@pve!ctl=', 'no secret'],
    ['a second line', `${TOKEN}\n${SECRET}\n`, 'more than one line'],
  ]
  for (const [what, text, finding] of FLAWS)
    it(`is refused when it is ${what}, without being repeated`, async () => {
      const file = await written('t', text)
      const error: unknown = await readToken({ file, environment: {} }).catch((caught: unknown) => caught)
      expect(error).to.be.instanceOf(UserError)
      expect(String(error)).to.include(finding).and.include(file).and.not.include(SECRET)
    })

  const SECRET_FLAWS = [
    ['the whole token', TOKEN, 'holds the whole token'],
    ['nothing', '', 'is empty'],
    ['two lines', `${SECRET}\nx`, 'has more than one line'],
  ] as const
  for (const [what, secret, finding] of SECRET_FLAWS)
    it(`is refused when Ludus' key for its secret has ${what}, with what belongs there`, async () => {
      const ludus = { id: 'ludus@pve!ctl', secret }
      const error: unknown = await readToken({ file: undefined, ludus, environment: {} }).catch((caught) => caught)
      expect(error).to.be.instanceOf(UserError)
      expect(String(error)).to.include(`proxmox_token_secret ${finding}`).and.include('the secret alone')
      expect(String(error)).to.not.include(SECRET)
    })

  it('is asked for when there is none, and a missing file is told by its path', async () => {
    const none: unknown = await readToken({ file: undefined, environment: {} }).catch((caught: unknown) => caught)
    expect(String(none)).to.include('LANISTA_PROXMOX_TOKEN').and.include('token_file')
    const file = path.join(folder, 'absent')
    const absent: unknown = await readToken({ file, environment: {} }).catch((caught: unknown) => caught)
    expect(String(absent)).to.include(file).and.include('it does not exist; create it')
  })

  it('is not to be created where it can only not be read', async () => {
    const error: unknown = await readToken({ file: folder, environment: {} }).catch((caught: unknown) => caught)
    expect(String(error)).to.include('it is a folder; correct the path').and.not.include('create it')
  })
})
