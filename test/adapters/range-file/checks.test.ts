import { expect } from 'chai'
import { parseRange } from '../../../adapters/parse-range.ts'
import { diagnosticLine } from '../../../model/diagnostic.ts'
import { isLong } from '../../runner/long-runs.ts'

interface Found {
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
}

const check = (text: string, rangeId = 'JD'): Found => {
  const read = parseRange({ text, file: 'JD.yml', rangeId })
  return read.kind === 'ok'
    ? { errors: [], warnings: read.warnings.map(diagnosticLine) }
    : { errors: read.diagnostics.map(diagnosticLine), warnings: [] }
}

/** A VM of one line, which differs from all others by its octet; `keys` come last and start in column 43 or later. */
const vm = (name: string, octet: number, keys: string): string =>
  `  - { vm_name: ${name}, vlan: 10, ip_last_octet: ${octet}, template: t, ram_gb: 4, cpus: 1, ${keys} }\n`
const linux = (name: string, octet: number, keys = `hostname: ${name}`): string =>
  vm(name, octet, `linux: true, ${keys}`)
const windows = (name: string, octet: number, hostname: string, fqdn?: string): string =>
  vm(
    name,
    octet,
    `windows: {}, hostname: ${hostname}${fqdn === undefined ? '' : `, domain: { fqdn: ${fqdn}, role: member }`}`,
  )
/** The first VM is in line 2. */
const range = (...vms: readonly string[]): string => `ludus:\n${vms.join('')}`
/** A VM in nine lines with its roles, of which the first is in the tenth of the VM. */
const withRoles = (name: string, octet: number, ...roles: readonly string[]): string =>
  [
    `  - vm_name: ${name}`,
    `    hostname: h${octet}`,
    '    vlan: 10',
    `    ip_last_octet: ${octet}`,
    '    template: t',
    '    ram_gb: 4',
    '    cpus: 1',
    '    linux: true',
    `    roles:${roles.length === 0 ? ' []' : ''}`,
    ...roles.map((role) => `      - ${role}`),
    '',
  ].join('\n')
const waiting = (role: string, ...others: readonly (readonly [string, string])[]): string =>
  `{ name: ${role}, depends_on: [${others.map(([name, needed]) => `{ vm_name: ${name}, role: ${needed} }`).join(', ')}] }`

type Row = readonly [situation: string, text: string, lines: readonly string[]]

