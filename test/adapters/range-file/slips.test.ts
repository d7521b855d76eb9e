import { expect } from 'chai'
import { parseRange } from '../../../adapters/parse-range.ts'
import { diagnosticLine } from '../../../model/diagnostic.ts'

const said = (text: string): readonly string[] => {
  const read = parseRange({ text, file: 'JD.yml', rangeId: 'JD' })
  return (read.kind === 'ok' ? read.warnings : read.diagnostics).map(diagnosticLine)
}

/** A whole range, its VM in lines 2 to 9; further keys of the VM come in line 10 and later, those of the file at the end. */
const range = (ofVm = '', ofFile = ''): string => `ludus:
  - vm_name: a
    hostname: a
    template: t
    vlan: 10
    ip_last_octet: 11
    ram_gb: 4
    cpus: 2
    linux: true
${ofVm}${ofFile}`

const none = (why: string): string =>
  `JD.yml: this is no range file: ${why}; take it out of the folder of range files, which has a file for each range and nothing else`
const NOT_CALLED = none('nothing in it is called ludus')
const OTHER_KEYS = none('it lacks the key ludus, and its keys are those of something else')
const A_LIST = none('it is a list, and a range is a map with the key ludus')

type Row = readonly [slip: string, text: string, lines: readonly string[]]

const check = (rows: readonly Row[]): void => {
  for (const [slip, text, lines] of rows) it(slip, () => expect(said(text)).to.deep.equal(lines))
}

