import { expect } from 'chai'
import fc from 'fast-check'
import { parse } from 'yaml'
import { configWishes, saysJust } from '../../../reconcilers/host/check-config.ts'
import { type ConfigWish, maskedConfig, rewriteConfig } from '../../../reconcilers/host/rewrite-config.ts'

const WISHES: readonly ConfigWish[] = [
  { key: 'cluster_mode', value: true },
  { key: 'sdn_zone', value: 'ludus' },
  { key: 'vxlan_tag_base', value: 5000 },
]

describe('rewriteConfig', () => {
  it('changes values where the keys are, and adds the others at the end', () => {
    const text = '---\nproxmox_node: pve1 # first\ncluster_mode:   false   # until now\n# the end\n'
    expect(rewriteConfig(text, WISHES)).to.equal(
      '---\nproxmox_node: pve1 # first\ncluster_mode:   true   # until now\n# the end\nsdn_zone: ludus\nvxlan_tag_base: 5000\n',
    )
  })

  it('ends a last line that has no end, and writes a value where there is none', () => {
    expect(rewriteConfig('cluster_mode:\na: b', WISHES)).to.equal(
      'cluster_mode: true\na: b\nsdn_zone: ludus\nvxlan_tag_base: 5000\n',
    )
  })

  it('quotes a zone whose name is a word of YAML', () => {
    expect(rewriteConfig('', [{ key: 'sdn_zone', value: 'no' }])).to.equal('sdn_zone: "no"\n')
  })

  it('keeps all else byte for byte and in its meaning, and finds nothing to do in what it has written', () => {
    const line = fc.constantFrom(
      '# cluster_mode: false\n',
      '\n',
      'a: 1 # sdn_zone: x\n',
      'b: |\n  cluster_mode: false\n  x\n',
      'c: {sdn_zone: y}\n',
      'd: "caf\u00e9"\r\n',
      'e:\n  - vxlan_tag_base: 1\n',
      'f: >-\n  text\n\n',
    )
    const known = fc.constantFrom(
      'cluster_mode: false # mine\n',
      'sdn_zone: "old"\n',
      'vxlan_tag_base: 0\n',
      'cluster_mode: no\n',
    )
    const lines = fc.tuple(
      fc.uniqueArray(line, { maxLength: 6 }),
      fc.uniqueArray(known, { selector: (text) => text.split(':')[0] }),
    )
    fc.assert(
      fc.property(lines, fc.subarray([...WISHES], { minLength: 1 }), ([others, keys], wishes) => {
        const text = [...others.slice(0, 3), ...keys, ...others.slice(3)].join('')
        const before = meaning(text)
        const now = rewriteConfig(text, wishes)
        expect(saysJust(wishes, before, meaning(now))).to.equal(true)
        expect(rewriteConfig(now, wishes)).to.equal(now)
        const changed = new Set(wishes.map(({ key }) => key as string))
        const kept = (each: string): string =>
          each
            .split('\n')
            .filter((row) => !changed.has(row.split(':')[0] ?? ''))
            .join('\n')
        expect(kept(now)).to.equal(kept(text))
      }),
    )
  })

  it('is found out where lines are not enough', () => {
    for (const text of ['{sdn_zone: old, a: b}\n', 'sdn_zone:\n  old\n', '? sdn_zone\n: old\n', 'a: b\n...\n']) {
      const now = rewriteConfig(text, WISHES)
      let after: Record<string, unknown> | undefined
      try {
        after = meaning(now)
      } catch {
        after = undefined
      }
      expect(saysJust(WISHES, meaning(text), after), text).to.equal(false)
    }
  })
})

const meaning = (text: string): Record<string, unknown> => parse(text) ?? {}

describe('configWishes', () => {
  const inForce = { sdn_zone: 'ludus', vxlan_tag_base: 0 }
  it('sets cluster_mode on a cluster only', () => {
    expect(configWishes({}, inForce, false).map(({ key }) => key)).to.deep.equal(['sdn_zone', 'vxlan_tag_base'])
    expect(configWishes({}, { ...inForce, cluster_mode: false }, true)[0]).to.deep.equal({
      key: 'cluster_mode',
      value: true,
    })
  })

  it('wishes nothing that is there', () => {
    const said = { cluster_mode: 'yes', sdn_zone: 'lab', vxlan_tag_base: 7 }
    expect(configWishes(said, { cluster_mode: true, sdn_zone: 'lab', vxlan_tag_base: 7 }, true)).to.deep.equal([])
  })
})

describe('maskedConfig', () => {
  it('shows keys, and of values only those that the move is about', () => {
    const text = [
      '---',
      'database_encryption_key: hunter2',
      '# was hunter2',
      'cluster_mode: false # hunter2',
      'sdn_zone: ludus',
      'notes: |',
      '  hunter2',
      'list:',
      '  - hunter2',
      '  - url: https://a:hunter2@b',
      'hunter2:',
      '"hunter2": x',
      'sdn_zone: hunter2 hunter2',
      '',
    ].join('\n')
    expect(maskedConfig(text)).to.equal(
      [
        '---',
        'database_encryption_key: ***',
        '# ***',
        'cluster_mode: false ***',
        'sdn_zone: ludus',
        'notes: ***',
        '  ***',
        'list:',
        '  ***',
        '  - url: ***',
        '***',
        '***',
        'sdn_zone: ***',
        '',
      ].join('\n'),
    )
  })

  it('lets no secret through, wherever it stands', () => {
    const secret = 'S3cr3t-value'
    const line = fc.constantFrom(
      `key: ${secret}`,
      `# ${secret}`,
      `  - ${secret}`,
      `cluster_mode: true # ${secret}`,
      secret,
      `"${secret}": 1`,
      `a: {b: ${secret}}`,
      `sdn_zone: '${secret}'`,
      `${secret}: 1`,
      `vxlan_tag_base: 1 ${secret}`,
      `\t${secret}:`,
      `? ${secret}`,
    )
    fc.assert(fc.property(fc.array(line), (lines) => !maskedConfig(lines.join('\n')).includes(secret)))
  })
})
