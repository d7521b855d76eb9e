import { expect } from 'chai'
import { parseRange } from '../../../adapters/parse-range.ts'
import { diagnosticLine } from '../../../model/diagnostic.ts'
import type { Wish } from '../../../model/range-spec.ts'
import { itLong } from '../../runner/long-runs.ts'

const vmText = (name: string, octet: number, rest = '') => `  - vm_name: "{{ range_id }}-${name}"
    hostname: ${name}
    template: t
    vlan: 10
    ip_last_octet: ${octet}
    ram_gb: 4
    cpus: 2
    linux: true
${rest}`
const TEXT = `ludus:\n${vmText('a', 1)}${vmText('b', 2)}${vmText('c', 3, '    target_node: pve1\n')}`

/** The wishes start at line 30. */
const read = (placement: string) =>
  parseRange({
    text: `${TEXT}ludus_extensions:\n  lanista:\n    placement:\n${placement}`,
    file: 'JD.yml',
    rangeId: 'JD',
  })
const linesOf = (placement: string): readonly string[] => {
  const found = read(placement)
  return found.kind === 'ok' ? [] : found.diagnostics.map(diagnosticLine)
}
function wishesOf(placement: string, name: string): readonly Wish[] {
  const found = read(placement)
  if (found.kind === 'invalid') throw new Error(found.diagnostics.map(diagnosticLine).join('\n'))
  return [found.spec.router, ...found.spec.vms].find((vm) => vm.name === name)!.wishes
}

describe('placement wishes in a range file', () => {
  it('hold for every VM of the range, the router among them, and are preferred unless they say otherwise', () => {
    for (const name of ['JD-router-debian11-x64', 'JD-a'])
      expect(wishesOf('      strategy: spread\n      avoid_nodes: [pve3]\n', name)).to.deep.equal([
        { kind: 'avoid_nodes', nodes: ['pve3'], required: false },
        { kind: 'spread', required: false },
      ])
  })

  it("come from the range, then from the VM, whose own strategy stands in for the range's", () => {
    const text = `      strategy: spread
      strength: required
      vms:
        "{{ range_id }}-a":
          strategy: pack
          together_with: ["{{ range_id }}-b"]
          only_nodes: [pve1]
`
    expect(wishesOf(text, 'JD-a')).to.deep.equal([
      { kind: 'only_nodes', nodes: ['pve1'], required: false },
      { kind: 'together_with', vms: ['JD-b'], required: false },
      { kind: 'pack', required: false },
    ])
    expect(wishesOf(text, 'JD-c')).to.deep.equal([{ kind: 'spread', required: true }])
  })

  const A = '      vms:\n        JD-a:\n'
  const refusals: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'wishes for a VM that is not there',
      '      vms:\n        JD-aa: { only_nodes: [pve1] }\n',
      ['JD.yml:31:16: placement.vms has wishes for JD-aa, which is no VM of the range; did you mean JD-a?'],
    ],
    [
      'a wish about a VM that is not there',
      `${A}          apart_from: ["{{ range_id }}-x", somebody]\n`,
      [
        'JD.yml:32:24: apart_from of JD-a names JD-x, which is no VM of the range; did you mean JD-a?',
        'JD.yml:32:44: apart_from of JD-a names somebody, which is no VM of the range; choose among JD-router-debian11-x64, JD-a, JD-b, JD-c',
      ],
    ],
    [
      'a wish of a VM about itself',
      `${A}          together_with: [JD-a]\n`,
      ['JD.yml:32:27: together_with of JD-a names itself; name another VM'],
    ],
    [
      'together_with and apart_from of one VM',
      `${A}          together_with: [JD-b]\n          apart_from: [JD-b]\n`,
      ['JD.yml:33:24: JD-a shall be apart_from JD-b, and together with it by other wishes; remove one of the two'],
    ],
    [
      'a VM apart from one that is together with it by way of a third',
      '      vms:\n        JD-a: { together_with: [JD-b] }\n        JD-b: { together_with: [JD-c] }\n        JD-c: { apart_from: [JD-a] }\n',
      ['JD.yml:33:30: JD-c shall be apart_from JD-a, and together with it by other wishes; remove one of the two'],
    ],
    [
      'a VM apart from another in a range that must be packed',
      '      strategy: pack\n      strength: required\n      vms:\n        JD-a: { apart_from: [JD-b] }\n',
      ['JD.yml:33:30: JD-a shall be apart_from JD-b, and together with it by other wishes; remove one of the two'],
    ],
    [
      'a VM together with another in a range that must be spread',
      '      strategy: spread\n      strength: required\n      vms:\n        JD-a: { together_with: [JD-b] }\n',
      [
        'JD.yml:33:32: JD-a has together_with, and its required strategy is to spread; remove one of the two, or make spread preferred',
      ],
    ],
    [
      'required wishes that leave a VM no node',
      `      strength: required\n      avoid_nodes: [pve2]\n${A}          strength: required\n          only_nodes: [pve2]\n`,
      ['JD.yml:30:7: no node is left for JD-a by its required only_nodes and avoid_nodes; allow it a node'],
    ],
    [
      'a target_node that required wishes rule out',
      '      strength: required\n      avoid_nodes: [pve1]\n',
      [
        'JD.yml:26:18: target_node of JD-c is pve1, which its required placement wishes rule out; remove target_node, or allow that node',
      ],
    ],
    [
      'a template expression that nobody fills in',
      `${A}          together_with: ["{{ rangeid }}-b"]\n`,
      [
        'JD.yml:32:27: ludus_extensions.lanista.placement.vms.JD-a.together_with[0] has the template expression {{ rangeid }}; did you mean {{ range_id }}?',
      ],
    ],
    [
      'a misspelt key',
      '      avoid_node: [pve1]\n',
      ['JD.yml:30:7: unknown key avoid_node in ludus_extensions.lanista.placement; did you mean avoid_nodes?'],
    ],
  ]
  for (const [situation, text, lines] of refusals)
    it(`refuse ${situation}`, () => expect(linesOf(text)).to.deep.equal(lines))

  itLong(
    'are refused fifty times at most, and quickly, in a range of more VMs than a suggestion is looked for among',
    () => {
      const vm = (index: number): string =>
        `  - { vm_name: ${'v'.repeat(40)}${index}, hostname: h${index}, template: t, vlan: ${10 + (index % 20)}, ip_last_octet: ${1 + Math.floor(index / 20)}, ram_gb: 1, cpus: 1, linux: true }\n`
      const indices = Array.from({ length: 1000 }, (_, index) => index)
      const text = `ludus:\n${indices.map(vm).join('')}ludus_extensions:\n  lanista:\n    placement:\n      vms:\n${indices.map((index) => `        ${'w'.repeat(40)}${index}: { strategy: pack }\n`).join('')}`
      const found = parseRange({ text, file: 'JD.yml', rangeId: 'JD' })
      expect(found.kind === 'invalid' && found.diagnostics).to.have.length(50)
    },
  )

  it('may contradict target_node where they are only preferred', () => {
    expect(linesOf('      avoid_nodes: [pve1]\n')).to.deep.equal([])
  })
})
