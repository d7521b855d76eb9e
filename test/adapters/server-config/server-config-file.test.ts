import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { loadServerConfig, parseServerConfig } from '../../../adapters/server-config/server-config-file.ts'
import { diagnosticLine } from '../../../model/diagnostic.ts'
import { UserError } from '../../../model/user-error.ts'

const lines = (text: string): readonly string[] => {
  const read = parseServerConfig(text, '/etc/lanista/config.yml')
  return read.kind === 'ok' ? [] : read.diagnostics.map(diagnosticLine)
}

const config = (text: string) => {
  const read = parseServerConfig(text, '/etc/lanista/config.yml')
  if (read.kind === 'invalid') throw new Error(read.diagnostics.map(diagnosticLine).join('\n'))
  return read.config
}

describe('parseServerConfig', () => {
  it("takes Ludus' own file as it is", () => {
    const ludus = config(`---
proxmox_node: pve1
proxmox_interface: vmbr0
proxmox_local_ip: 203.0.113.1
proxmox_public_ip: 203.0.113.1
proxmox_gateway: 203.0.113.254
proxmox_netmask: 255.255.255.0
proxmox_vm_storage_pool: ceph
proxmox_vm_storage_format: raw
proxmox_iso_storage_pool: local
ludus_nat_interface: vmbr1000
prevent_user_ansible_add: false
license_key: community
cluster_mode: true
reserved_range_numbers:
  - 1
sdn_zone:
some_future_key: {}
`)
    expect(ludus).to.include({
      proxmox_node: 'pve1',
      proxmox_vm_storage_pool: 'ceph',
      cluster_mode: true,
      sdn_zone: 'ludus',
    })
    expect(ludus.reserved_range_numbers).to.deep.equal([1])
  })

  it('takes relative paths from the folder of the file, and fills in the rest', () => {
    const { lanista } = config(
      'proxmox_node: a\nlanista:\n  ranges: ranges\n  proxmox: { token_file: token, ca_file: /ca.pem }\n',
    )
    expect(lanista).to.deep.include({ ranges: '/etc/lanista/ranges', state_dir: '/var/lib/lanista', resync: 30_000 })
    expect(lanista.proxmox).to.deep.equal({ token_file: '/etc/lanista/token', ca_file: '/ca.pem' })
    expect(config('proxmox_node: a\nlanista:\n').lanista.http.listen).to.equal('127.0.0.1:8480')
  })

  it('refuses unknown keys of its own section, and says which was meant', () => {
    expect(lines('proxmox_node: a\nlanista:\n  rages: x\n  http:\n    colour: red\n')).to.have.members([
      '/etc/lanista/config.yml:3:3: unknown key rages in lanista; did you mean ranges?',
      '/etc/lanista/config.yml:5:5: unknown key colour in lanista.http; remove it; allowed are listen, tokens_file, hosts',
    ])
  })

  it('refuses a misspelt key at the top, where strange ones are ignored', () => {
    expect(lines('proxmox_node: a\nsdn_zon: x\nLanista: {}\ntotally_other: 1\n')).to.have.members([
      '/etc/lanista/config.yml:2:1: unknown key sdn_zon; did you mean sdn_zone?',
      '/etc/lanista/config.yml:3:1: unknown key Lanista; did you mean lanista?',
    ])
  })

  it('says all that is wrong, each at its place', () => {
    const text = 'cluster_mode: yes\nlanista:\n  resync: 1d\n  http: { listen: 8480 }\n  vmid_base: -1\n'
    expect(lines(text)).to.have.members([
      '/etc/lanista/config.yml:1:1: the file lacks the key proxmox_node; add it',
      '/etc/lanista/config.yml:1:15: cluster_mode is "yes", must be true or false; write true',
      '/etc/lanista/config.yml:3:11: lanista.resync is "1d", must be a duration such as 500ms, 30s, 5m or 1h',
      '/etc/lanista/config.yml:4:19: lanista.http.listen is 8480, must be text; put it in quotes',
      '/etc/lanista/config.yml:5:14: lanista.vmid_base is -1, must be a whole number from 0 to 840000000',
    ])
  })

  it("is as lenient about the types of Ludus' keys as Ludus is", () => {
    const lenient = config(`proxmox_node: 7
proxmox_invalid_cert: "true"
cluster_mode: 1
vxlan_tag_base: "500"
reserved_range_numbers: "1, 2"
`)
    expect(lenient).to.deep.include({ proxmox_node: '7', proxmox_invalid_cert: true, cluster_mode: true })
    expect(lenient).to.deep.include({ vxlan_tag_base: 500, reserved_range_numbers: [1, 2] })
    expect(config('proxmox_node: a\nreserved_range_numbers: 4\n').reserved_range_numbers).to.deep.equal([4])
    expect(lines('proxmox_node: a\nvxlan_tag_base: many\nlanista: { vmid_base: "5" }\n')).to.have.members([
      '/etc/lanista/config.yml:2:17: vxlan_tag_base is "many", must be a whole number from 0 to 16777061',
      '/etc/lanista/config.yml:3:23: lanista.vmid_base is "5", must be a whole number from 0 to 840000000; write it without quotes',
    ])
  })

  it('reaches the API at proxmox_url, else at proxmox_hostname, else on this machine', () => {
    const urlOf = (text: string) => config(`proxmox_node: a\n${text}`).proxmox_url
    expect(urlOf('')).to.equal('https://127.0.0.1:8006')
    expect(urlOf('proxmox_hostname: pve1.example.org\n')).to.equal('https://pve1.example.org:8006')
    expect(urlOf('proxmox_hostname: "fd00::1"\n')).to.equal('https://[fd00::1]:8006')
    expect(urlOf('proxmox_hostname: pve1\nproxmox_url: https://api:443\n')).to.equal('https://api:443')
  })

  it('refuses fingerprints that are none, one as several', () => {
    const good = Array.from({ length: 32 }, () => 'AB').join(':')
    const of = (key: string): readonly string[] => lines(`proxmox_node: a\nlanista: { proxmox: { ${key} } }\n`)
    expect(of(`fingerprint: "${good}"`)).to.deep.equal([])
    expect(of(`fingerprints: ["${good}"]`)).to.deep.equal([])
    expect(of('fingerprint: "AB:CD"')[0]).to.match(/lanista\.proxmox\.fingerprint .*must be the SHA-256 fingerprint/)
    expect(of(`fingerprints: ["${good}", "AB:CD"]`)[0]).to.match(
      /lanista\.proxmox\.fingerprints\[1\] .*must be the SHA-256 fingerprint/,
    )
  })

  it('refuses a resync that would never rest, or overflow a timer', () => {
    for (const resync of ['0s', '500ms', '25h'])
      expect(lines(`proxmox_node: a\nlanista: { resync: ${resync} }\n`)[0], resync).to.contain(
        'must be a duration from 1s to 24h',
      )
  })
})

