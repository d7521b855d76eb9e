import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { startHere } from './command-line.ts'

const SECRET = 'hunter2sWordsAreMyBond'
const UUID = '0f6de2b5-57c1-4a53-a0a3-1d6a4be21a77'
/** Nobody listens there. */
const HOST = '127.0.0.1:9'

interface Case {
  readonly situation: string
  readonly text: string
  readonly environment?: Readonly<Record<string, string>>
}

const node = 'proxmox_node: pve1\n'
const cases: readonly Case[] = [
  { situation: 'a URL that is not https', text: `${node}proxmox_url: "http://root:${SECRET}@${HOST}"\n` },
  { situation: 'a URL with an @ in its password', text: `${node}proxmox_url: "http://root:a@${SECRET}@${HOST}"\n` },
  { situation: 'a URL with a slash in its password', text: `${node}proxmox_url: "http://root:a/${SECRET}@${HOST}"\n` },
  { situation: 'a URL with a query', text: `${node}proxmox_url: "http://${HOST}/?token=${SECRET}"\n` },
  { situation: 'a list for a URL', text: `${node}proxmox_url: ["https://root:${SECRET}@${HOST}"]\n` },
  {
    situation: 'a host of Proxmox',
    text: `${node}lanista: { proxmox: { hosts: ["http://root:${SECRET}@${HOST}"] } }\n`,
  },
  { situation: 'a host that is no URL', text: `${node}lanista: { proxmox: { hosts: ["root:${SECRET}@${HOST}"] } }\n` },
  { situation: 'a token for its file', text: `${node}lanista: { proxmox: { token_file: "root@pam!x=${SECRET}" } }\n` },
  { situation: "a token's secret for its file", text: `${node}lanista: { proxmox: { token_file: "${UUID}" } }\n` },
  { situation: 'an unknown key of the section', text: `${node}lanista: { api_key: ${SECRET} }\n` },
  { situation: 'an address of the API', text: `${node}lanista: { http: { listen: "${SECRET}" } }\n` },
  { situation: 'a switch', text: `${node}cluster_mode: ${SECRET}\n` },
  { situation: 'a number', text: `${node}vxlan_tag_base: ${SECRET}\n` },
  { situation: 'a duration', text: `${node}lanista: { resync: ${SECRET} }\n` },
  { situation: 'a line that is no YAML', text: `${node}database_encryption_key: ${SECRET}: [\n` },
  { situation: 'a line with a tab', text: `${node}\tlicense_key: ${SECRET}\n` },
  { situation: 'a text whose quote is open', text: `${node}license_key: "${SECRET}\n` },
  { situation: 'an alias', text: `${node}license_key: *${SECRET}\n` },
  { situation: 'a key that is there twice', text: `${node}license_key: ${SECRET}\nlicense_key: ${SECRET}\n` },
  {
    situation: 'an address of notifications',
    text: `${node}lanista: { notify: { urls: ["discordd://${SECRET}"] } }\n`,
  },
  { situation: 'addresses that are none', text: `${node}lanista: { notify: { urls: ["${SECRET}"] } }\n` },
  { situation: 'the token of the environment', text: node, environment: { LANISTA_PROXMOX_TOKEN: SECRET } },
  { situation: 'a misspelt variable', text: node, environment: { LANISTA_PROXMOX_TOKNE: SECRET } },
  { situation: 'a variable with another value', text: node, environment: { LANISTA_HTTP_LISTEN: SECRET } },
  {
    situation: 'a URL of the environment',
    text: node,
    environment: { LANISTA_PROXMOX_URL: `http://u:${SECRET}@${HOST}` },
  },
]

describe('a secret in the configuration', () => {
  let folder: string
  before(async () => (folder = await mkdtemp(path.join(tmpdir(), 'lanista-'))))
  after(() => rm(folder, { recursive: true, force: true }))

  for (const { situation, text, environment = {} } of cases)
    it(`is neither logged nor told when it stands in ${situation}`, async () => {
      const file = path.join(folder, 'config.yml')
      await writeFile(file, text)
      const all = { LANISTA_PROXMOX_TOKEN: `root@pam!x=${UUID}`, ...environment }
      for (const command of [['run', '--once'], ['plan']]) {
        const started = startHere([...command, '--config', file], { environment: all, log: 'on standard error' })
        const { status, stdout, stderr } = await started.ended
        expect(`${stdout}${stderr}`, command.join(' ')).not.to.include(SECRET)
        expect(`${stdout}${stderr}`, command.join(' ')).not.to.include(UUID)
        expect(stderr).not.to.equal('')
        expect(status).to.equal(1)
      }
    })

  it('is not in the log of a run that begins, where the URL of Proxmox has a password', async () => {
    const file = path.join(folder, 'config.yml')
    const url = `https://root:${SECRET}@${HOST}/?${SECRET}`
    const lines = [
      `proxmox_url: "${url}"`,
      'proxmox_invalid_cert: true',
      'lanista:',
      '  ranges: .',
      '  state_dir: state',
    ]
    await writeFile(file, `${node}${lines.join('\n')}\n  http: { listen: "0.0.0.0:0" }\n`)
    const environment = { LANISTA_PROXMOX_TOKEN: `root@pam!x=${UUID}` }
    const run = startHere(['run', '--config', file], { environment, log: 'on standard error' })
    const said = await run.says(/"started"/)
    run.stop()
    const { stdout, stderr } = await run.ended
    expect(said).to.contain(`https://***@${HOST}/***`).and.contain('its certificate is not verified')
    expect(said).to.contain('it listens beyond this machine')
    for (const secret of [SECRET, UUID]) expect(`${stdout}${stderr}`).not.to.include(secret)
  })
})
