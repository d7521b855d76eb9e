import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { readToken } from '../../../adapters/proxmox/token.ts'
import { parseServerConfig, serverConfigFile } from '../../../adapters/server-config/server-config-file.ts'
import { tokenSourcesOf } from '../../../controllers/compose/connect.ts'
import { diagnosticLine } from '../../../model/diagnostic.ts'
import { apiUrlsOf, type ServerConfig } from '../../../model/server-config.ts'

const SECRET = '0b1c2d3e-1111-4222-8333-444455556666'
/** As the next release of Ludus writes it. */
const NEXT = `proxmox_node: pve1
proxmox_endpoints: [https://pve1:8006, pve2, "pve3:443", "fd00::1"]
proxmox_token_id: ludus@pve!ludus
proxmox_token_secret: ${SECRET}
proxmox_user_realm: pve
ludus_nat_ip: 192.0.2.254
ludus_nat_gateway: 192.0.2.254
`

function configOf(text: string): ServerConfig {
  const read = parseServerConfig(text, '/opt/ludus/config.yml')
  if (read.kind === 'invalid') throw new Error(read.diagnostics.map(diagnosticLine).join('\n'))
  return read.config
}
const tokenOf = (text: string, environment: NodeJS.ProcessEnv = {}): Promise<unknown> =>
  readToken(tokenSourcesOf(configOf(text), environment)).catch(String)

describe("the configuration of Ludus' next release", () => {
  it('is enough by itself: where the API is, and a token', async () => {
    expect(apiUrlsOf(configOf(NEXT))).to.deep.equal([
      'https://pve1:8006',
      'https://pve2:8006',
      'https://pve3:443',
      'https://[fd00::1]:8006',
    ])
    expect(await tokenOf(NEXT)).to.equal(`ludus@pve!ludus=${SECRET}`)
  })

  it("stands back behind what Lanista's own keys and variables say", async () => {
    const own = `${NEXT}lanista: { proxmox: { hosts: ['https://own:8006'] } }\n`
    expect(apiUrlsOf(configOf(own))).to.deep.equal(['https://own:8006'])
    expect(await tokenOf(own, { LANISTA_PROXMOX_TOKEN: 'a@pve!b=c' })).to.equal('a@pve!b=c')
  })

  it('goes before the URL of the release before, which goes on being read where it is alone', () => {
    expect(apiUrlsOf(configOf(`${NEXT}proxmox_url: https://old:8006\n`))[0]).to.equal('https://pve1:8006')
    expect(apiUrlsOf(configOf('proxmox_node: a\nproxmox_url: https://old:8006\n'))).to.deep.equal(['https://old:8006'])
    expect(apiUrlsOf(configOf('proxmox_node: a\nproxmox_endpoints: []\n'))).to.deep.equal(['https://127.0.0.1:8006'])
  })

  it('is told to lack a half of the token, and to have put the secret where it does not belong', async () => {
    const half = NEXT.replace(/proxmox_token_secret.*\n/, '')
    expect(await tokenOf(half)).to.contain('there is proxmox_token_id without proxmox_token_secret; set both')
    const whole = parseServerConfig(NEXT.replace('ludus@pve!ludus', `ludus@pve!ludus=${SECRET}`), 'config.yml')
    expect(whole.kind === 'invalid' && whole.diagnostics.map(diagnosticLine)).to.deep.equal([
      'config.yml:3:19: proxmox_token_id must be user@realm!name, with the secret in proxmox_token_secret',
    ])
  })
})

describe("Ludus' configuration and server settings on disk", () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lanista-ludus-'))
    await put('config.yml', NEXT)
    await chmod(path.join(folder, 'config.yml'), 0o640)
  })
  afterEach(() => rm(folder, { recursive: true }))
  const put = (name: string, text: string): Promise<void> => writeFile(path.join(folder, name), text)
  const read = (environment = {}) => serverConfigFile(path.join(folder, 'config.yml'), environment).read()
  const told = async (): Promise<readonly string[]> => {
    const found = await read()
    return (found.kind === 'ok' ? found.warnings : found.diagnostics).map(diagnosticLine)
  }

  it('are warned about where every user of the machine may read the secret', async () => {
    expect(await told()).to.deep.equal([])
    await chmod(path.join(folder, 'config.yml'), 0o644)
    const [warning] = await told()
    expect(warning)
      .to.match(/config\.yml:4: it holds proxmox_token_secret, and every user .* \(mode 644\); chmod o= it/)
      .and.not.contain(SECRET)
    await put('config.yml', 'proxmox_node: pve1\n')
    expect(await told()).to.deep.equal([])
    const outside = await read({ LANISTA_PROXMOX_TOKEN_SECRET: SECRET })
    expect(outside.kind === 'ok' && outside.warnings).to.deep.equal([])
  })

  it('say the default router in either file, the configuration before the settings', async () => {
    await put(
      'server-config.yml',
      'default_router_vm_name: "{{ range_id }}-gate"\ndefault_router_template_name: mine\nx: 1\n',
    )
    await put('config.yml', `${NEXT}default_router_template_name: own\n`)
    const found = await read()
    if (found.kind === 'invalid') throw new Error('invalid')
    expect(found.config).to.include({
      default_router_vm_name: '{{ range_id }}-gate',
      default_router_template_name: 'own',
    })
    const file = path.join(folder, 'server-config.yml')
    expect(found.origins.get('default_router_vm_name')).to.deep.equal({ kind: 'file', file, line: 1 })
    expect(found.origins.get('default_router_template_name')).to.deep.include({ kind: 'file', line: 8 })
  })

  it('take nothing else from the settings, nor say that they do', async () => {
    await put('server-config.yml', 'sdn_zone: other\nvxlan_tag_base: none\n')
    const found = await read()
    expect(found.kind === 'ok' && [found.config.sdn_zone, found.origins.get('sdn_zone')]).to.deep.equal([
      'ludus',
      { kind: 'default' },
    ])
  })

  it('may have settings that say nothing', async () => {
    for (const nothing of ['', '# nothing is set\n\n  # here\n', '---\n# nothing\n']) {
      await put('server-config.yml', nothing)
      expect(await told(), nothing).to.deep.equal([])
    }
  })

  it('are refused where the settings can not be understood, as the names of routers hang on them', async () => {
    await put('server-config.yml', 'default_router_vm_name: same-for-all\n')
    expect((await told())[0]).to.match(/server-config\.yml:1:1: default_router_vm_name must have \{\{ range_id \}\}/)
    await put('server-config.yml', 'a: [\n')
    expect((await told())[0]).to.match(/server-config\.yml:/)
  })
})
