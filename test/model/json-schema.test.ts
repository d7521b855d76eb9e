import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'
import { expect } from 'chai'
import { parse } from 'yaml'
import { jsonSchemaOf, SCHEMA_NAMES, type SchemaName } from '../../model/json-schema.ts'
import { rangeFileSchema } from '../../model/range-file.ts'

const SHARED = path.resolve('../shared/ranges/valid')

const validatorOf = (name: SchemaName): ValidateFunction =>
  new Ajv({
    allErrors: true,
    strict: true,
    allowUnionTypes: true,
    strictRequired: false,
    // Editors know them; for ajv they are words like others.
    formats: { date: true, 'date-time': true },
  }).compile(jsonSchemaOf(name))

const vm = (more: object = {}): object => ({
  vm_name: 'a',
  hostname: 'a',
  template: 't',
  vlan: 10,
  ip_last_octet: 11,
  ram_gb: 4,
  cpus: 2,
  linux: true,
  ...more,
})

const STRANGE = [null, 'x', '10-20', 0, 1.5, 10, 300, true, [], [1], ['a'], {}, { name: 'a' }]

/** The value with each of its parts, at any depth, replaced by each strange value, or with a strange key beside it. */
function* mutationsOf(value: unknown): Generator {
  yield* STRANGE
  if (Array.isArray(value))
    for (const [index, item] of value.entries())
      for (const changed of mutationsOf(item)) yield value.with(index, changed)
  else if (typeof value === 'object' && value !== null) {
    yield { ...value, strange: 1 }
    for (const [key, item] of Object.entries(value)) {
      yield Object.fromEntries(Object.entries(value).filter(([other]) => other !== key))
      for (const changed of mutationsOf(item)) yield { ...value, [key]: changed }
    }
  }
}

describe('the JSON schemas', () => {
  for (const name of SCHEMA_NAMES)
    it(`of ${name} is draft-07 with a title`, () => {
      const schema = jsonSchemaOf(name)
      expect(schema.$schema).to.equal('http://json-schema.org/draft-07/schema#')
      expect(schema.title).to.be.a('string')
      expect(validatorOf(name)).to.be.a('function')
    })

  describe('of range files', () => {
    const validate = validatorOf('range')
    const refuses = (value: unknown): string => {
      expect(validate(value), JSON.stringify(value)).to.equal(false)
      return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`).join('; ')
    }

    for (const file of ['deploy/demo/JD.yml', 'deploy/demo/KT.yml', 'deploy/demo/try/SOC.yml'])
      it(`accepts ${file}`, () => {
        expect(validate(parse(readFileSync(file, 'utf8'))), JSON.stringify(validate.errors)).to.equal(true)
      })

    it('accepts the valid range files from the field', function () {
      if (!existsSync(SHARED)) {
        process.stdout.write('  (no ../shared/ranges: range files from the field are not looked at)\n')
        this.skip()
      }
      const files = readdirSync(SHARED).filter((file) => /\.ya?ml$/.test(file))
      expect(files.length).to.be.greaterThan(5)
      for (const file of files) {
        const value: unknown = parse(readFileSync(path.join(SHARED, file), 'utf8'), { merge: true })
        expect(validate(value), `${file}: ${JSON.stringify(validate.errors)}`).to.equal(true)
      }
    })

    it('agrees with Lanista on every single slip in a range', () => {
      const [vms, wrong, missed]: [object, unknown[], unknown[]] = [
        {
          ludus: [
            vm({ roles: ['a', { name: 'b', depends_on: [{ vm_name: 'a', role: 'c' }] }], ansible_groups: ['g'] }),
            vm({ linux: undefined, windows: { sysprep: true, office_version: 2019 }, ram_min_gb: 1 }),
          ],
          router: { vm_name: 'r', inbound_wireguard: { enabled: true }, ram_gb: 2 },
          defaults: { stale_hours: 4, timezone: 'Europe/Berlin', target_node: 'pve1' },
          network: {
            rules: [{ name: 'n', vlan_src: 10, vlan_dst: 'all', protocol: 'tcp', ports: 80, action: 'DROP' }],
          },
          ludus_extensions: {
            lanista: {
              range_number: 3,
              placement: {
                strategy: 'pack',
                avoid_nodes: ['pve3'],
                vms: { a: { apart_from: ['b'], strength: 'required' } },
              },
            },
          },
        },
        [],
        [],
      ]
      let count = 0
      // As a file has it: a key without a value is `null`, never undefined.
      for (const value of mutationsOf(JSON.parse(JSON.stringify(vms)))) {
        count += 1
        const [lanista, schema] = [rangeFileSchema.safeParse(value).success, validate(value)]
        if (lanista && !schema) wrong.push(value)
        if (!lanista && schema) missed.push(value)
      }
      expect(count).to.be.greaterThan(600)
      expect(wrong.map((value) => JSON.stringify(value))).to.deep.equal([])
      expect(missed.map((value) => JSON.stringify(value))).to.deep.equal([])
    })

    it('refuses what an editor should underline', () => {
      expect(validate({ ludus: [vm()] }), JSON.stringify(validate.errors)).to.equal(true)
      expect(refuses({ ludus: [vm({ vlam: 10 })] })).to.contain('additional properties')
      expect(refuses({ ludus: [vm({ vlan: 1 })] })).to.contain('/ludus/0/vlan must be >= 2')
      expect(refuses({ ludus: [vm({ cpus: '2' })] })).to.contain('/ludus/0/cpus must be integer')
      expect(refuses({ ludus: [vm({ domain: { fqdn: 'd', role: 'dc' } })] })).to.contain('/ludus/0/domain/role')
      expect(refuses({ ludus: [vm({ windows: {} })] })).to.contain('/ludus/0 must match exactly one')
      expect(refuses({ ludus: [vm({ linux: undefined, windows: { autologon_user: 'a' } })] })).to.contain(
        'autologon_password',
      )
      expect(refuses({ ludus: [], router: { outbound_wireguard_config: 'x' } })).to.contain('outbound_wireguard_vlans')
      expect(refuses({ ludus: [], ludus_extensions: { lanista: { range_nummer: 1 } } })).to.contain('additional')
      expect(refuses({})).to.contain("required property 'ludus'")
    })

    it('leaves alone what Ludus leaves alone', () => {
      expect(validate({ ludus: [], ludus_extensions: { somebody_else: [1] }, notify: { urls: [], more: 1 } })).to.equal(
        true,
      )
    })
  })

  it('of the configuration takes keys of Ludus it does not know, and none of those under lanista', () => {
    const validate = validatorOf('config')
    expect(validate({ proxmox_node: 'a', license_key: 'x', lanista: { resync: '5m' } })).to.equal(true)
    expect(validate({ proxmox_node: 'a', lanista: { resnyc: '5m' } })).to.equal(false)
    expect(validate({ proxmox_node: 'a', lanista: { resync: '5 minutes' } })).to.equal(false)
    expect(validate({})).to.equal(false)
  })
})
