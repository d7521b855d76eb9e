import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'

/** Where real range files are, when they are at hand. */
export const REAL_RANGES = join('..', 'shared', 'ranges')

const yamlFilesIn = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.ya?ml$/.test(name))
        .sort()
        .map((name) => join(folder, name))
    : []

export interface NamedText {
  readonly name: string
  readonly text: string
}

const read = (name: string): NamedText => ({ name, text: readFileSync(name, 'utf8') })

/** Range files from the field, good and bad; none where they are not at hand. */
export const realRanges = (): readonly NamedText[] => yamlFilesIn(REAL_RANGES).map(read)

/** The range files of the demo. */
export const ownRanges = (): readonly NamedText[] => yamlFilesIn(join('deploy', 'demo')).map(read)

/** A file in which each of YAML's ways of writing things that range files use is found close together. */
const DENSE = `---
# a comment
ludus:
- vm_name: "{{ range_id }}-a"
  hostname: 'b c'
  template: win2022-server-x64-template
  vlan: 10
  ip_last_octet: 11
  ram_gb: 2.5
  cpus: 4
  linux: {packages: [a, "b", c]} # why
  roles:
    - one.role
    - name: x
      depends_on:
        - { vm_name: v, role: r }
  role_vars: {a: [b, {c: d, "e": f}, [1, 2.5]], url: http://x:1/y}
  full_clone: true
network:
  rules:
    - name: n
      ports: 80,443
      dst: 10.0.0.1
`

/** What breaks YAML, or makes it mean something else, when it lands in the middle of a file. */
const PIECES: readonly string[] = [
  [' ', '  ', '    ', '\n', '\n\n', '\t', '\r\n', '\r', '-', '- ', '- - ', '-\n', ':', ': ', '::', '#', ' #', '# x\n'],
  ['[', ']', '{', '}', ',', ', ', '?', '? ', '&a ', '*a', '!', '!!str ', '|', '>', '|-\n', "'", '"', "''", '\\', '\\n'],
  ['%', '@', '`', '=', '$', '/', '(', '<<: ', '---', '...', '\n---\n', '\n...\n', '%YAML 1.1\n', '__proto__: 1\n'],
  ['~', 'null', 'true', 'True', 'yes', 'on', 'n', '.inf', '0', '01', '08', '0o7', '0x1F', '0b1', '1e3', '1_0', '.5'],
  ['-1', '+1', '1.', '1:30', '2026-12-24', '3.14', '10.0.0.1', '64bit', '9'.repeat(20), '1: 2\n', 'a:b', 'b: c'],
  [
    'é',
    '中',
    '💥',
    '\u2028',
    '\u0085',
    '\uFEFF',
    '\u00A0',
    '\u0001',
    '\uD800',
    'key: value\n',
    '"a": b',
    'x'.repeat(1030),
  ],
].flat()

/** One change of a text: characters taken out, a part of the text said again elsewhere, or a piece put in. */
const change = fc
  .record({
    at: fc.nat(),
    from: fc.nat(),
    length: fc.nat({ max: 20 }),
    piece: fc.constantFrom(...PIECES),
    kind: fc.constantFrom('remove', 'repeat', 'insert', 'replace'),
  })
  .map(({ at, from, length, piece, kind }) => (text: string): string => {
    const place = at % (text.length + 1)
    const [before, after] = [text.slice(0, place), text.slice(place)]
    if (kind === 'remove') return before + after.slice(1 + (length % 3))
    if (kind === 'insert') return before + piece + after
    if (kind === 'replace') return before + piece + after.slice(1)
    const start = from % (text.length + 1)
    return before + text.slice(start, start + length) + after
  })

