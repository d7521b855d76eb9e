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
  ['é', '中', '💥', '\u2028', '\u0085', '\uFEFF', '\u00A0', '\u0001', '\uD800', 'key: value\n', '"a": b', 'xxxxx'],
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

const word = fc.constantFrom(
  'dc',
  'a-b',
  'x.y',
  '10.2.3.4',
  '64bit',
  'on',
  '08',
  '1e3',
  'é',
  '',
  '~',
  'true',
  'a: b',
  '# c',
)
const quoted = fc
  .record({ text: word, quote: fc.constantFrom('', '', '', '"', "'") })
  .map(({ text, quote }) => `${quote}${text}${quote}`)

/** A range file such as people write, with values of all sorts, most of them fit. */
export const writtenRange = (): fc.Arbitrary<string> => {
  const entry = fc.record({
    name: fc.constantFrom('"{{ range_id }}-vm"', 'vm', "'vm'"),
    hostname: fc.option(quoted, { freq: 4, nil: 'host' }),
    template: fc.option(quoted, { freq: 4, nil: 'debian-12' }),
    ram: fc.constantFrom('1', '8', '2.5', '0.5', '16', '010'),
    extra: fc.constantFrom(
      '',
      '',
      '    full_clone: yes\n',
      '    roles: [a, "b"]\n',
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
  return fc
    .record({
      entries: fc.array(entry, { maxLength: 6 }),
      start: fc.constantFrom('', '', '---\n', '# x\n', '\uFEFF', '%YAML 1.1\n---\n'),
    })
    .map(({ entries, start }) => {
      const vms = entries.map(
        ({ name, hostname, template, ram, extra, os }, index) =>
          `  - vm_name: ${name.replace('vm', `vm${index}`)}\n    hostname: ${hostname}\n    template: ${template}\n    vlan: ${10 + index}\n    ip_last_octet: 11\n    ram_gb: ${ram}\n    cpus: 2\n${extra}    ${os}\n`,
      )
      return `${start}ludus:${vms.length === 0 ? ' []' : ''}\n${vms.join('')}`
    })
}
