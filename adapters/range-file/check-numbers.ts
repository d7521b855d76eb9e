import { isScalar } from 'yaml'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { printable } from '../../model/printable.ts'
import { pathText } from '../yaml-file/issue-diagnostics.ts'
import type { CheckedRange } from './checked-range.ts'

/** Proxmox refuses a balloon above the memory. */
export const balloonsAboveMemory = ({ machines, yaml }: CheckedRange): readonly Diagnostic[] =>
  machines
    .filter(({ vm }) => vm.balloonMiB > vm.memoryMiB)
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

/** `010` is 10 in YAML 1.2, and 8 to Ludus, whose parser reads YAML 1.1's octal: no reading is safe. */
export const octalLooking = ({ machines, yaml }: CheckedRange): readonly Diagnostic[] =>
  machines.flatMap(({ path }) =>
    NUMBER_KEYS.flatMap((key) => {
      const { node, exact } = yaml.place([...path, key])
      if (!exact || !isScalar(node) || !/^[-+]?0[0-9]+$/.test(node.source ?? '')) return []
      const finding = `${pathText([...path, key])} is ${printable(node.source ?? '')}, which Ludus may read as an octal number`
      return [yaml.diagnosticAt(node, finding, 'write it without the leading zero')]
    }),
  )
