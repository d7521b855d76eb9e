import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { demandOf } from '../../reconcilers/placement/demand.ts'
import * as fc from 'fast-check'
import { parseRange } from '../../adapters/parse-range.ts'
import { diagnosticLine } from '../../model/diagnostic.ts'
import type { RangeSpec } from '../../model/range-spec.ts'
import { cases, isLong, itLong, runs } from '../runner/long-runs.ts'

const parse = (text: string, rangeId = 'JD') => parseRange({ text, file: 'JD.yml', rangeId })

const specOf = (text: string, rangeId?: string): RangeSpec => {
  const read = parse(text, rangeId)
  if (read.kind === 'invalid') throw new Error(read.diagnostics.map(diagnosticLine).join('\n'))
  return read.spec
}

const linesOf = (text: string, rangeId?: string): readonly string[] => {
  const read = parse(text, rangeId)
  return read.kind === 'ok' ? [] : read.diagnostics.map(diagnosticLine)
}

/** A valid range of one Linux VM in lines 1 to 9; `more` starts in line 10. */
const range = (more = ''): string => `ludus:
  - vm_name: "{{ range_id }}-dc"
    hostname: dc
    template: debian-12
    vlan: 10
    ip_last_octet: 11
    ram_gb: 4
    cpus: 2
    linux: true
${more}`

const otherVm = (name: string, more: string): string =>
  `  - { vm_name: ${name}, template: t, ram_gb: 1, cpus: 1, linux: true, ${more} }\n`

/** Files that follow Ludus' schema and that it refuses when they are deployed. */
const REFUSED_AT_DEPLOYMENT: Readonly<Record<string, RegExp>> = {
  'depends-on-circular.yml': /^JD.yml:29:13: depends_on goes round in a circle[^\n]*$/,
  'depends-on-not-found.yml': /^JD.yml:46:19: depends_on: vm JD-ad-dc-win2022-server-x64-1 has no role[^\n]*$/,
}