/** Some lines of a range file, changed in up to four places: seldom valid, and now and then just so. */
export const changedRange = (): fc.Arbitrary<string> => {
  const texts = [DENSE, DENSE.replaceAll('\n', '\r\n'), ...[...ownRanges(), ...realRanges()].map(({ text }) => text)]
  return fc
    .record({
      text: fc.constantFrom(DENSE, ...texts),
      first: fc.nat(),
      lines: fc.integer({ min: 3, max: 25 }),
      changes: fc.array(change, { minLength: 1, maxLength: 4 }),
    })
    .map(({ text, first, lines, changes }) => {
      const all = text.split('\n')
      const start = first % all.length
      const part = text.startsWith('---') ? text : all.slice(start, start + lines).join('\n')
      return changes.reduce((changed, apply) => apply(changed), part)
    })
}

const word = fc.constantFrom('dc', 'a-b', 'x.y', 'web_1', '64bit', 'on', '08', '1e3', 'é', '', '~', 'a: b', '# c')
const quoted = fc
  .record({ text: word, quote: fc.constantFrom('', '', '', '"', "'") })
  .map(({ text, quote }) => `${quote}${text}${quote}`)

/** One VM of a range, but for what makes it differ from the others; most of them fit. */
const entry = fc.record({
  name: fc.constantFrom('"{{ range_id }}-vm"', 'vm', "'vm'"),
  hostname: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('host', '"host"', 'a-long-name-for-windows-host', 'Host_', "'häst'") },
    { weight: 1, arbitrary: quoted },
  ),
  template: fc.oneof({ weight: 6, arbitrary: fc.constant('debian-12') }, { weight: 1, arbitrary: quoted }),
  ram: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom('1', '8', '2.5') },
    { weight: 1, arbitrary: fc.constantFrom('0.5', '010', '1e1') },
  ),
  extra: fc.constantFrom(
    '',
    '    roles: [a, "b"]\n',
    '    full_clone: yes\n',
    '    testing: { snapshot: true, block_internet: false }\n',
  ),
  os: fc.constantFrom(
    'linux: true',
    'windows: {}',
    'windows:\n      sysprep: true',
    'macOS: false',
    'linux: { packages: [x] }',
  ),
})

/** A range file such as people write, with values of all sorts. */
export const writtenRange = (): fc.Arbitrary<string> =>
  fc
    .record({
      entries: fc.array(entry, { maxLength: 5 }),
      start: fc.constantFrom('', '', '', '---\n', '# x\n\n', '\uFEFF', '%YAML 1.1\n---\n'),
      end: fc.constantFrom(
        '',
        '',
        'router: { vm_name: r }\n',
        'router:\n  vm_name: r # x\n',
        'defaults: {timezone: x}\n',
      ),
      lineEnd: fc.constantFrom('\n', '\n', '\r\n'),
    })
    .map(({ entries, start, end, lineEnd }) => {
      const vms = entries.map(({ name, hostname, template, ram, extra, os }, index) =>
        [
          `  - vm_name: ${name.replace('vm', `vm${index}`)}`,
          `    hostname: ${hostname.replace(/[hH]ost|häst/, `$&${index}`)}`,
          `    template: ${template}`,
          `    vlan: ${10 + index}`,
          '    ip_last_octet: 11',
          `    ram_gb: ${ram}`,
          '    cpus: 2',
          `${extra}    ${os}\n`,
        ].join('\n'),
      )
      return `${start}ludus:${vms.length === 0 ? ' []' : ''}\n${vms.join('')}${end}`.replaceAll('\n', lineEnd)
    })

/** A valid range file of about so many characters, such as people and their programs write. */
export function largeRange(characters: number): string {
  const vms: string[] = []
  for (let length = 0; length < characters; length += vms.at(-1)?.length ?? 0) vms.push(plainVm(vms.length))
  return `ludus:\n${vms.join('')}`
}

const plainVm = (index: number): string => `  - vm_name: "{{ range_id }}-vm${index}"
    hostname: "{{ range_id }}-vm${index}"
    template: win2022-server-x64-template
    vlan: ${10 + (index % 20)}
    ip_last_octet: ${1 + Math.floor(index / 20)}
    ram_gb: 8
    cpus: 4
    windows:
      sysprep: true
    roles:
      - some.role
`
