import { readdirSync, readFileSync, existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { expect } from 'chai'
import * as fc from 'fast-check'
import { parse } from 'yaml'
import { z } from 'zod'
import { ludusRangeFileSchema, rangeFileSchema } from '../../model/range-file.ts'
import { runs } from '../runner/long-runs.ts'

const accepts = (value: unknown): boolean => ludusRangeFileSchema.safeParse(value).success

const vm = {
  vm_name: 'dc',
  hostname: 'dc',
  template: 'win2022-server-x64-template',
  vlan: 10,
  ip_last_octet: 11,
  ram_gb: 4,
  cpus: 2,
}

describe('ludusRangeFileSchema', () => {
  it('takes a VM that says exactly one of windows, linux and macOS, whatever it says', () => {
    for (const os of [
      { windows: {} },
      { linux: true },
      { linux: false },
      { linux: { packages: ['curl'] } },
      { macOS: true },
    ])
      expect(accepts({ ludus: [{ ...vm, ...os }] }), JSON.stringify(os)).to.equal(true)
    for (const os of [
      {},
      { windows: {}, linux: false },
      { linux: true, macOS: false },
      { windows: null },
      { linux: 1 },
    ])
      expect(accepts({ ludus: [{ ...vm, ...os }] }), JSON.stringify(os)).to.equal(false)
  })

  it('takes gpos on a primary-dc and where there is no domain, and nowhere else', () => {
    const windows = { gpos: ['disable_defender'] }
    const domain = (role: string) => ({ domain: { fqdn: 'a.b', role } })
    expect(accepts({ ludus: [{ ...vm, windows, ...domain('primary-dc') }] })).to.equal(true)
    expect(accepts({ ludus: [{ ...vm, windows }] })).to.equal(true)
    expect(accepts({ ludus: [{ ...vm, windows, ...domain('member') }] })).to.equal(false)
    expect(accepts({ ludus: [{ ...vm, windows: { gpos: ['other'] } }] })).to.equal(false)
  })

  it('says all that is wrong with a VM at once', () => {
    const { error } = ludusRangeFileSchema.safeParse({ ludus: [{ ...vm, vlan: 1, memroy: 2, cpus: 'two' }] })
    const places = error?.issues.map(({ code, path }) => `${code} ${path.join('.')}`)
    expect(places).to.have.members([
      'too_small ludus.0.vlan',
      'invalid_type ludus.0.cpus',
      'unrecognized_keys ludus.0',
      'custom ludus.0',
    ])
  })
})

describe('rangeFileSchema', () => {
  it("knows Lanista's own keys, and refuses what it does not act on", () => {
    const withKeys = (lanista: unknown) => ({ ludus: [], ludus_extensions: { other: 1, lanista } })
    for (const keys of [
      { range_number: 153 },
      { state: 'absent' },
      { power: 'keep' },
      { drift: {} },
      { drift: { networks: 'report', hardware: 'correct' } },
    ])
      expect(rangeFileSchema.safeParse(withKeys(keys)).success).to.equal(true)
    for (const keys of [
      { range_number: 0 },
      { range_number: 154 },
      { suspend: true },
      { state: 'gone' },
      { power: 'sometimes' },
      { power: true },
      { drift: 'correct' },
      { drift: { disks: 'report' } },
      null,
      [],
    ])
      expect(rangeFileSchema.safeParse(withKeys(keys)).success, JSON.stringify(keys)).to.equal(false)
  })
})

describe("agreement with Ludus' published schema", () => {
  const folder = join('..', 'shared', 'ranges')
  let judge: (value: unknown) => boolean
  const files = existsSync(folder)
    ? ['valid', 'invalid'].flatMap((kind) => readdirSync(join(folder, kind)).map((file) => join(folder, kind, file)))
    : []

  before(function () {
    if (files.length === 0) {
      console.log(`      ${folder} is absent: agreement with Ludus' schema is not tested`)
      this.skip()
    }
    const schema = z.looseObject({}).parse(JSON.parse(readFileSync(join(folder, 'range-config.schema.json'), 'utf8')))
    judge = new Ajv2019({ strict: false, validateFormats: false }).compile(schema)
  })

  const parsed = (file: string): unknown => {
    try {
      return parse(readFileSync(file, 'utf8'), { merge: true, logLevel: 'error' }) as unknown
    } catch {
      return undefined
    }
  }

  it('decides as the schema does on every real file', () => {
    for (const file of files) {
      const value = parsed(file)
      // A file that is not YAML has no value to judge; ajv would take undefined for an absent one.
      if (value !== undefined) expect(accepts(value), file).to.equal(judge(value))
      expect(accepts(value), basename(file)).to.equal(dirname(file).endsWith('/valid'))
    }
  })

  it('decides as the schema does on mutations of real files', () => {
    const seeds = [...files.map(parsed).filter((value) => value !== undefined), everyKey]
    let refused = 0
    fc.assert(
      fc.property(
        fc.constantFrom<unknown[]>(...seeds),
        fc.array(mutation, { minLength: 1, maxLength: 3 }),
        (seed, mutations) => {
          const value = mutations.reduce((current, mutate) => mutate(current), structuredClone(seed))
          const verdict = judge(value)
          if (!verdict) refused += 1
          expect(accepts(value), JSON.stringify(value)).to.equal(verdict)
        },
      ),
      { numRuns: runs(2000) },
    )
    // Of no use if nearly all were alike.
    expect(refused).to.be.within(runs(200), runs(1900))
  })
})

/** A file that says every key once, so that mutations reach all of them. */
const everyKey = {
  ludus: [
    {
      ...vm,
      force_ip: true,
      ram_min_gb: 0.5,
      full_clone: true,
      testing: { snapshot: true, block_internet: false },
      windows: {
        sysprep: true,
        install_additional_tools: true,
        chocolatey_ignore_checksums: true,
        chocolatey_packages: ['vscodium'],
        office_version: 2019,
        office_arch: '64bit',
        visual_studio_version: 2022,
        autologon_user: 'a',
        autologon_password: 'b',
        gpos: ['disable_defender', 'anon_share_access'],
      },
      domain: { fqdn: 'a.b', role: 'primary-dc' },
      unmanaged: false,
      roles: ['a', { name: 'b', depends_on: [{ vm_name: 'dc', role: 'a' }] }],
      role_vars: { a: 1 },
      ansible_groups: ['g'],
      dns_rewrites: ['*.example.com'],
      primary_dns_server: '1.1.1.1',
      secondary_dns_server: '8.8.8.8',
      target_node: 'pve1',
    },
    { ...vm, linux: { packages: ['curl'] } },
    { ...vm, macOS: true },
  ],
  router: {
    vm_name: 'r',
    hostname: 'r',
    template: 't',
    ram_min_gb: 1,
    ram_gb: 2,
    cpus: 2,
    roles: ['a'],
    role_vars: null,
    outbound_wireguard_config: 'x',
    outbound_wireguard_vlans: [10],
    inbound_wireguard: { enabled: true, server_cidr: '10.0.0.0/24', port: 51_820, allowed_vlans: [1, 255] },
    iptables_commands: ['iptables'],
    target_node: 'pve1',
  },
  defaults: {
    snapshot_with_RAM: true,
    stale_hours: 1,
    ad_domain_functional_level: 'Win2012R2',
    ad_forest_functional_level: 'WinThreshold',
    ad_domain_admin: 'a',
    ad_domain_admin_password: 'a',
    ad_domain_user: 'a',
    ad_domain_user_password: 'a',
    ad_domain_safe_mode_password: 'a',
    timezone: 'UTC',
    enable_dynamic_wallpaper: true,
    target_node: 'pve1',
  },
  network: {
    inter_vlan_default: 'REJECT',
    external_default: 'ACCEPT',
    wireguard_vlan_default: 'DROP',
    always_blocked_networks: ['192.168.1.0/24', 'anything'],
    rules: [
      {
        name: 'a',
        vlan_src: 10,
        ip_last_octet_src: '1-2',
        vlan_dst: 'public',
        ip_last_octet_dst: 3,
        protocol: 'tcp',
        ports: '1:80, 90',
        action: 'DROP',
      },
    ],
  },
  global_role_vars: [1],
  notify: { urls: ['ntfy://x'], more: 1 },
  ludus_extensions: { lanista: { range_number: 3 } },
}

type Container = Record<string, unknown> | unknown[]

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null

/** Every map and list inside a value, the value itself first. */
const containersOf = (value: unknown): readonly Container[] =>
  isContainer(value) ? [value, ...Object.values(value).flatMap(containersOf)] : []

const KEYS = [
  ...new Set(containersOf(everyKey).flatMap((container) => (Array.isArray(container) ? [] : Object.keys(container)))),
  'memroy',
  '__proto__',
  'constructor',
  'item',
]

/** Not infinity, which ajv takes for a whole number and JSON, in which Ludus hands a file on, has no word for. */
const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  1,
  2,
  253,
  254,
  255,
  256,
  4.5,
  -1,
  0.4,
  0.5,
  512,
  513,
  4096,
  4097,
  65_535,
  65_536,
  51_820,
  2019,
  1e300,
  Number.NaN,
  '',
  'x',
  'all',
  'public',
  'wireguard',
  '1-2',
  '1:2',
  '80, 443',
  '80,',
  '10.0.0.0/8',
  '999.1.1.1/99',
  'ACCEPT',
  'accept',
  'member',
  'primary-dc',
  'alt-dc',
  '64bit',
  'Win2025',
  'disable_defender',
  '2019',
  [],
  {},
  ['x'],
  [1],
  [2.5],
  [null],
  [[]],
  [{}],
  [{ name: 'x' }],
  [{ name: 'x', depends_on: [{}] }],
  { name: 'x' },
  { packages: [] },
  { packages: [1] },
  { enabled: true },
  { urls: [] },
  { fqdn: 'a', role: 'member' },
  { snapshot: true },
  { gpos: ['disable_defender'] },
  { autologon_user: 'a' },
]