describe('parseRange', () => {
  describe('what a good file becomes', () => {
    it('fills in range id, units and defaults', () => {
      const [vm] = specOf(
        range('    ram_min_gb: 0.5\n    target_node: "{{range_id}}-node"\n    ansible_groups: ["{{ range_id }}_x"]\n'),
      ).vms
      expect(vm).to.deep.equal({
        role: 'vm',
        name: 'JD-dc',
        otherNames: [],
        unsaid: [],
        hostname: 'dc',
        template: 'debian-12',
        address: { vlan: 10, lastOctet: 11 },
        cpus: 2,
        memoryMiB: 4096,
        balloonMiB: 512,
        os: 'linux',
        domainController: false,
        fullClone: false,
        targetNode: 'JD-node',
        ansibleGroups: ['JD_x'],
        wishes: [],
      })
    })

    it("gives the router Ludus' defaults", () => {
      expect(specOf('ludus: []\n').router).to.deep.equal({
        role: 'router',
        name: 'JD-router-debian11-x64',
        otherNames: ['JD-router-debian13-x64', 'JD-router-debian12-x64'],
        unsaid: ['name', 'template'],
        hostname: 'JD-router',
        template: 'debian-11-x64-server-template',
        address: { vlan: 1, lastOctet: 254 },
        cpus: 2,
        memoryMiB: 2048,
        balloonMiB: 512,
        os: 'linux',
        domainController: false,
        fullClone: false,
        targetNode: undefined,
        ansibleGroups: [],
        wishes: [],
      })
    })

    it('takes what the router says, without ballooning where only the memory is given', () => {
      const { router } = specOf('ludus: []\nrouter: { vm_name: "{{ range_id }}-r", ram_gb: 1.3, target_node: pve2 }\n')
      expect(router).to.include({ name: 'JD-r', memoryMiB: 1331, balloonMiB: 0, targetNode: 'pve2' })
      expect(specOf('ludus: []\nrouter: { ram_min_gb: 1 }\n').router.balloonMiB).to.equal(1024)
      expect(specOf('ludus: []\nrouter: { cpus: 4 }\n').router.balloonMiB).to.equal(512)
    })

    it('finds its router under no name that one of its VMs has', () => {
      const named = otherVm('"{{ range_id }}-router-debian12-x64"', 'hostname: h, vlan: 2, ip_last_octet: 1')
      expect(specOf(`ludus:\n${named}`).router.otherNames).to.deep.equal(['JD-router-debian13-x64'])
    })

    it('lets a VM balloon only where ram_min_gb is given', () => {
      const [entry] = specOf(
        'ludus: [{ vm_name: v, hostname: v, template: t, vlan: 2, ip_last_octet: 1, ram_gb: 8, cpus: 1, linux: true }]\n',
      ).vms
      expect(entry).to.include({ memoryMiB: 8192, balloonMiB: 0 })
    })

    it('counts a router with memory of its own choice with all of it', () => {
      const { router } = specOf('ludus: []\nrouter: { ram_gb: 8 }\n')
      const counting = { storage: 'shared', placement: { ballooning: 'minimum' as const } }
      expect(demandOf(router, 0, counting).memoryBytes).to.equal(8 * 1024 ** 3)
    })

    it('takes number and node of the range, and the operating systems', () => {
      const vms = ['windows: {}', 'linux: { packages: [] }', 'macOS: true'].map(
        (os, index) =>
          `  - { vm_name: v${index}, hostname: v${index}, template: t, vlan: 2, ip_last_octet: ${index + 1}, ram_gb: 1, cpus: 1, ${os} }\n`,
      )
      const spec = specOf(
        `ludus:\n${vms.join('')}defaults: { target_node: pve1 }\nludus_extensions: { lanista: { range_number: 7 } }\n`,
      )
      expect([spec.number, spec.targetNode, spec.vms.map(({ os }) => os)]).to.deep.equal([
        7,
        'pve1',
        ['windows', 'linux', 'macos'],
      ])
    })

    it('knows the controllers of a Windows domain', () => {
      const vms = ['primary-dc', 'alt-dc', 'member'].map(
        (role, index) =>
          `  - { vm_name: v${index}, hostname: v${index}, template: t, vlan: 2, ip_last_octet: ${index + 1}, ram_gb: 1, cpus: 1, windows: {}, domain: { fqdn: a.b, role: ${role} } }\n`,
      )
      const controllers = specOf(`ludus:\n${vms.join('')}`).vms.map(({ domainController }) => domainController)
      expect(controllers).to.deep.equal([true, true, false])
    })

    it('reads CRLF, a byte order mark, anchors and merge keys, and a closing ...', () => {
      expect(specOf(range().replaceAll('\n', '\r\n')).vms).to.have.length(1)
      expect(specOf(`\uFEFF${range()}`).vms).to.have.length(1)
      expect(specOf(`${range()}...\n`).vms).to.have.length(1)
      const merged = `ludus:
  - &base { vm_name: a, hostname: a, template: t, vlan: 10, ip_last_octet: 11, ram_gb: 4, cpus: 2, linux: true }
  - <<: *base
    vm_name: b
    hostname: b
    ip_last_octet: 12
`
      expect(specOf(merged).vms.map(({ name, address, cpus }) => [name, address.lastOctet, cpus])).to.deep.equal([
        ['a', 11, 2],
        ['b', 12, 2],
      ])
    })

    it('leaves template expressions alone in the fields that only Ludus reads', () => {
      expect(
        parse(range('    primary_dns_server: 10.{{ range_second_octet }}.10.11\n    role_vars: { a: "{{ b }}" }\n'))
          .kind,
      ).to.equal('ok')
    })
  })

  describe('what is not YAML', () => {
    const cases: readonly (readonly [string, string, string])[] = [
      ['an empty file', '', 'JD.yml: the file is empty; write a range into it'],
      ['a file of comments', '# x\n', 'JD.yml: the file is empty; write a range into it'],
      [
        'a list',
        '- a\n',
        'JD.yml: this is no range file: it is a list, and a range is a map with the key ludus; take it out of the folder of range files, which has a file for each range and nothing else',
      ],
      [
        'a quote that is never closed, where it opens',
        range('    dns_rewrites: ["x]\n'),
        'JD.yml:10:20: the quote opened here is never closed; close it',
      ],
      [
        'tabs',
        range('\tfull_clone: true\n'),
        'JD.yml:10:1: not valid YAML: Tabs are not allowed as indentation; indent with spaces, here and in all other lines',
      ],
      [
        'a key without a colon',
        range().replace('linux: true', 'linux'),
        'JD.yml:9:5: not valid YAML: Implicit map keys need to be followed by map values; put a `:` and a blank between key and value',
      ],
      [
        'a colon too many',
        range('    unmanaged: a: b\n'),
        'JD.yml:10:16: not valid YAML: Nested mappings are not allowed in compact mappings; put the text in quotes, or the inner key on a line of its own',
      ],
      [
        'a key said twice',
        range('    cpus: 4\n'),
        'JD.yml:10:5: the key cpus is here twice in one map; remove one of them',
      ],
      [
        'two documents',
        `${range()}---\nludus: []\n`,
        'JD.yml:10:1: a second YAML document starts here; remove the `---`, or make it two files',
      ],
      [
        'an alias to nothing',
        range('    roles: *none\n'),
        'JD.yml:10:12: the alias *none has no anchor before it; define it with &',
      ],
      [
        '{{ range_id }} without quotes',
        'ludus: {{ range_id }}\n',
        'JD.yml:1:8: {{ range_id }} is not in quotes, so YAML reads it as a map; quote it: "{{ range_id }}"',
      ],
      [
        '{{ range_id }}-dc without quotes',
        range().replace('"{{ range_id }}-dc"', '{{ range_id }}-dc'),
        'JD.yml:2:28: {{ range_id }}-dc is not in quotes; quote it: "{{ range_id }}-dc"',
      ],
    ]
    for (const [title, text, line] of cases) it(`places ${title}`, () => expect(linesOf(text)[0]).to.equal(line))
  })

  describe('what the schema refuses', () => {
    const cases: readonly (readonly [string, string, string])[] = [
      [
        'a misspelt key',
        range('    hostnmae: x\n'),
        'JD.yml:10:5: unknown key hostnmae in ludus[0]; did you mean hostname?',
      ],
      [
        'a misspelt key at the top',
        range('networks: {}\n'),
        'JD.yml:10:1: unknown key networks; did you mean network?',
      ],
      [
        'a misspelt key where there is a choice',
        range().replace('true', '{ pakages: [] }'),
        'JD.yml:9:14: unknown key pakages in ludus[0].linux; did you mean packages?',
      ],
      [
        'a wrong value inside the choice that was made',
        range('    roles:\n      - name: 3\n'),
        'JD.yml:11:15: ludus[0].roles[0].name is 3, must be text; put it in quotes',
      ],
      [
        'a missing key, at what lacks it',
        range('    testing: { snapshot: true }\n'),
        'JD.yml:10:14: ludus[0].testing lacks the key block_internet; add it',
      ],
      [
        'a number for text',
        range().replace('hostname: dc', 'hostname: 12'),
        'JD.yml:3:15: ludus[0].hostname is 12, must be text; put it in quotes',
      ],
      [
        'an empty value',
        range().replace('hostname: dc', 'hostname:'),
        'JD.yml:3:14: ludus[0].hostname is empty, must be text',
      ],
      [
        'a number out of bounds',
        range().replace('vlan: 10', 'vlan: 256'),
        'JD.yml:5:11: ludus[0].vlan is 256, must be a whole number from 2 to 255',
      ],
      [
        'a fraction',
        range().replace('cpus: 2', 'cpus: 2.5'),
        'JD.yml:8:11: ludus[0].cpus is 2.5, must be a whole number from 1 to 512',
      ],
      ['a map for a list', 'ludus:\n  vm_name: x\n', 'JD.yml:2:3: ludus is a map, must be a list'],
      [
        'a second operating system',
        range('    windows: {}\n'),
        'JD.yml:9:5: ludus[0].linux comes on top of windows; a VM has exactly one of windows, linux and macOS',
      ],
      [
        'no operating system',
        range().replace('    linux: true\n', ''),
        'JD.yml:2:5: ludus[0] says no operating system; a VM has exactly one of windows, linux and macOS',
      ],
      [
        'a word that is no choice',
        range('network: { inter_vlan_default: accept }\n'),
        'JD.yml:10:32: network.inter_vlan_default is "accept", must be ACCEPT, REJECT or DROP; did you mean ACCEPT?',
      ],
      [
        'a range number out of bounds',
        range('ludus_extensions: { lanista: { range_number: 154 } }\n'),
        'JD.yml:10:46: ludus_extensions.lanista.range_number is 154, must be a whole number from 1 to 153',
      ],
      [
        'a password without showing it',
        range('defaults: { ad_domain_user_password: 1234 }\n'),
        'JD.yml:10:38: defaults.ad_domain_user_password is a number, must be text; put it in quotes',
      ],
      [
        'a terminal escape without sending it',
        range('    "\\e[31mx\\n": 1\n'),
        'JD.yml:10:5: unknown key \\u{1b}[31mx\\n in ludus[0]; remove it; allowed are',
      ],
    ]
    for (const [title, text, line] of cases)
      it(`places ${title}`, () =>
        expect(linesOf(text).map((found) => found.slice(0, line.length))).to.deep.equal([line]))

    it('reports the problems of all VMs in one go', () => {
      const text = range(otherVm('b', 'hostname: b, vlan: 1, ip_last_octet: 254').replace('cpus: 1', 'cpus: 0'))
      expect(linesOf(text)).to.have.length(3)
    })

    it('stops counting after fifty problems', () => {
      const many = isLong ? 5000 : 500
      const text = `ludus:\n${'  - 1\n'.repeat(many)}`
      expect(linesOf(text)).to.have.length(50)
      expect(linesOf(`ludus: []\n${Array.from({ length: many }, (_, i) => `k${i}: 1\n`).join('')}`)).to.have.length(50)
    })
  })

  describe('what the schema can not say', () => {
    const cases: readonly (readonly [string, string, readonly string[]])[] = [
      [
        'a VM name that is there twice once filled in',
        range(otherVm('JD-dc', 'hostname: b, vlan: 10, ip_last_octet: 12')),
        ['JD.yml:10:16: vm_name JD-dc is taken by ludus[0] (JD-dc); give each its own'],
      ],
      [
        'a VM that is named like the router',
        range(otherVm('JD-router-debian11-x64', 'hostname: b, vlan: 10, ip_last_octet: 12')),
        ['JD.yml:10:16: vm_name JD-router-debian11-x64 is taken by the router; give each its own'],
      ],
      [
        'an address that is there twice',
        range(otherVm('b', 'hostname: b, vlan: 10, ip_last_octet: 11')),
        ['JD.yml:10:103: VLAN and ip_last_octet 10.11 is taken by ludus[0] (JD-dc); give each its own'],
      ],
      [
        'a name that Proxmox refuses',
        range().replace('range_id }}-dc', 'range_id }}_dc'),
        [
          'JD.yml:2:14: Proxmox takes no VM name "JD_dc": letters, digits, hyphens and dots are allowed, and each part starts and ends with a letter or digit; change vm_name',
        ],
      ],
      [
        'a balloon above the memory',
        range('    ram_min_gb: 8\n'),
        ['JD.yml:10:17: ludus[0].ram_min_gb is more than ram_gb; lower ram_min_gb, or raise ram_gb'],
      ],
      [
        'a number that Ludus reads as octal',
        range().replace('vlan: 10', 'vlan: 010'),
        ['JD.yml:5:11: ludus[0].vlan is 010, which Ludus reads as the octal number 8; write a plain decimal number'],
      ],
      [
        'a template expression that it can not fill in',
        range('    target_node: "{{ node }}"\n'),
        [
          'JD.yml:10:18: ludus[0].target_node has the template expression {{ node }}; write the value out; only {{ range_id }} is filled in here',
        ],
      ],
      [
        'a misspelt template expression',
        range().replace('hostname: dc', "hostname: '{{ RANGE_ID }}'"),
        ['JD.yml:3:15: ludus[0].hostname has the template expression {{ RANGE_ID }}; did you mean {{ range_id }}?'],
      ],
      [
        'Jinja that is no expression',
        range().replace('hostname: dc', "hostname: 'a{% if x %}b'"),
        [
          'JD.yml:3:15: ludus[0].hostname has the template expression a{% if x %}b; write the value out; only {{ range_id }} is filled in here',
        ],
      ],
    ]
    for (const [title, text, lines] of cases) it(`refuses ${title}`, () => expect(linesOf(text)).to.deep.equal(lines))

    it('asks for a router name where the range id makes none that Proxmox takes', () => {
      expect(linesOf('ludus: []\n', 'J_D')[0]).to.match(
        /^JD.yml:1:1: Proxmox takes no VM name "J_D-router-debian11-x64".*; give the router a vm_name$/,
      )
    })

    it('takes 31 VLANs, and refuses the first VM on a 32nd', () => {
      const vms = (count: number) =>
        `ludus:\n${Array.from({ length: count }, (_, i) => otherVm(`v${i}`, `hostname: v${i}, vlan: ${i + 2}, ip_last_octet: 1`)).join('')}`
      expect(parse(vms(31)).kind).to.equal('ok')
      expect(linesOf(vms(33))).to.have.length(1)
      expect(linesOf(vms(33))[0]).to.match(/^JD\.yml:33:\d+: VLAN 33 is one more than the 31 a router has NICs for/)
    })
  })

  describe('what a hostile file does', () => {
    const nesting = 'JD.yml:1:65: the YAML is nested deeper than 64 levels; check that this is a range file'
    const free = 'ludus: []\nglobal_role_vars:\n'
    const hostile: readonly (readonly [string, string, RegExp | string])[] = [
      // Without a limit this one aborts the whole process from inside V8.
      ['opens thousands of brackets', '['.repeat(50_000), nesting],
      ['nests thousands of lists', `${'- '.repeat(isLong ? 50_000 : 10_000)}a`, /nested deeper than 64 levels/],
      [
        'nests maps by indentation',
        Array.from({ length: 500 }, (_, i) => `${' '.repeat(i)}a:\n`).join(''),
        /nested deeper than 64 levels/,
      ],
      ['is larger than a range can be', ' '.repeat(1024 * 1024 + 1), /larger than 1 MiB/],
      [
        'has more keys than a range can have',
        Array.from({ length: 60_000 }, (_, i) => `k${i}: 1\n`).join(''),
        /more YAML in it than any range needs/,
      ],
      ['has more list items than a range can have', '-\n'.repeat(400_000), /more YAML in it than any range needs/],
      [
        'expands aliases exponentially',
        `a0: &a0 [x, x]\n${Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]\n`).join('')}`,
        /aliases expand to more than any range needs/,
      ],
      ['asks for endless matching', range(`    target_node: "${'{{ '.repeat(30_000)}"\n`), /template expression/],
      [
        'asks for endless matching of blanks',
        range(`    target_node: "{{${' '.repeat(100_000)}"\n`),
        /template expression/,
      ],
      ['is one line of colons', `a: ${': {{'.repeat(200_000)}`, /more YAML in it/],
      [
        'merges one small map ten thousand times',
        `${free}  b: &b { x: 1 }\n${Array.from({ length: 10_000 }, (_, i) => `  m${i}: { <<: *b }\n`).join('')}`,
        /aliases expand to more than any range needs/,
      ],
      [
        'merges one small map ten thousand times into one',
        `${free}  b: &b { x: 1 }\n  c: { ${'<<: *b, '.repeat(10_000)} }\n`,
        /aliases expand to more than any range needs/,
      ],
      [
        'merges a large map as often as it may',
        `${free}  b: &b { ${Array.from({ length: 15_000 }, (_, i) => `k${i}: 1`).join(', ')} }\n${Array.from({ length: 990 }, (_, i) => `  m${i}: { <<: *b }\n`).join('')}`,
        /^JD\.yml:9:13: aliases expand to more than any range needs/,
      ],
      [
        'uses each of many anchors often',
        `${free}${Array.from({ length: 45 }, (_, i) => `  a${i}: &a${i} 1\n`).join('')}  l: [${Array.from({ length: 45_000 }, (_, i) => `*a${i % 45}`).join(', ')}]\n`,
        /^JD\.yml:48:2\d{4}: aliases expand to more than any range needs/,
      ],
      [
        'merges maps that merge maps',
        `${free}  m0: &m0 { x: 1 }\n${Array.from({ length: 40 }, (_, i) => `  m${i + 1}: &m${i + 1} { <<: [*m${i}, *m${i}] }\n`).join('')}`,
        /aliases expand to more than any range needs/,
      ],
      ['contains itself', 'ludus: &a [*a]\n', /stands inside of what it stands for/],
      ['says __proto__', range('    __proto__: { full_clone: true }\n'), /unknown key __proto__/],
    ]
    // Beside others of their kind they take long.
    const long = new Set([
      'merges one small map ten thousand times',
      'merges one small map ten thousand times into one',
      'merges a large map as often as it may',
      'uses each of many anchors often',
    ])
    for (const [title, text, finding] of cases(hostile, ([title]) => !long.has(title)))
      it(`is refused when it ${title}`, () => {
        const [line = ''] = linesOf(text)
        if (typeof finding === 'string') expect(line).to.equal(finding)
        else expect(line).to.match(finding)
      })

    itLong('is read as quickly as without when it says all its VMs through one alias', () => {
      const vm = (index: number): string =>
        `{ vm_name: v${index}, hostname: v${index}, template: t, vlan: ${10 + (index % 20)}, ip_last_octet: ${1 + Math.floor(index / 20)}, ram_gb: 1, cpus: 1, linux: true }`
      const count = isLong ? 1300 : 400
      const vms = Array.from({ length: count }, (_, index) => `    - ${vm(index)}\n`).join('')
      expect(specOf(`ludus_extensions:\n  all: &all\n${vms}ludus: *all\n`).vms).to.have.length(count)
    })

    it('never makes it throw, and every place is inside the file', () => {
      const pieces = [
        'ludus:',
        '\n',
        '  ',
        '- ',
        'vm_name: ',
        '"',
        "'",
        '{{ range_id }}',
        '{',
        '}',
        '[',
        ']',
        ':',
        ' ',
        '#',
        '&a ',
        '*a',
        '<<: ',
        '!x ',
        '|',
        '>',
        '\t',
        '\r\n',
        '---',
        '...',
        '%YAML 1.1',
        '\0',
        'é',
        '💥',
        'linux: true',
        'cpus: 2',
      ]
      fc.assert(
        fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 40 }), (parts) => {
          const text = parts.join('')
          const read = parse(text)
          if (read.kind === 'ok') return
          expect(read.diagnostics).not.to.be.empty
          const lines = text.split('\n')
          for (const { line, column, finding } of read.diagnostics) {
            expect(finding).not.to.match(/\p{Cc}/u)
            if (line === undefined || column === undefined) continue
            expect(line).to.be.within(1, lines.length)
            expect(column).to.be.within(1, (lines[line - 1] ?? '').length + 2)
          }
        }),
        { numRuns: runs(2000) },
      )
    })
  })

  it('reads every file from the field that Ludus deploys, and refuses the others for what Ludus says of them', function () {
    const folder = join('..', 'shared', 'ranges', 'valid')
    if (!existsSync(folder)) {
      console.log(`      ${folder} is absent: real range files are not tested`)
      this.skip()
    }
    for (const file of readdirSync(folder)) {
      const found = linesOf(readFileSync(join(folder, file), 'utf8'))
      const expected = REFUSED_AT_DEPLOYMENT[file]
      if (expected === undefined) expect(found, file).to.deep.equal([])
      else expect(found.join('\n'), file).to.match(expected)
    }
  })
})