describe('checks beyond the schema', () => {
  describe('refuses', () => {
    const rows: readonly Row[] = [
      [
        'host names of two VMs that are the same',
        range(linux('a', 1, 'hostname: x'), linux('b', 2, 'hostname: x')),
        ['JD.yml:3:103: hostname x is taken by ludus[0] (a); give each its own'],
      ],
      [
        'host names that are the same once the range id is filled in',
        range(linux('a', 1, 'hostname: "{{ range_id }}-x"'), linux('b', 2, 'hostname: JD-x')),
        ['JD.yml:3:103: hostname JD-x is taken by ludus[0] (a); give each its own'],
      ],
      [
        'host names that are the same, beside one that differs from both only in case',
        range(linux('a', 1, 'hostname: x'), linux('b', 2, 'hostname: X'), linux('c', 3, 'hostname: X')),
        ['JD.yml:4:103: hostname X is taken by ludus[1] (b); give each its own'],
      ],
      [
        'host names of two VMs that are the same, and that of the router by default',
        range(linux('a', 1, 'hostname: JD-router'), linux('b', 2, 'hostname: JD-router')),
        ['JD.yml:3:103: hostname JD-router is taken by ludus[0] (a); give each its own'],
      ],
      [
        "a router's name that a VM has, at the router where it says so",
        `${range(linux('a', 1))}router: { vm_name: a }\n`,
        ['JD.yml:3:20: vm_name a is taken by ludus[0] (a); give each its own'],
      ],
      [
        "a router's host name that a VM has, at the router where it says so",
        `${range(linux('a', 1))}router: { hostname: a }\n`,
        ['JD.yml:3:21: hostname a is taken by ludus[0] (a); give each its own'],
      ],
      [
        'Windows names of one domain that agree in the first 15 characters, whatever their case',
        range(
          windows('a', 1, 'WORKSTATION-ACCOUNTING-1', 'lab.local'),
          windows('b', 2, 'workstation-accounting-2', 'LAB.local'),
        ),
        [
          'JD.yml:3:103: hostname workstation-accounting-2 is WORKSTATION-ACC to Windows, as is that of ludus[0] (a) in the domain LAB.local; make the first 15 characters differ; case does not count',
        ],
      ],
      [
        'Windows names of one domain that differ only in case',
        range(windows('a', 1, 'DC01', 'lab.local'), windows('b', 2, 'dc01', 'lab.local')),
        [
          'JD.yml:3:103: hostname dc01 is DC01 to Windows, as is that of ludus[0] (a) in the domain lab.local; make the first 15 characters differ; case does not count',
        ],
      ],
      [
        'Windows names that a long range id makes the same',
        range(
          windows('a', 1, '"{{ range_id }}-DC01-2022"', 'lab.local'),
          windows('b', 2, '"{{ range_id }}-DC02-2022"', 'lab.local'),
        ).replaceAll('{{ range_id }}', 'A-CLASS-OF-2026'),
        [
          'JD.yml:3:103: hostname A-CLASS-OF-2026-DC02-2022 is A-CLASS-OF-2026 to Windows, as is that of ludus[0] (a) in the domain lab.local; make the first 15 characters differ; case does not count',
        ],
      ],
      [
        'a host name with a part that is longer than DNS takes',
        range(linux('a', 1, `hostname: ${'x'.repeat(64)}`)),
        [`JD.yml:2:103: hostname "${'x'.repeat(64)}" has a part longer than 63 characters; change hostname`],
      ],
      [
        'a host name with a blank',
        range(linux('a', 1, 'hostname: a b')),
        ['JD.yml:2:103: hostname "a b" has a blank or control character in it; change hostname'],
      ],
      [
        'a host name with a terminal escape, without sending it',
        range(linux('a', 1, 'hostname: "a\\e[31m"')),
        ['JD.yml:2:103: hostname "a\\u{1b}[31m" has a blank or control character in it; change hostname'],
      ],
      [
        'an empty host name',
        range(linux('a', 1, 'hostname: ""')),
        ['JD.yml:2:103: hostname "" is empty; change hostname'],
      ],
      [
        'a VM name that is longer than DNS takes once the range id is filled in',
        range(linux(`"{{ range_id }}${'.x'.repeat(126)}"`, 1, 'hostname: a')),
        [
          `JD.yml:2:16: Proxmox takes no VM name "JD${'.x'.repeat(59)}…": letters, digits, hyphens and dots are allowed, and each part starts and ends with a letter or digit; change vm_name`,
        ],
      ],
      [
        'the name of a node with a terminal escape, at VM, router and defaults, without sending it',
        `${range(linux('a', 1, 'hostname: a, target_node: "p\\e[2J"'))}router: { target_node: "p\\u202E" }\ndefaults: { target_node: "p\\n" }\n`,
        [
          'JD.yml:4:26: defaults.target_node "p\\n" has a control character in it; change target_node',
          'JD.yml:3:24: router.target_node "p\\u{202e}" has a control character in it; change target_node',
          'JD.yml:2:119: ludus[0].target_node "p\\u{1b}[2J" has a control character in it; change target_node',
        ],
      ],
      [
        'the name of a template that has no end',
        range(linux('a', 1)).replace('template: t', `template: ${'t'.repeat(300)}`),
        [`JD.yml:2:57: ludus[0].template "${'t'.repeat(40)}…" is longer than 253 characters; change template`],
      ],
      [
        'a dependency on a VM that the range does not have',
        range(withRoles('kali', 1), withRoles('b', 2, waiting('docker', ['kail', 'docker']))),
        ['JD.yml:20:49: depends_on: no VM here is named kail; did you mean kali?'],
      ],
      [
        'a dependency on a role that the VM does not have',
        range(withRoles('kali', 1, 'docker', 'nginx'), withRoles('b', 2, waiting('web', ['kali', 'ngnix']))),
        ['JD.yml:22:58: depends_on: vm kali has no role ngnix; did you mean nginx?'],
      ],
      [
        'a dependency on a VM without roles',
        range(withRoles('kali', 1), withRoles('b', 2, waiting('web', ['kali', 'nginx']))),
        ['JD.yml:20:58: depends_on: vm kali has no role nginx; add it there, or remove the dependency'],
      ],
      [
        'a role that waits for itself',
        range(withRoles('a', 1, waiting('x', ['a', 'x']))),
        ['JD.yml:11:33: depends_on goes round in a circle: x on a -> x on a; take one of them away'],
      ],
      [
        'roles of three VMs that wait for each other, naming all',
        range(
          withRoles('a', 1, waiting('x', ['b', 'y'])),
          withRoles('b', 2, waiting('y', ['"{{range_id}}-c"', 'z'])),
          withRoles('"{{ range_id }}-c"', 3, waiting('z', ['a', 'x'])),
        ),
        [
          'JD.yml:11:33: depends_on goes round in a circle: x on a -> y on b -> z on JD-c -> x on a; take one of them away',
        ],
      ],
      [
        'two circles, each once',
        range(
          withRoles('a', 1, waiting('x', ['b', 'x']), waiting('y', ['b', 'y'])),
          withRoles('b', 2, waiting('x', ['a', 'x']), waiting('y', ['a', 'y'])),
        ),
        [
          'JD.yml:11:33: depends_on goes round in a circle: x on a -> x on b -> x on a; take one of them away',
          'JD.yml:12:33: depends_on goes round in a circle: y on a -> y on b -> y on a; take one of them away',
        ],
      ],
    ]
    for (const [situation, text, lines] of rows)
      it(situation, () => expect(check(text)).to.deep.equal({ errors: lines, warnings: [] }))

    it('a circle of a thousand roles, without naming them all', () => {
      const roles = Array.from({ length: 1000 }, (_, i) => waiting(`r${i}`, ['a', `r${(i + 1) % 1000}`]))
      const { errors } = check(range(withRoles('a', 1, ...roles)))
      expect(errors).to.have.length(1)
      expect(errors[0]).to.match(/r0 on a -> r1 on a .* r7 on a -> 992 more -> r0 on a; take one of them away$/)
    })

    it('no more than fifty problems of one kind, and no more than fifty in all', () => {
      const many = Array.from({ length: isLong ? 3000 : 300 }, (_, i) => linux('a', (i % 250) + 1, 'hostname: x'))
      expect(check(range(...many)).errors).to.have.length(50)
    })
  })

  describe('warns of', () => {
    const rows: readonly Row[] = [
      [
        'a Windows name that Windows will cut off',
        range(windows('a', 1, 'WORKSTATION-ACCOUNTING-1')),
        [
          'JD.yml:2:103: hostname WORKSTATION-ACCOUNTING-1 has 24 characters; Windows cuts it to WORKSTATION-ACC; shorten it to 15',
        ],
      ],
      [
        'host names outside of one domain that differ only in case, which Ludus takes',
        range(linux('a', 1, 'hostname: Web'), linux('b', 2, 'hostname: web')),
        ['JD.yml:3:103: hostname web is taken by ludus[0] (a); give each its own'],
      ],
      [
        'a VM with the host name that the router has by default',
        range(linux('a', 1, 'hostname: JD-router')),
        ['JD.yml:2:103: hostname JD-router is taken by the router; give each its own'],
      ],
      [
        'a host name that is no DNS name',
        range(linux('a', 1, 'hostname: web_1')),
        [
          'JD.yml:2:103: hostname web_1 is no DNS name; use letters, digits and hyphens, and start and end with a letter or digit',
        ],
      ],
    ]
    for (const [situation, text, lines] of rows)
      it(situation, () => expect(check(text)).to.deep.equal({ errors: [], warnings: lines }))
  })

  describe('takes', () => {
    const rows: readonly (readonly [string, string])[] = [
      [
        'Windows names that agree in 15 characters in different domains, and outside of any',
        range(
          windows('a', 1, 'WORKSTATION-ACC-1', 'one.local'),
          windows('b', 2, 'WORKSTATION-ACC-2', 'two.local'),
          windows('c', 3, 'WORKSTATION-ACC-3'),
        ),
      ],
      ['a Windows name of exactly 15 characters', range(windows('a', 1, 'WORKSTATION-ACC'))],
      ['VM names that differ only in case, as Proxmox does', range(linux('a', 1), linux('A', 2, 'hostname: b'))],
      [
        'roles in any order, diamonds, and dependencies on the router',
        `${range(
          withRoles('a', 1, waiting('top', ['a', 'left'], ['b', 'right']), waiting('left', ['b', 'base'])),
          withRoles('b', 2, waiting('right', ['b', 'base'], ['JD-router-debian11-x64', 'dns']), 'base'),
        )}router: { roles: [dns] }\n`,
      ],
      [
        'a dependency on a VM that only Ansible can name',
        range(withRoles('a', 1, waiting('x', ['"{{ other }}"', 'y']))),
      ],
    ]
    for (const [situation, text] of rows) it(situation, () => expect(check(text).errors).to.deep.equal([]))
  })
})
