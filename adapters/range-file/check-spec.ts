import { isScalar } from 'yaml'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { printable } from '../../model/printable.ts'
import { machinesOf, type RangeSpec, type VmSpec } from '../../model/range-spec.ts'
import { pathText } from '../yaml-file/issue-diagnostics.ts'
import type { YamlFile } from '../yaml-file/read-yaml.ts'

/**
 * What the schema can't say, and what would go wrong in Proxmox or between two VMs: names that Proxmox refuses, things
 * that must be unique, more VLANs than a router has NICs, numbers that two programs read differently.
 */
export const checkSpec = (spec: RangeSpec, yaml: YamlFile): readonly Diagnostic[] => [
  ...spec.vms.flatMap((_, index) => octalLooking(['ludus', index], yaml)),
  ...octalLooking(['router'], yaml),
  ...machinesOf(spec).flatMap((vm) => unfitName(vm, spec, yaml)),
  ...machinesOf(spec).flatMap((vm) => balloonAboveMemory(vm, spec, yaml)),
  ...repeated(spec, yaml, 'vm_name', ({ name }) => name),
  // Host names are DNS names: case tells nobody apart.
  ...repeated(spec, yaml, 'hostname', ({ hostname }) => hostname.toLowerCase()),
  ...repeated(spec, yaml, 'ip_last_octet', ({ role, address }) =>
    role === 'router' ? undefined : `${address.vlan}.${address.lastOctet}`,
  ),
  ...tooManyVlans(spec, yaml),
]

const pathOf = (vm: VmSpec, spec: RangeSpec): readonly PropertyKey[] =>
  vm.role === 'router' ? ['router'] : ['ludus', spec.vms.indexOf(vm)]

/** The place of a VM's key; of the VM, or for a router by default of the range, where the file doesn't say it. */
const nodeOf = (vm: VmSpec, key: string, spec: RangeSpec, yaml: YamlFile) => yaml.place([...pathOf(vm, spec), key]).node

/** Proxmox' format `dns-name`, which it demands of a VM's name. It sets no length; DNS itself does. */
const DNS_NAME = /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/
const LONGEST_DNS_NAME = 253

function unfitName(vm: VmSpec, spec: RangeSpec, yaml: YamlFile): readonly Diagnostic[] {
  if (vm.name.length <= LONGEST_DNS_NAME && DNS_NAME.test(vm.name)) return []
  const finding = `Proxmox takes no VM name "${printable(vm.name)}": letters, digits, hyphens and dots are allowed, and each part starts and ends with a letter or digit`
  const place = yaml.place([...pathOf(vm, spec), 'vm_name'])
  const remedy = place.exact ? 'change vm_name' : `give the ${vm.role} a vm_name`
  return [yaml.diagnosticAt(place.node, finding, remedy)]
}

/** Proxmox refuses a balloon above the memory. */
function balloonAboveMemory(vm: VmSpec, spec: RangeSpec, yaml: YamlFile): readonly Diagnostic[] {
  if (vm.balloonMiB <= vm.memoryMiB) return []
  const finding = `${pathText(pathOf(vm, spec))}.ram_min_gb is more than ram_gb`
  return [yaml.diagnosticAt(nodeOf(vm, 'ram_min_gb', spec, yaml), finding, 'lower ram_min_gb, or raise ram_gb')]
}

/** Machines that share what must be unique: reported at each but the first, naming the first. */
function repeated(
  spec: RangeSpec,
  yaml: YamlFile,
  key: 'vm_name' | 'hostname' | 'ip_last_octet',
  markOf: (vm: VmSpec) => string | undefined,
): readonly Diagnostic[] {
  const first = new Map<string, VmSpec>()
  // A name that the router has only by default is not said in the file: then the VM that says it is to blame.
  const said = yaml.place(['router', key]).exact
  return (said ? [...spec.vms, spec.router] : machinesOf(spec)).flatMap((vm) => {
    const mark = markOf(vm)
    if (mark === undefined) return []
    const other = first.get(mark)
    if (other === undefined) {
      first.set(mark, vm)
      return []
    }
    const what = key === 'ip_last_octet' ? `VLAN and ip_last_octet ${mark}` : `${key} ${printable(mark)}`
    const holder =
      other.role === 'router' ? 'the router' : `${pathText(pathOf(other, spec))} (${printable(other.name)})`
    return [yaml.diagnosticAt(nodeOf(vm, key, spec, yaml), `${what} is taken by ${holder}`, 'give each its own')]
  })
}

/** A VM has 32 NICs in Proxmox, and the router's first is on the NAT network. */
const MOST_VLANS = 31

function tooManyVlans(spec: RangeSpec, yaml: YamlFile): readonly Diagnostic[] {
  const vlans = new Set<number>()
  for (const vm of spec.vms) {
    vlans.add(vm.address.vlan)
    if (vlans.size > MOST_VLANS)
      return [
        yaml.diagnosticAt(
          nodeOf(vm, 'vlan', spec, yaml),
          `VLAN ${vm.address.vlan} is one more than the ${MOST_VLANS} a router has NICs for`,
          'put VMs on fewer VLANs, or make it two ranges',
        ),
      ]
  }
  return []
}

const NUMBER_KEYS = ['vlan', 'ip_last_octet', 'ram_gb', 'ram_min_gb', 'cpus'] as const

/** `010` is 10 in YAML 1.2, and 8 to Ludus, whose parser reads YAML 1.1's octal: no reading is safe. */
function octalLooking(path: readonly PropertyKey[], yaml: YamlFile): readonly Diagnostic[] {
  return NUMBER_KEYS.flatMap((key) => {
    const { node, exact } = yaml.place([...path, key])
    if (!exact || !isScalar(node) || !/^[-+]?0[0-9]+$/.test(node.source ?? '')) return []
    const finding = `${pathText([...path, key])} is ${printable(node.source ?? '')}, which Ludus may read as an octal number`
    return [yaml.diagnosticAt(node, finding, 'write it without the leading zero')]
  })
}