describe('a slip is told with what mends it:', () => {
  describe('a key that must be there and is misspelt, once', () => {
    check([
      [
        'of a VM',
        range().replace('cpus: 2', 'cpu: 2'),
        ['JD.yml:8:5: unknown key cpu in ludus[0]; did you mean cpus?'],
      ],
      ['of the file', range().replace('ludus:', 'Ludus:'), ['JD.yml:1:1: unknown key Ludus; did you mean ludus?']],
      [
        'which is not what is lacking',
        range().replace('cpus: 2', 'hostnam: b'),
        [
          'JD.yml:2:5: ludus[0] lacks the key cpus; add it',
          'JD.yml:8:5: unknown key hostnam in ludus[0]; did you mean hostname?',
        ],
      ],
    ])
  })

  describe('a key that moved, or stands on another level', () => {
    check([
      [
        "the router's name, which was in defaults before there was a router",
        range('', 'defaults:\n  router_vm_name: r\n'),
        ['JD.yml:11:3: unknown key router_vm_name in defaults; move it: by now it is router.vm_name'],
      ],
      [
        'a domain inside of windows, with which its name would be lost',
        range().replace('linux: true', 'windows:\n      domain: {fqdn: a.b, role: member}'),
        ['JD.yml:10:7: unknown key domain in ludus[0].windows; move it one level up, beside windows'],
      ],
      [
        'what belongs into windows beside it',
        range('    sysprep: true\n').replace('linux: true', 'windows: {}'),
        ['JD.yml:10:5: unknown key sysprep in ludus[0]; move it into windows'],
      ],
      [
        'rules outside of the network',
        range('', 'rules: []\n'),
        ['JD.yml:10:1: unknown key rules; move it into network'],
      ],
      [
        "Lanista's keys at the top",
        range('', 'power: on\n'),
        ['JD.yml:10:1: unknown key power; move it into ludus_extensions.lanista'],
      ],
      [
        "Lanista's keys beside lanista, or below a name that is almost it, where anybody may write",
        range('', 'ludus_extensions:\n  power: on\n  Lanista: {power: on}\n  other: 1\n'),
        [
          'JD.yml:11:3: Lanista does not look at power in ludus_extensions; move it into lanista',
          'JD.yml:12:3: Lanista does not look at Lanista in ludus_extensions; did you mean lanista?',
        ],
      ],
      [
        'a wish for nodes that is in no placement',
        range('', 'ludus_extensions:\n  lanista:\n    only_nodes: [pve1]\n'),
        ['JD.yml:12:5: unknown key only_nodes in ludus_extensions.lanista; move it into placement'],
      ],
      [
        'settings of the range inside of a VM',
        range('    defaults: {}\n'),
        ['JD.yml:10:5: unknown key defaults in ludus[0]; move it to the top of the file, beside ludus'],
      ],
      [
        'a VM that is in no list',
        'vm_name: a\nlinux: true\n',
        [
          'JD.yml:1:1: the file lacks the key ludus; add it',
          'JD.yml:1:1: unknown key vm_name; move it into an entry of ludus or router',
          'JD.yml:2:1: unknown key linux; move it into an entry of ludus',
        ],
      ],
      [
        'what is a slip of the keyboard and a key further down, as a slip',
        range('    role: x\n'),
        ['JD.yml:10:5: unknown key role in ludus[0]; did you mean roles?'],
      ],
    ])
  })

  describe('what is kept beside range files, once', () => {
    check([
      ["a collection's galaxy.yml", 'namespace: my\nname: coll\nversion: 1.0.0\nauthors: [me]\n', [OTHER_KEYS]],
      ['a kustomization', 'apiVersion: v1\nkind: Kustomization\nresources: [a.yaml]\n', [OTHER_KEYS]],
      ['a docker-compose.yml', 'services: {}\nnetworks: {}\nvolumes: {}\n', [OTHER_KEYS]],
      ['a workflow, which has defaults as well', 'name: a\non: push\ndefaults: {}\njobs: {}\n', [OTHER_KEYS]],
      ['a requirements.yml', 'roles: []\ncollections: [a.b]\nsrc: x\n', [OTHER_KEYS]],
      ['a playbook', '- hosts: all\n  tasks: []\n', [A_LIST]],
      ['manifests of Kubernetes', 'apiVersion: v1\n---\napiVersion: v2\n', [NOT_CALLED]],
      ['a chart of Helm', 'a:\n{{- if .Values.x }}\n  b: 1\n{{- end }}\n', [NOT_CALLED]],
      ['text', 'See the wiki.\n', [none('it is a text, and a range is a map with the key ludus')]],
      [
        'an encrypted file',
        '$ANSIBLE_VAULT;1.1;AES256\n3833\n',
        [
          'JD.yml: the file is encrypted with ansible-vault; decrypt it: ansible-vault decrypt, and the name of the file',
        ],
      ],
      [
        'a pointer of Git LFS',
        'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n',
        ['JD.yml: this is what Git LFS keeps in place of the file; fetch the file: git lfs pull'],
      ],
      ['a web page', '<!DOCTYPE html>\n<html>\n', ['JD.yml: this is a web page, not YAML; download the file itself']],
      ['nothing but a marker', '---\n', ['JD.yml: the file is empty; write a range into it']],
      ['an empty map', '{}\n', ['JD.yml: the file is empty; write a range into it']],
    ])

    it('but a range without its VMs, or with their list misspelt, is told what it lacks', () => {
      expect(said('network: {}\n')).to.deep.equal(['JD.yml:1:1: the file lacks the key ludus; add it'])
      expect(said(range().replace('ludus:', 'luds:'))).to.include('JD.yml:1:1: unknown key luds; did you mean ludus?')
      expect(said('ludus: [\n')).to.deep.equal([
        'JD.yml:2:1: not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]; close the bracket, or indent what follows',
      ])
    })
  })

  describe('what tools and pages leave in a text, once', () => {
    check([
      [
        'a merge conflict',
        range('<<<<<<< HEAD\n    full_clone: true\n=======\n    full_clone: false\n>>>>>>> theirs\n'),
        [
          'JD.yml:10:1: a merge conflict is left here; keep one of the two sides, and remove the lines that begin with <<<<<<<, ======= and >>>>>>>',
        ],
      ],
      [
        'the marks of a page of documentation',
        range('    // highlight-next-line\n    full_clone: true\n    // highlight-end\n'),
        [
          'JD.yml:10:5: a comment of another language is left here; remove the lines that begin with //, or begin them with #',
        ],
      ],
      [
        'the fence around an example',
        '```yaml\nludus: []\n```\n',
        ['JD.yml:1:1: a fence of Markdown is left here; remove the lines that begin with ```'],
      ],
      [
        'a patch',
        'diff --git a/JD.yml b/JD.yml\n--- a/JD.yml\n+++ b/JD.yml\n@@ -1,2 +1,2 @@\n ludus:\n',
        ['JD.yml:1:1: this is a patch, not the file that it is for; apply it, and put the file here'],
      ],
      [
        'the blanks of a web page',
        'ludus:\n\u00A0\u00A0- vm_name: a\n\u00A0\u00A0\u00A0\u00A0hostname: a\n',
        [
          'JD.yml:2:1: this line is indented with blanks that do not break (U+00A0), as web pages have them; indent with ordinary blanks, here and in all other lines',
        ],
      ],
      ...[
        '\tfull_clone: true\n    force_ip: true\n',
        '  \tfull_clone: true\n',
        '\tfull_clone: true\n\tforce_ip: true\n',
      ].map((lines, index): Row => [
        `tabs, ${['once', 'among blanks', 'in several lines'][index]}`,
        range(lines),
        [
          'JD.yml:10:1: not valid YAML: Tabs are not allowed as indentation; indent with spaces, here and in all other lines',
        ],
      ]),
      [
        'a comment of another language after a number',
        range().replace('cpus: 2', 'cpus: 2 // two'),
        [
          'JD.yml:8:11: ludus[0].cpus is "2 // two", must be a whole number from 1 to 512; begin the comment with # and a blank',
        ],
      ],
    ])
  })

  describe('a value that is none', () => {
    const lanista = (line: string): string => range('', `ludus_extensions:\n  lanista:\n    ${line}\n`)
    check([
      [
        'of two words that are equally near, the one that begins like it',
        lanista('power: of'),
        ['JD.yml:12:12: ludus_extensions.lanista.power is "of", must be on, off or keep; did you mean off?'],
      ],
      [
        'a state',
        lanista('state: abset'),
        ['JD.yml:12:12: ludus_extensions.lanista.state is "abset", must be present or absent; did you mean absent?'],
      ],
      [
        'true with its letters swapped',
        range('    full_clone: ture\n'),
        ['JD.yml:10:17: ludus[0].full_clone is "ture", must be true or false; did you mean true?'],
      ],
      [
        'the same where a map may be as well',
        range().replace('linux: true', 'linux: ture'),
        ['JD.yml:9:12: ludus[0].linux is "ture", must be true, or a map with `packages`; did you mean true?'],
      ],
      [
        'a number in quotes',
        range().replace('vlan: 10', 'vlan: "10"'),
        ['JD.yml:5:11: ludus[0].vlan is "10", must be a whole number from 2 to 255; write it without quotes'],
      ],
      [
        'a number with its unit',
        range().replace('ram_gb: 4', 'ram_gb: 4 GB'),
        ['JD.yml:7:13: ludus[0].ram_gb is "4 GB", must be a number from 1 to 4096; write the number alone'],
      ],
      [
        'a protocol as Ludus called it before',
        range(
          '',
          'network:\n  rules:\n    - {name: n, vlan_src: 10, vlan_dst: 20, ports: all, action: DROP, protocol: icmpv6}\n',
        ),
        [
          'JD.yml:12:81: network.rules[0].protocol is "icmpv6", must be tcp, udp, udplite, icmp, ipv6-icmp, esp, ah, sctp or all; by now it is ipv6-icmp',
        ],
      ],
    ])
  })
})