describe('LANISTA_* variables', () => {
  const FILE = '/etc/lanista/config.yml'
  const TEXT = 'proxmox_node: pve1\nsdn_zone: lab\nlanista:\n  resync: 5m\n'
  const withVariables = (environment: Readonly<Record<string, string>>, text = TEXT) =>
    parseServerConfig(text, FILE, environment)
  const problems = (environment: Readonly<Record<string, string>>): readonly string[] => {
    const read = withVariables(environment)
    return read.kind === 'ok' ? [] : read.diagnostics.map(diagnosticLine)
  }

  it('go before the file, at the top and below', () => {
    const read = withVariables({
      LANISTA_SDN_ZONE: 'prod',
      LANISTA_RESYNC: '10s',
      LANISTA_PROXMOX_TOKEN_FILE: 'secret/token',
      LANISTA_PROXMOX_HOSTS: 'https://a:8006, https://b:8006',
      LANISTA_RESERVED_RANGE_NUMBERS: '1,2',
      LANISTA_CLUSTER_MODE: 'true',
      LANISTA_HTTP_LISTEN: '',
    })
    if (read.kind === 'invalid') throw new Error(read.diagnostics.map(diagnosticLine).join('\n'))
    expect(read.config).to.deep.include({ sdn_zone: 'prod', reserved_range_numbers: [1, 2], cluster_mode: true })
    expect(read.config.lanista).to.deep.include({ resync: 10_000, http: { listen: '127.0.0.1:8480', hosts: [] } })
    expect(read.config.lanista.proxmox).to.deep.equal({
      token_file: '/etc/lanista/secret/token',
      hosts: ['https://a:8006', 'https://b:8006'],
    })
  })

  it('are told apart from the file and the defaults', () => {
    const read = withVariables({ LANISTA_SDN_ZONE: 'prod' })
    if (read.kind === 'invalid') throw new Error('invalid')
    expect(read.origins.get('sdn_zone')).to.deep.equal({ kind: 'environment', variable: 'LANISTA_SDN_ZONE' })
    expect(read.origins.get('lanista.resync')).to.deep.equal({ kind: 'file', file: FILE, line: 4 })
    expect(read.origins.get('lanista.http.listen')).to.deep.equal({ kind: 'default' })
  })

  it('may give what the file lacks', () => {
    expect(withVariables({ LANISTA_PROXMOX_NODE: 'pve9' }, 'sdn_zone: lab\n').kind).to.equal('ok')
  })

  it('are named when their value is wrong', () => {
    expect(
      problems({ LANISTA_RESYNC: '1d', LANISTA_RESERVED_RANGE_NUMBERS: '1,x', LANISTA_CLUSTER_MODE: 'maybe' }),
    ).to.have.members([
      'environment variable LANISTA_RESYNC: lanista.resync is "1d", must be a duration such as 500ms, 30s, 5m or 1h',
      'environment variable LANISTA_RESERVED_RANGE_NUMBERS: reserved_range_numbers[1] is "x", must be a whole number',
      'environment variable LANISTA_CLUSTER_MODE: cluster_mode is "maybe", must be true or false',
    ])
  })

  it('are refused when misspelt, and warned about when strange', () => {
    expect(problems({ LANISTA_SDN_ZON: 'x', LANISTA_PROXMOX_TOKEM: 'secret' })).to.have.members([
      'environment variable LANISTA_SDN_ZON: there is no such setting; did you mean LANISTA_SDN_ZONE?',
      'environment variable LANISTA_PROXMOX_TOKEM: there is no such setting; did you mean LANISTA_PROXMOX_TOKEN?',
    ])
    const read = withVariables({ LANISTA_FAVOURITE_COLOUR: 'red' })
    expect(read.kind === 'ok' && read.warnings.map(diagnosticLine)).to.deep.equal([
      'environment variable LANISTA_FAVOURITE_COLOUR: there is no such setting; unset it',
    ])
  })

  it("are beside keys of Lanista's own that stand at the top, where nobody looks at them", () => {
    const read = parseServerConfig('proxmox_node: a\nranges: /srv/ranges\nwireguard_port: 51820\n', 'config.yml')
    expect(read.kind === 'ok' && read.warnings.map(diagnosticLine)).to.deep.equal([
      'config.yml:2:1: nobody looks at ranges here; move it into lanista',
    ])
  })

  it("are left alone where they are the tests', the token, or what Kubernetes gives every pod", () => {
    const read = withVariables({
      LANISTA_TEST_SEED: '1',
      LANISTA_CONTRACT_URL: 'https://pve1:8006',
      LANISTA_PROXMOX_TOKEN: 'lanista@pve!main=secret',
      LANISTA_SERVICE_HOST: '10.0.0.1',
      LANISTA_SERVICE_PORT: '8480',
      LANISTA_PORT: 'tcp://10.0.0.1:8480',
      LANISTA_PORT_8480_TCP_ADDR: '10.0.0.1',
      LANISTA_WEB_SERVICE_PORT_HTTP: '80',
    })
    expect(read.kind === 'ok' && read.warnings).to.deep.equal([])
  })
})

