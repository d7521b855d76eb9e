import { expect } from 'chai'
import { LiveConfig } from '../../../controllers/commands/live-config.ts'
import { configKeys, valueAt, withValueAt } from '../../../model/config-keys.ts'
import type { ServerConfigRead } from '../../../model/config-source.ts'
import { type ServerConfig, serverConfigSchema } from '../../../model/server-config.ts'

const parsed = (more: object = {}): ServerConfig => serverConfigSchema.parse({ proxmox_node: 'pve1', ...more })
const ok = (config: ServerConfig): ServerConfigRead => ({ kind: 'ok', config, origins: new Map(), warnings: [] })
const invalid: ServerConfigRead = {
  kind: 'invalid',
  diagnostics: [
    { file: 'config.yml', line: 3, column: 1, finding: 'unknown key sdn_zon', remedy: 'correct it' },
    {
      file: 'config.yml',
      line: 4,
      column: 1,
      finding: 'cluster_mode is "hunter2"',
      remedy: 'quote "hunter2"',
      unquoted: { finding: 'cluster_mode is a string', remedy: 'quote it' },
    },
  ],
}

/** What must be there for a setting to mean something. */
function surroundingsOf(name: string): object {
  const git = { url: '/srv/ranges.git', verify: { keyring_file: '/k' } }
  if (name.startsWith('lanista.git.ssh.'))
    return { lanista: { git: { ...git, url: 'git@forge:r', ssh: { key_file: '/k', known_hosts_file: '/h' } } } }
  if (name.startsWith('lanista.git.https.')) return { lanista: { git: { ...git, url: 'https://forge/r' } } }
  if (name.startsWith('lanista.git.status.'))
    return {
      lanista: {
        git: {
          ...git,
          status: { provider: 'gitea', token_file: '/t', api_url: 'https://forge/api/v1', repository: 'a/b' },
        },
      },
    }
  return name.startsWith('lanista.git.') ? { lanista: { git } } : {}
}

/** A live configuration whose source says what the test says; what it tells is kept. */
function open(initial: ServerConfig) {
  let next: ServerConfigRead = ok(initial)
  const [told, metrics]: [string[], string[]] = [[], []]
  const tell =
    (level: string) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}): void =>
      void told.push(`${level} ${message} ${JSON.stringify(fields)}`)
  let reloads = 0
  const live = new LiveConfig(initial, {
    source: { read: async () => next, watch: async () => undefined },
    logger: { info: tell('info'), warn: tell('warn'), error: tell('error') },
    metrics: { configReloaded: (successful, at) => void metrics.push(`${successful} ${at}`) },
    clock: { now: () => 5000, steady: () => 5000, sleep: async () => undefined },
    onReload: () => (reloads += 1),
  })
  return {
    live,
    told,
    metrics,
    reloads: () => reloads,
    says: async (read: ServerConfigRead, asked = false): Promise<void> => {
      next = read
      await live.reload(asked)
    },
  }
}

describe('the configuration while the controller runs', () => {
  it('takes new settings into use and has all ranges looked at', async () => {
    const { live, says, reloads, told } = open(parsed())
    await says(ok(parsed({ proxmox_node: 'pve2', lanista: { resync: '5m' } })))
    expect(live.current()).to.include({ proxmox_node: 'pve2' })
    expect(live.current().lanista.resync).to.equal(300_000)
    expect(reloads()).to.equal(1)
    expect(told).to.deep.equal(['info configuration: taken into use {"keys":["proxmox_node","lanista.resync"]}'])
  })

  it('keeps what needs a restart, says so once, and takes the rest', async () => {
    const { live, says, told, reloads } = open(parsed())
    const wanted = ok(
      parsed({
        proxmox_node: 'pve2',
        sdn_zone: 'lab',
        vxlan_tag_base: 9,
        lanista: { ranges: '/new', http: { listen: '0.0.0.0:1' } },
      }),
    )
    await says(wanted)
    expect(live.current()).to.include({ proxmox_node: 'pve2', sdn_zone: 'ludus', vxlan_tag_base: 0 })
    expect(live.current().lanista).to.deep.include({ ranges: '/etc/lanista/ranges' })
    expect(told[0]).to.match(
      /^warn .*needs a restart.*\{"keys":\["sdn_zone","vxlan_tag_base","lanista.ranges","lanista.http.listen"\]\}$/,
    )
    await says(wanted)
    expect([told.length, reloads()]).to.deep.equal([2, 1])
  })

  it('keeps everything when the new version is refused, and tells where it is wrong', async () => {
    const { live, says, told, metrics, reloads } = open(parsed({ sdn_zone: 'lab' }))
    await says(invalid, true)
    expect(live.current().sdn_zone).to.equal('lab')
    expect(told[0]).to.match(
      /^error .*refused.*config\.yml:3:1: unknown key sdn_zon; correct it.*cluster_mode is a string; quote it/,
    )
    expect(told.join('\n')).not.to.contain('hunter2')
    expect(reloads()).to.equal(0)
    await says(ok(parsed({ sdn_zone: 'lab' })))
    expect(metrics).to.deep.equal(['true 5000', 'false 5000', 'true 5000'])
    expect(told[1]).to.contain('nothing new')
  })

  it('is silent about a file that says nothing new, unless someone asked', async () => {
    const { says, told, reloads } = open(parsed())
    await says(ok(parsed()))
    expect([told.length, reloads()]).to.deep.equal([0, 0])
    await says(ok(parsed()), true)
    expect([told.length, reloads()]).to.deep.equal([1, 1])
  })

  it('agrees with the reference about what needs a restart', async () => {
    const ofKind = { text: 'other', boolean: true, number: 7, texts: ['other'], numbers: [7], maps: [{}] }
    const special: Readonly<Record<string, unknown>> = {
      'lanista.notify.urls': ['ntfy://ntfy.sh/topic'],
      proxmox_vm_storage_format: 'raw',
      proxmox_token_id: 'other@pve!token',
      default_router_vm_name: '{{ range_id }}-router',
      'lanista.resync': '5m',
      'lanista.freeze': [{ from: '2026-12-24', until: '2026-12-24' }],
      'lanista.audit': '5m',
      'lanista.proxmox.fingerprint': 'ab'.repeat(32),
      'lanista.proxmox.fingerprints': ['ab'.repeat(32)],
      'lanista.prune.grace': '5h',
      'lanista.http.listen': '[::1]:1',
      'lanista.tracing.endpoint': 'http://other:4318',
      'lanista.placement.ballooning': 'maximum',
      'lanista.git.url': '/srv/other.git',
      'lanista.git.interval': '5m',
      'lanista.git.verify.mode': 'head',
      'lanista.git.status.provider': 'github',
      'lanista.git.status.api_url': 'https://other/api/v1',
      'lanista.git.status.repository': 'other/r',
    }
    for (const { path, name, kind, needsRestart } of configKeys) {
      const wanted = serverConfigSchema.parse(
        withValueAt({ proxmox_node: 'pve1', ...surroundingsOf(name) }, path, special[name] ?? ofKind[kind]),
      )
      const { live, says } = open(parsed())
      await says(ok(wanted))
      const [now, then] = [live.current(), wanted].map((config) => JSON.stringify(valueAt(config, path)))
      expect(now === then, name).to.equal(!needsRestart)
    }
  })
})
