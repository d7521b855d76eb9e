import { expect } from 'chai'
import fc from 'fast-check'
import { parseDocument } from 'yaml'
import { type ParsedRange, parseRange } from '../../adapters/parse-range.ts'
import { unquotedDiagnostic } from '../../model/diagnostic.ts'
import { YAML_BREAKS } from '../builders/yaml-breaks.ts'
import { runs } from '../runner/long-runs.ts'
import { diagnosticGithub, diagnosticJson, diagnosticSarif } from '../../controllers/terminal/diagnostic-formats.ts'

/** One that could be a name of something, and one that could not. */
const SECRETS = ['hunter2sWordsAreMyBond', 'correcthorsebatterystaple']
/** What names things, and is told for that. */
const NAMES = /vm_name|hostname|template|target_node|range_id|role|name$/
const FILE = `
ludus:
  - vm_name: "{{ range_id }}-dc"
    hostname: dc
    template: debian-12-x64-server-template
    vlan: 10
    ip_last_octet: 11
    ram_gb: 4
    ram_min_gb: 1
    cpus: 2
    windows: { sysprep: true, chocolatey_packages: [vscode], office_version: 2019 }
    domain: { fqdn: lab.local, role: primary-dc }
    testing: { snapshot: false, block_internet: false }
    ansible_groups: [tier0]
    api_key: word
    role_vars:
      api_key: word
      ansible_become_pass: word
      nested: { deep: [word, { deeper: word }] }
    dns_rewrites: [a.example]
router:
  ram_gb: 2
  outbound_wireguard_config: "[Interface]"
  outbound_wireguard_vlans: [10]
  inbound_wireguard: { enabled: true, server_cidr: 10.1.1.0/24 }
defaults: { ad_domain_admin_password: word, snapshot_with_RAM: true, enable_dynamic_wallpaper: false }
network: { inter_vlan_default: REJECT, rules: [{ name: r, vlan_src: 10, vlan_dst: 20, protocol: tcp, ports: 80, action: ACCEPT }] }
notify: { urls: [word] }
ludus_extensions:
  lanista: { power: on, state: present, drift: { hardware: report }, notify: { urls: [word] } }
`

/** Every place of the file where a value stands, but for names. */
const places = [...FILE.matchAll(/(?<=[:[,] )(?:"[^"]*"|[A-Za-z0-9./]+)(?=[,\]}\s])/g)]
  .map((match) => ({ at: match.index, length: match[0].length }))
  .filter(({ at }) => !NAMES.test(/([A-Za-z_]+):[^:]*$/.exec(FILE.slice(0, at))?.[1] ?? ''))

const diagnosticsOf = (parsed: ParsedRange) => (parsed.kind === 'ok' ? parsed.warnings : parsed.diagnostics)

describe('a secret in a range file', () => {
  it('stands where a test could plant it', () => {
    expect(places.length).to.be.greaterThan(25)
    expect(parseDocument(FILE).errors).to.deep.equal([])
  })

  it('is told nowhere but on the terminal, wherever it stands and whatever is wrong with the file', () => {
    let problems = 0
    fc.assert(
      fc.property(
        fc.constantFrom(...places),
        fc.constantFrom('', ...YAML_BREAKS),
        fc.constantFrom('', ...YAML_BREAKS),
        fc.boolean(),
        fc.constantFrom(...SECRETS),
        ({ at, length }, before, behind, quoted, secret) => {
          const value = quoted ? `"${before}${secret}${behind}"` : `${before}${secret}${behind}`
          const text = FILE.slice(0, at) + value + FILE.slice(at + length)
          const found = diagnosticsOf(parseRange({ text, file: 'JD.yml', rangeId: 'JD' }))
          problems += found.length
          const files = [
            { path: 'JD.yml', folder: '/', rangeId: 'JD', problems: found, warnings: found, spec: undefined },
          ]
          const told = [
            JSON.stringify(found.map(unquotedDiagnostic)),
            diagnosticJson(files),
            diagnosticSarif(files, '/'),
            ...diagnosticGithub(files, '/'),
          ].join('\n')
          expect(told).not.to.include(secret)
        },
      ),
      { numRuns: runs(1250, 50) },
    )
    expect(problems).to.be.greaterThan(runs(100, 20))
  })
})
