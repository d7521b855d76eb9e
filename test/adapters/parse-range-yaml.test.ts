import { expect } from 'chai'
import { parseRange } from '../../adapters/parse-range.ts'
import { diagnosticLine } from '../../model/diagnostic.ts'

const parse = (text: string) => parseRange({ text, file: 'JD.yml', rangeId: 'JD' })

const linesOf = (text: string): readonly string[] => {
  const read = parse(text)
  return read.kind === 'ok' ? [] : read.diagnostics.map(diagnosticLine)
}

/** One VM in lines 1 to 9; `more` starts in line 10. */
const range = (more = ''): string => `ludus:
  - vm_name: dc
    hostname: dc
    template: debian-12
    vlan: 10
    ip_last_octet: 11
    ram_gb: 4
    cpus: 2
    linux: true
${more}`

describe("YAML's traps in a range file", () => {
  describe('what works', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['an alias of a list', range('    ansible_groups: &groups [a]\n    dns_rewrites: *groups\n')],
      ['a merge of several maps', range('    role_vars: { <<: [{ a: 1 }, { b: 2 }], c: 3 }\n')],
      ['a second merge in one map', range('    role_vars: { <<: { a: 1 }, <<: { b: 2 } }\n')],
      ['the letters y and n as text', range().replace('hostname: dc', 'hostname: y')],
      ['any words in variables for roles', range('    role_vars: { on: yes, a: { b: off } }\n')],
      ['a closing document mark', range('...\n')],
      ['a comment, a directive and a document mark before it', `# x\n%YAML 1.1\n---\n${range()}`],
      ['tabs after a value and around flow', range('    ansible_groups: [a,\tb]\t# x\n')],
      ['no line end at the end', range().trimEnd()],
      ['a document in one line of JSON', '{"ludus": []}'],
    ]
    for (const [title, text] of cases) it(title, () => expect(linesOf(text)).to.deep.equal([]))
  })

  describe('what does not', () => {
    const cases: readonly (readonly [string, string, string])[] = [
      [
        'on for text, which Ludus reads as true',
        range().replace('hostname: dc', 'hostname: on'),
        'JD.yml:3:15: ludus[0].hostname is on, must be text; put it in quotes',
      ],
      [
        'y for true, which only one of the two parsers of Ludus reads so',
        range('    full_clone: y\n'),
        'JD.yml:10:17: ludus[0].full_clone is "y", must be true or false; write true',
      ],
      [
        '0755 for a number',
        range().replace('ram_gb: 4', 'ram_gb: 0755'),
        'JD.yml:7:13: ludus[0].ram_gb is 0755, which Ludus reads as the octal number 493; write a plain decimal number',
      ],
      [
        'false in quotes',
        range('    full_clone: "false"\n'),
        'JD.yml:10:17: ludus[0].full_clone is "false", must be true or false; write false, without quotes',
      ],
      [
        '08 for a number, which is none to every parser',
        range().replace('ram_gb: 4', 'ram_gb: 08'),
        "JD.yml:7:13: ludus[0].ram_gb is 08, which one of Ludus' parsers takes for text; write a plain decimal number",
      ],
      [
        'a number of base eight',
        range().replace('ram_gb: 4', 'ram_gb: 0o7'),
        "JD.yml:7:13: ludus[0].ram_gb is 0o7, which one of Ludus' parsers takes for text; write a plain decimal number",
      ],
      [
        'a number with an exponent',
        range().replace('ram_gb: 4', 'ram_gb: 1e1'),
        "JD.yml:7:13: ludus[0].ram_gb is 1e1, which one of Ludus' parsers takes for text; write a plain decimal number",
      ],
      [
        '0755 for text',
        range().replace('hostname: dc', 'hostname: 0755'),
        'JD.yml:3:15: ludus[0].hostname is 0755, must be text; put it in quotes',
      ],
      [
        'a tab before a key',
        range('\t\tfull_clone: true\n'),
        'JD.yml:10:1: not valid YAML: Tabs are not allowed as indentation; indent with spaces, here and in all other lines',
      ],
      [
        'a merge of a number, at it',
        range('    <<: 3\n'),
        'JD.yml:10:9: what << merges is not a map; merge an alias of a map: `<<: *name`',
      ],
      [
        'a merge of nothing, at the key',
        range('    <<:\n'),
        'JD.yml:10:5: what << merges is not a map; merge an alias of a map: `<<: *name`',
      ],
      [
        'a merge of an alias of a list of text',
        range('    ansible_groups: &groups [a]\n    <<: *groups\n'),
        'JD.yml:11:9: what << merges is not a map; merge an alias of a map: `<<: *name`',
      ],
      [
        'a merge of an alias of a list of maps',
        range('    role_vars: { a: &maps [{ b: 1 }], c: { <<: *maps } }\n'),
        'JD.yml:10:48: what << merges is not a map; merge an alias of a map: `<<: *name`',
      ],
      [
        'a second merge that is none',
        range('    role_vars: { <<: { a: 1 }, <<: 2 }\n'),
        'JD.yml:10:36: what << merges is not a map; merge an alias of a map: `<<: *name`',
      ],
      [
        'an alias inside of what it stands for',
        range('    role_vars: &a { b: [*a] }\n'),
        'JD.yml:10:25: the alias *a stands inside of what it stands for; write it out',
      ],
      [
        'a version of YAML that Ludus does not take',
        `# x\n%YAML 1.2\n---\n${range()}`,
        'JD.yml:2:1: this says YAML 1.2, and Ludus takes no version but 1.1; remove the line',
      ],
      [
        'a control character',
        range('    dns_rewrites: ["a\u0007"]\n'),
        'JD.yml:10:22: not valid YAML: the control character U+0007 is here; remove it',
      ],
      [
        'a carriage return alone, which is a line break to Ludus',
        range('    roles: # why\r    full_clone: true\n'),
        'JD.yml:10:17: a carriage return without a line feed is here: a line break to Ludus, and none to other programs; end the line with a line feed',
      ],
      [
        'nothing as a key in variables for roles',
        range('    role_vars: { ~: 1 }\n'),
        'JD.yml:10:18: a map has nothing as a key here, which Ludus refuses; give it a name',
      ],
      [
        'an infinite number in variables for roles',
        range('    role_vars: { a: -.inf }\n'),
        'JD.yml:10:21: -.inf is no number that Ludus can save; put it in quotes, or write a finite number',
      ],
      [
        'a merge of an unknown alias',
        range('    <<: *none\n'),
        'JD.yml:10:9: the alias *none has no anchor before it; define it with &',
      ],
      [
        'a wrong value that a merge brings, where it stands',
        range('    <<: { full_clone: 1 }\n'),
        'JD.yml:10:23: ludus[0].full_clone is 1, must be true or false',
      ],
      [
        'a key said twice, once in quotes',
        range('    "cpus": 4\n'),
        'JD.yml:10:5: the key cpus is here twice in one map; remove one of them',
      ],
      [
        'several documents',
        `${range()}---\nludus: []\n---\nludus: []\n`,
        'JD.yml:10:1: a second YAML document starts here; remove the `---`, or make it two files',
      ],
      [
        'a second document that says nothing',
        `${range()}---\n`,
        'JD.yml:10:1: a second YAML document starts here; remove the `---`, or make it two files',
      ],
    ]
    for (const [title, text, line] of cases) it(title, () => expect(linesOf(text)[0]).to.equal(line))
  })

  describe('a lost line break, after what can have nothing more on its line', () => {
    /** A VM without its VLAN, which follows the last role where the line break should be. */
    const lost = (lastRole: string): string =>
      range(`    roles:\n    ${lastRole}vlan: 10\n`).replace('    vlan: 10\n', '')
    const refusal = (place: string, token: string): string =>
      `JD.yml:${place}: not valid YAML: Unexpected ${token} token; put it on a line of its own`

    const cases: readonly (readonly [string, string, string])[] = [
      ['a quoted role', lost('- "a.role"'), refusal('10:15', 'scalar')],
      ['a quoted role and a blank', lost('- "a.role" '), refusal('10:16', 'scalar')],
      ['a role in single quotes', lost("- 'a.role'"), refusal('10:15', 'scalar')],
      ['a role as a map in braces', lost('- { name: a.role }'), refusal('10:23', 'scalar')],
      [
        'a quoted role, the next key quoted as well',
        lost('- "a.role"').replace('vlan', '"vlan"'),
        refusal('10:15', 'double-quoted-scalar'),
      ],
      ['a quoted role, with CRLF', lost('- "a.role"').replaceAll('\n', '\r\n'), refusal('10:15', 'scalar')],
      ['a list in brackets', range('    role_vars:\n      a:\n      - [1, 2]b: c\n'), refusal('12:15', 'scalar')],
      ['a VM in braces', 'ludus:\n- { vm_name: a }router: { vm_name: r }\n', refusal('2:17', 'scalar')],
    ]
    for (const [title, text, finding] of cases)
      it(`is refused at its place: ${title}`, () => expect(linesOf(text)).to.deep.equal([finding]))

    it('is refused after a value in brackets, which YAML calls otherwise', () =>
      expect(linesOf(range('    ansible_groups: [a]full_clone: true\n'))[0]).to.equal(
        'JD.yml:10:24: not valid YAML: Unexpected scalar at node end; put it on a line of its own',
      ))
  })

  describe('words for true and false', () => {
    for (const [word, meaning] of [
      ['yes', true],
      ['On', true],
      ['NO', false],
      ['off', false],
    ] as const)
      it(`takes ${word} as Ludus does, and warns`, () => {
        const read = parse(range(`    full_clone: ${word}\n`))
        if (read.kind === 'invalid') throw new Error(diagnosticLine(read.diagnostics[0] ?? expect.fail()))
        expect(read.spec.vms.map(({ fullClone }) => fullClone)).to.deep.equal([meaning])
        expect(read.warnings.map(diagnosticLine)).to.deep.equal([
          `JD.yml:10:17: ludus[0].full_clone is ${word}, which Ludus reads as ${meaning}, and YAML 1.2 as text; write ${meaning}`,
        ])
      })

    it('leaves them text in quotes, with a tag, and where Ludus does not look', () => {
      const text =
        'ludus: []\nrouter: { hostname: "on", vm_name: !!str off }\nludus_extensions: { mine: { power: on } }\n'
      expect(parse(text)).to.deep.include({ kind: 'ok', warnings: [] })
    })
  })

  describe('merge keys', () => {
    /** The memory of the second VM, which merges maps with other sizes. */
    const memoryOf = (merges: string): number | string => {
      const vm = 'hostname: b, template: t, vlan: 10, ip_last_octet: 12, cpus: 2, linux: true'
      const text = `${range('    role_vars: { one: &one { ram_gb: 1 }, two: &two { ram_gb: 2 } }\n')}  - { vm_name: b, ${merges}, ${vm} }\n`
      const read = parse(text)
      return read.kind === 'ok'
        ? (read.spec.vms[1]?.memoryMiB ?? 0) / 1024
        : read.diagnostics.map(diagnosticLine).join()
    }

    const cases: readonly (readonly [string, string, number])[] = [
      ['let the first of a list win', '<<: [*one, *two]', 1],
      ['let the last of several win', '<<: *one, <<: *two', 2],
      ['let the last of several win, lists among them', '<<: [*two], <<: [*one, *two]', 1],
      ['let what is said itself win, after them', '<<: *one, <<: *two, ram_gb: 8', 8],
      // PyYAML, which deploys; Go's yaml.v2 alone would let the merge win.
      ['let what is said itself win, before them', 'ram_gb: 8, <<: *one', 8],
    ]
    for (const [title, merges, memory] of cases) it(title, () => expect(memoryOf(merges)).to.equal(memory))
  })

  it('counts lines the same with CRLF, and columns the same after a byte order mark that was decoded away', () => {
    const text = range('    hostnmae: x\n')
    expect(linesOf(text.replaceAll('\n', '\r\n'))).to.deep.equal(linesOf(text))
    const bytes = new TextDecoder().decode(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from('ludos: []\n')]))
    expect(linesOf(bytes)[0]).to.match(/^JD.yml:1:1: /)
  })

  it('shows the line of each kind of problem', () => {
    const shown = (text: string) => {
      const read = parse(text)
      return read.kind === 'ok' ? [] : read.diagnostics.map(({ excerpt }) => excerpt)
    }
    expect(shown(range('    hostnmae: x\n'))).to.deep.equal([{ text: '    hostnmae: x', caret: 4 }])
    expect(shown(range('\tfull_clone: true\r\n'))[0]).to.deep.equal({ text: '\\tfull_clone: true', caret: 0 })
    expect(shown(range().replace('vlan: 10', 'vlan: 010'))).to.deep.equal([{ text: '    vlan: 010', caret: 10 }])
    expect(shown(range('    cpus: 2\n'))).to.deep.equal([{ text: '    cpus: 2', caret: 4 }])
    expect(shown('')).to.deep.equal([undefined])
  })
})
