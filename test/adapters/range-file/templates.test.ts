import { expect } from 'chai'
import { parseRange } from '../../../adapters/parse-range.ts'
import { diagnosticLine } from '../../../model/diagnostic.ts'

/** A range of one VM with that host name in line 3, and further lines from line 10 on. */
const range = (hostname: string, more = ''): string => `ludus:
  - vm_name: a
    hostname: ${hostname}
    template: t
    vlan: 10
    ip_last_octet: 1
    ram_gb: 1
    cpus: 1
    linux: true
${more}`

const read = (text: string) => parseRange({ text, file: 'JD.yml', rangeId: 'JD' })

/** The VM's host name and groups, or what is wrong. */
const outcome = (text: string): string => {
  const found = read(text)
  if (found.kind === 'invalid') return found.diagnostics.map(diagnosticLine).join('\n')
  const [vm] = found.spec.vms
  return [vm?.hostname, ...(vm?.ansibleGroups ?? [])].join(' ')
}

const quote = (expression: string) =>
  `${expression} is not in quotes, so YAML reads it as a map; quote it: "${expression}"`
const only = 'write the value out; only {{ range_id }} is filled in here'
const meant = 'did you mean {{ range_id }}?'

describe('template expressions', () => {
  const rows: readonly (readonly [situation: string, text: string, outcome: string])[] = [
    ['fills in without blanks', range('"{{range_id}}-a"'), 'JD-a'],
    ['fills in with several blanks', range("'{{   range_id }}'"), 'JD'],
    ['fills in twice', range('"{{ range_id }}{{range_id}}"'), 'JDJD'],
    ['fills in text that needs no quotes', range('a-{{ range_id }}'), 'a-JD'],
    ['fills in a folded text', range('>-\n      {{ range_id }}-x'), 'JD-x'],
    ['fills in list items', range('a', '    ansible_groups: ["{{ range_id }}_x", y]\n'), 'a JD_x y'],
    [
      'names an expression with a filter',
      range('"{{ range_id | lower }}"'),
      `JD.yml:3:15: ludus[0].hostname has the template expression {{ range_id | lower }}; ${meant}`,
    ],
    [
      'names one that trims blanks',
      range('"{{- range_id -}}"'),
      `JD.yml:3:15: ludus[0].hostname has the template expression {{- range_id -}}; ${meant}`,
    ],
    [
      'names another variable',
      range('"x-{{ range_second_octet }}"'),
      `JD.yml:3:15: ludus[0].hostname has the template expression {{ range_second_octet }}; ${only}`,
    ],
    [
      'names one that is never closed',
      range('"{{ range_id }"'),
      `JD.yml:3:15: ludus[0].hostname has the template expression {{ range_id }; ${meant}`,
    ],
    [
      'names an empty one',
      range('"{{ }}"'),
      `JD.yml:3:15: ludus[0].hostname has the template expression {{ }}; ${only}`,
    ],
    [
      'names one in a list item',
      range('a', '    ansible_groups:\n      - b\n      - "{{ x }}"\n'),
      `JD.yml:12:9: ludus[0].ansible_groups[1] has the template expression {{ x }}; ${only}`,
    ],
    [
      'names one in the router and in the defaults',
      range('a', 'router: { template: "{{ x }}" }\ndefaults: { target_node: "{{ y }}" }\n'),
      `JD.yml:10:21: router.template has the template expression {{ x }}; ${only}\nJD.yml:11:26: defaults.target_node has the template expression {{ y }}; ${only}`,
    ],
    [
      'names one with a terminal escape without sending it',
      range('"{{ \\e[31m }}"'),
      `JD.yml:3:15: ludus[0].hostname has the template expression {{ \\u{1b}[31m }}; ${only}`,
    ],
    ['asks for quotes around the whole value', range('{{ range_id }}'), `JD.yml:3:15: ${quote('{{ range_id }}')}`],
    [
      'asks for quotes around a filter',
      range('{{ range_id | lower }}'),
      `JD.yml:3:15: ${quote('{{ range_id | lower }}')}`,
    ],
    [
      'asks for quotes where text follows',
      range('{{ range_id }}-dc'),
      'JD.yml:3:29: {{ range_id }}-dc is not in quotes; quote it: "{{ range_id }}-dc"',
    ],
    [
      'asks for quotes in a list item',
      range('a', '    ansible_groups:\n      - {{ range_id }}\n'),
      `JD.yml:11:9: ${quote('{{ range_id }}')}`,
    ],
    [
      'asks for quotes in a list item where text follows',
      range('a', '    ansible_groups:\n      - {{ range_id }}_x\n'),
      'JD.yml:11:23: {{ range_id }}_x is not in quotes; quote it: "{{ range_id }}_x"',
    ],
    [
      'asks for quotes in a list on one line',
      range('a', '    ansible_groups: [{{ range_id }}]\n'),
      `JD.yml:10:22: ${quote('{{ range_id }}')}`,
    ],
    [
      'asks for quotes in a map on one line',
      range('a', 'router: { vm_name: {{ range_id }} }\n'),
      `JD.yml:10:20: ${quote('{{ range_id }}')}`,
    ],
    [
      'asks for quotes in a nested map',
      range('a', '    domain:\n      fqdn: {{ range_id }}\n      role: member\n'),
      `JD.yml:11:13: ${quote('{{ range_id }}')}`,
    ],
    [
      'asks for quotes in variables of roles, where Ludus refuses it too',
      range('a', '    role_vars:\n      deep:\n        - x: {{ other }}\n'),
      `JD.yml:12:15: ${quote('{{ other }}')}`,
    ],
    [
      'asks for quotes in the variables of all roles',
      range('a', 'global_role_vars: { x: {{ other }}, y: [{{ more }}] }\n'),
      `JD.yml:10:25: ${quote('{{ other }}')}\nJD.yml:10:42: ${quote('{{ more }}')}`,
    ],
    [
      'says that a map can not be a key',
      range('a', 'global_role_vars:\n  ? [a, b]\n  : c\n'),
      'JD.yml:11:5: a map or list is the key of a map here, which Ludus refuses; use text as the key',
    ],
    [
      'leaves quoted ones alone in variables of roles, as values and as keys',
      range('a', 'global_role_vars: { "{{ x }}": "{{ y }}", z: ["{{ range_id | lower }}"] }\n'),
      'a',
    ],
    ['leaves the DNS names alone', range('a', '    dns_rewrites: ["*.{{ x }}"]\n'), 'a'],
  ]
  for (const [situation, text, expected] of rows) it(situation, () => expect(outcome(text)).to.equal(expected))

  it('are told fifty times at most', () => {
    const found = read(range('a', `    ansible_groups: [${'"{{ b }}", '.repeat(3000)}]\n`))
    expect(found.kind === 'invalid' && found.diagnostics).to.have.length(50)
  })

  it('is an unknown key where it stands as a key, quoted or not', () => {
    expect(outcome(range('a', '    "{{ range_id }}": x\n'))).to.match(
      /^JD.yml:10:5: unknown key \{\{ range_id \}\} in ludus\[0\]/,
    )
    expect(outcome(range('a', '    {{ range_id }}: x\n'))).to.match(/^JD.yml:10:5: \{\{ range_id \}\}.* not in quotes/)
  })
})
