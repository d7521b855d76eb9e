import { expect } from 'chai'
import fc from 'fast-check'
import { parseDocument } from 'yaml'
import { parseServerConfig } from '../../../adapters/server-config/server-config-file.ts'
import { configKeys } from '../../../model/config-keys.ts'
import { diagnosticLine, unquotedDiagnostic } from '../../../model/diagnostic.ts'
import { YAML_BREAKS } from '../../builders/yaml-breaks.ts'
import { runs } from '../../runner/long-runs.ts'

const SECRETS = ['hunter2sWordsAreMyBond', 'correcthorsebatterystaple']
const FILE = `
proxmox_node: word
proxmox_url: word
proxmox_invalid_cert: word
license_key: word
database_encryption_key: word
reserved_range_numbers: [word, word]
vxlan_tag_base: word
cluster_mode: word
lanista:
  ranges: word
  resync: word
  vmid_base: word
  proxmox:
    hosts: [word, word]
    token_file: word
    fingerprint: word
  placement: { weights: { memory: word }, ballooning: word }
  http: { listen: word, hosts: [word] }
  notify: { urls: [word, word], private_hosts: [word] }
  prune: { enabled: word, budget: word }
  password: word
`
const places = [...FILE.matchAll(/\bword\b/g)].map(({ index }) => index)

/** All that is told of a configuration where others read it. */
function toldOf(text: string, environment: Readonly<Record<string, string>> = {}): string {
  const read = parseServerConfig(text, 'config.yml', environment)
  const told = read.kind === 'ok' ? read.warnings : read.diagnostics
  return told.map((each) => diagnosticLine(unquotedDiagnostic(each))).join('\n')
}

describe('a secret in the configuration, as it is read', () => {
  it('stands where a test could plant it', () => {
    expect(parseDocument(FILE).errors).to.deep.equal([])
    expect(places.length).to.be.greaterThan(20)
  })

  it('is in nothing that others read, wherever it stands and whatever is wrong with the file', () => {
    let problems = 0
    fc.assert(
      fc.property(
        fc.constantFrom(...places),
        fc.constantFrom('', 'https://root:', ...YAML_BREAKS),
        fc.constantFrom('', '@pve1:8006', '\n', '\n ', ...YAML_BREAKS),
        fc.boolean(),
        fc.constantFrom(...SECRETS),
        (at, before, behind, quoted, secret) => {
          const value = quoted ? `"${before}${secret}${behind}"` : `${before}${secret}${behind}`
          const told = toldOf(FILE.slice(0, at) + value + FILE.slice(at + 'word'.length))
          if (told !== '') problems += 1
          expect(told).not.to.include(secret)
        },
      ),
      { numRuns: runs(1000) },
    )
    expect(problems).to.be.greaterThan(runs(500))
  })

  it('is in nothing that others read when it is the value of a variable', () => {
    const variables = [...configKeys.map(({ variable }) => variable), 'LANISTA_PROXMOX_TOKEN', 'LANISTA_PROXMOX_TOKNE']
    for (const variable of variables)
      for (const secret of SECRETS)
        for (const value of [secret, `https://root:${secret}@pve1`, `root@pam!x=${secret}`, `[${secret}`])
          expect(toldOf('proxmox_node: pve1\n', { [variable]: value }), variable).not.to.include(secret)
  })
})