describe('range files from a repository', () => {
  const read = (lanista: string, environment = {}) =>
    parseServerConfig(`proxmox_node: pve1\nlanista:\n${lanista}`, '/etc/lanista/config.yml', environment)

  it('is refused beside a folder, however that is given', () => {
    const both = [
      read('  ranges: /srv/ranges\n  git: { url: /srv/r.git }\n'),
      read('  git: { url: /srv/r.git }\n', { LANISTA_RANGES: '/srv/ranges' }),
    ]
    for (const each of both) {
      if (each.kind === 'ok') expect.fail('it was taken')
      expect(each.diagnostics.map(({ finding, remedy }) => `${finding}; ${remedy}`)).to.deep.equal([
        'lanista.ranges and lanista.git are both given, and range files come from one of them; remove one: a folder, or a repository',
      ])
    }
  })

  it('has its files looked for beside the configuration', () => {
    const each = read(
      '  git: { url: "git@forge:r", ssh: { key_file: key, known_hosts_file: /h }, verify: { keyring_file: k } }\n',
    )
    if (each.kind !== 'ok') expect.fail(JSON.stringify(each))
    expect(each.config.lanista.git).to.deep.include({
      ssh: { key_file: '/etc/lanista/key', known_hosts_file: '/h' },
      verify: { mode: 'off', keyring_file: '/etc/lanista/k' },
    })
  })
})

describe('loadServerConfig', () => {
  it('loads a file, and throws what is wrong with it in one error', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lanista-'))
    const file = join(folder, 'config.yml')
    await writeFile(file, 'proxmox_node: pve1\n')
    expect((await loadServerConfig(file, {})).proxmox_node).to.equal('pve1')
    await writeFile(file, 'proxmox_node: []\nsdn_zone: {}\n')
    const error: unknown = await loadServerConfig(file, {}).catch((caught: unknown) => caught)
    expect(error).to.be.instanceOf(UserError)
    expect(String(error).split('\n')).to.have.length(2)
    await rm(folder, { recursive: true })
    expect(String(await loadServerConfig(file, {}).catch((caught: unknown) => caught))).to.contain(
      `${file}: the configuration can't be read: it does not exist; create it, or name another with --config`,
    )
  })
})
