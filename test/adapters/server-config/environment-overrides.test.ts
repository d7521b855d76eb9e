import { expect } from 'chai'
import { parseServerConfig } from '../../../adapters/server-config/server-config-file.ts'
import { configKeys, valueAt, withValueAt } from '../../../model/config-keys.ts'
import { diagnosticLine } from '../../../model/diagnostic.ts'
import { type JsonSchema, jsonSchemaOf } from '../../../model/json-schema.ts'
import type { ServerConfig } from '../../../model/server-config.ts'

const FILE = '/etc/lanista/config.yml'

const configOf = (value: unknown, environment: Readonly<Record<string, string>>): ServerConfig => {
  const read = parseServerConfig(JSON.stringify(value), FILE, environment)
  if (read.kind === 'invalid') throw new Error(read.diagnostics.map(diagnosticLine).join('\n'))
  return read.config
}

/** What the schema shows as an example of a setting; of lists of maps it has none. */
function exampleOf(path: readonly string[]): unknown {
  if (path.join('.') === 'lanista.freeze') return [{ cron: '0 18 * * FRI', for: '62h', ranges: ['exam-*', 'JD'] }]
  const found = path.reduce<JsonSchema | undefined>((schema, step) => {
    const child = schema?.properties?.[step]
    return typeof child === 'object' ? child : undefined
  }, jsonSchemaOf('config'))
  return found?.examples?.[0] ?? found?.default
}

/** What must be there for a setting to mean something. */
function surroundingsOf(name: string): object {
  const url = 'git@forge.example.org:ranges.git'
  const ssh = { key_file: '/k', known_hosts_file: '/h' }
  if (name.startsWith('lanista.git.https.')) return { git: { url: 'https://forge.example.org/ranges.git' } }
  const status = { provider: 'github', token_file: '/t' }
  if (name.startsWith('lanista.git.status.'))
    return { git: { url: 'git@forge.example.org:labs/ranges.git', ssh, status } }
  return name.startsWith('lanista.git.') ? { git: { url, ssh } } : {}
}

describe('the variable of each setting', () => {
  for (const { name, path, variable, kind } of configKeys)
    it(`${variable} goes before ${name} of the file`, () => {
      const example = exampleOf(path) ?? '5m'
      const file = { proxmox_node: 'pve9', lanista: surroundingsOf(name) }
      const wanted = valueAt(configOf(withValueAt(file, path, example), {}), path)
      const text =
        kind === 'maps'
          ? JSON.stringify(example)
          : Array.isArray(example)
            ? example.join(',')
            : JSON.stringify(example).replaceAll('"', '')
      expect(wanted).not.to.equal(undefined)
      expect(valueAt(configOf(file, { [variable]: text }), path)).to.deep.equal(wanted)
      const read = parseServerConfig(JSON.stringify(file), FILE, { [variable]: text })
      expect(read.kind === 'ok' && read.origins.get(name)).to.deep.equal({ kind: 'environment', variable })
    })
})
