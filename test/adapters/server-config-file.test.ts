import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { loadServerConfig, parseServerConfig } from '../../adapters/server-config-file.ts'
import { diagnosticLine } from '../../model/diagnostic.ts'
import { UserError } from '../../model/user-error.ts'

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
      '/etc/lanista/config.yml:5:5: unknown key colour in lanista.http; remove it; allowed are listen',
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
      '/etc/lanista/config.yml:1:15: cluster_mode is "yes", must be true or false; write true: yes, no, on and off are text in YAML 1.2',
      '/etc/lanista/config.yml:3:11: lanista.resync is "1d", must be a duration such as 500ms, 30s, 5m or 1h',
      '/etc/lanista/config.yml:4:19: lanista.http.listen is 8480, must be text; put it in quotes',
      '/etc/lanista/config.yml:5:14: lanista.vmid_base is -1, must be a whole number from 0 to 840000000',
    ])
  })

  it('refuses a resync that would never rest, or overflow a timer', () => {
    for (const resync of ['0s', '500ms', '25h'])
      expect(lines(`proxmox_node: a\nlanista: { resync: ${resync} }\n`)[0], resync).to.contain(
        'must be a duration from 1s to 24h',
      )
  })
})

describe('loadServerConfig', () => {
  it('loads a file, and throws what is wrong with it in one error', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lanista-'))
    const file = join(folder, 'config.yml')
    await writeFile(file, 'proxmox_node: pve1\n')
    expect((await loadServerConfig(file)).proxmox_node).to.equal('pve1')
    await writeFile(file, 'proxmox_node: 1\nsdn_zone: 2\n')
    const error: unknown = await loadServerConfig(file).catch((caught: unknown) => caught)
    expect(error).to.be.instanceOf(UserError)
    expect(String(error).split('\n')).to.have.length(2)
    await rm(folder, { recursive: true })
    expect(String(await loadServerConfig(file).catch((caught: unknown) => caught))).to.contain(
      `${file}: the configuration can't be read: it does not exist; create it, or name another with --config`,
    )
  })
})
