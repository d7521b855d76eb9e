import { isScalar } from 'yaml'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { printable } from '../../model/printable.ts'
import { pathText } from '../yaml-file/path-text.ts'
import { MAX_DIAGNOSTICS } from '../yaml-file/syntax-diagnostics.ts'
import type { CheckedRange } from './checked-range.ts'

/** Proxmox refuses a balloon above the memory. */
export const balloonsAboveMemory = ({ machines, yaml }: CheckedRange): readonly Diagnostic[] =>
  machines
    .filter(({ vm }) => vm.balloonMiB > vm.memoryMiB)
    .slice(0, MAX_DIAGNOSTICS)
    .map(({ path, node }) =>
      yaml.diagnosticAt(
        node('ram_min_gb'),
        `${pathText(path)}.ram_min_gb is more than ram_gb`,
        'lower ram_min_gb, or raise ram_gb',
      ),
    )

/** A VM has 32 NICs in Proxmox, and the router's first is on the NAT network. */
const MOST_VLANS = 31

/** The first VM on a VLAN that the router has no NIC left for. */
export function tooManyVlans({ machines, yaml }: CheckedRange): readonly Diagnostic[] {
  const vlans = new Set<number>()
  for (const { vm, node } of machines) {
    if (vm.role === 'router') continue
    vlans.add(vm.address.vlan)
    if (vlans.size <= MOST_VLANS) continue
    const finding = `VLAN ${vm.address.vlan} is one more than the ${MOST_VLANS} a router has NICs for`
    return [yaml.diagnosticAt(node('vlan'), finding, 'put VMs on fewer VLANs, or make it two ranges')]
  }
  return []
}

const NUMBER_KEYS = ['vlan', 'ip_last_octet', 'ram_gb', 'ram_min_gb', 'cpus'] as const

/**
 * Numbers that are not what they look like. Measured with Ludus' two parsers: `010` is 8 to both, and 10 in YAML 1.2;
 * `08` and `1e3` are numbers to the one that saves a file (Go's yaml.v2), and text to the one that deploys it (PyYAML);
 * `0o10` is 8 to the first, and text to the other.
 */
export const doubtfulNumbers = ({ machines, yaml }: CheckedRange): readonly Diagnostic[] =>
  machines
    .flatMap(({ path }) =>
      NUMBER_KEYS.flatMap((key) => {
        const { node, exact } = yaml.place([...path, key])
        const source = exact && isScalar(node) ? (node.source ?? '') : ''
        const reading = ludusReading(source)
        return reading === undefined ? [] : [{ path: [...path, key], node, source, reading }]
      }),
    )
    .slice(0, MAX_DIAGNOSTICS)
    .map(({ path, node, source, reading }) => {
      const finding = `${pathText(path)} is ${printable(source, 40)}, which ${reading}`
      const remedy = 'write a plain decimal number'
      return yaml.diagnosticAt(node, finding, remedy, {
        finding: `${pathText(path)} is a number that Ludus reads otherwise`,
        remedy,
      })
    })

function ludusReading(source: string): string | undefined {
  if (/^[-+]?0[0-7]+$/.test(source)) return `Ludus reads as the octal number ${Number.parseInt(source, 8)}`
  const differs = /^[-+]?(?:0[0-9]+|0o[0-7]+|[0-9]+[eE][-+]?[0-9]+|[0-9]*\.[0-9]*[eE][0-9]+)$/.test(source)
  return differs ? "one of Ludus' parsers takes for text" : undefined
}
