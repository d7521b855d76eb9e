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
      ['the words on, yes, no and off as text', range().replace('hostname: dc', 'hostname: on')],
      ['a closing document mark', range('...\n')],
      ['a comment, a directive and a document mark before it', `# x\n%YAML 1.2\n---\n${range()}`],
      ['tabs after a value and around flow', range('    ansible_groups: [a,\tb]\t# x\n')],
      ['no line end at the end', range().trimEnd()],
      ['a document in one line of JSON', '{"ludus": []}'],
    ]
    for (const [title, text] of cases) it(title, () => expect(linesOf(text)).to.deep.equal([]))
  })

  describe('what does not', () => {
    const cases: readonly (readonly [string, string, string])[] = [
      [
        'on for true',
        range('    full_clone: on\n'),
        'JD.yml:10:17: ludus[0].full_clone is "on", must be true or false; write true: yes, no, on and off are text in YAML 1.2',
      ],
      [
        'No for false',
        range('    full_clone: No\n'),
        'JD.yml:10:17: ludus[0].full_clone is "No", must be true or false; write false: yes, no, on and off are text in YAML 1.2',
      ],
      [
        '0755 for a number',
        range().replace('ram_gb: 4', 'ram_gb: 0755'),
        'JD.yml:7:13: ludus[0].ram_gb is 0755, which Ludus may read as an octal number; write it without the leading zero',
      ],
      [
        '0755 for text',
        range().replace('hostname: dc', 'hostname: 0755'),
        'JD.yml:3:15: ludus[0].hostname is 0755, must be text; put it in quotes',
      ],
      [
        'a tab before a key',
        range('\t\tfull_clone: true\n'),
        'JD.yml:10:1: not valid YAML: Tabs are not allowed as indentation; indent with spaces',
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
        'two merges in one map',
        range('    role_vars: { <<: { a: 1 }, <<: { b: 2 } }\n'),
        'JD.yml:10:32: the key << is here twice in one map; merge a list: `<<: [*one, *other]`',
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
    ]
    for (const [title, text, line] of cases) it(title, () => expect(linesOf(text)[0]).to.equal(line))
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