/** One change somewhere in a value: set, remove or rename a key, or drop, repeat or replace a list's item. */
const mutation = fc
  .record({
    place: fc.nat(),
    slot: fc.nat(),
    key: fc.constantFrom(...KEYS),
    value: fc.constantFrom(...VALUES),
    kind: fc.constantFrom('set', 'set', 'add', 'remove', 'rename', 'repeat'),
  })
  .map(({ place, slot, key, value, kind }) => (root: unknown): unknown => {
    const containers = containersOf(root)
    const container = containers[place % Math.max(1, containers.length)]
    if (container === undefined) return value
    if (Array.isArray(container)) {
      const at = slot % Math.max(1, container.length)
      if (kind === 'remove') container.splice(at, 1)
      else if (kind === 'repeat') container.push(structuredClone(container[at]))
      else container[at] = structuredClone(value)
      return root
    }
    const keys = Object.keys(container)
    const present = keys[slot % Math.max(1, keys.length)] ?? key
    const put = (name: string, content: unknown): unknown =>
      Object.defineProperty(container, name, {
        value: structuredClone(content),
        enumerable: true,
        configurable: true,
        writable: true,
      })
    if (kind === 'add') put(key, value)
    else if (kind === 'set' || kind === 'repeat') put(present, value)
    else {
      const content = Object.hasOwn(container, present) ? container[present] : value
      delete container[present]
      if (kind === 'rename') put(key, content)
    }
    return root
  })
