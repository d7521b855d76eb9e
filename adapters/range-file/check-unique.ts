import type { Diagnostic } from '../../model/diagnostic.ts'
import { printable } from '../../model/printable.ts'
import type { VmSpec } from '../../model/range-spec.ts'
import { MAX_DIAGNOSTICS } from '../yaml-file/syntax-diagnostics.ts'
import { calledOf, type CheckedRange, type Machine } from './checked-range.ts'
import { NETBIOS_LENGTH } from './check-names.ts'

/** Two machines that share what must be unique; `second` is to blame. */
interface Clash {
  readonly second: Machine
  readonly first: Machine
}

/** Machines with the same VM name, address or host name, or with the same NetBIOS name in one domain. */
export const repeatedMarks = (range: CheckedRange): readonly Diagnostic[] => [
  ...taken(
    range,
    'vm_name',
    clashes(range, 'vm_name', ({ vm }) => vm.name),
    ({ name }) => `vm_name ${printable(name)}`,
  ),
  // The router's address is its own by Ludus' addressing, and no VM may have its VLAN or octet.
  ...taken(
    range,
    'ip_last_octet',
    clashes(range, 'ip_last_octet', ({ vm }) => (vm.role === 'router' ? undefined : addressText(vm.address))),
    ({ address }) => `VLAN and ip_last_octet ${addressText(address)}`,
  ),
  ...taken(
    range,
    'hostname',
    // Ludus compares host names letter by letter, and takes a VM with the name that the router has by default.
    clashes(range, 'hostname', (machine) => (isUnsaidRouter(machine) ? undefined : machine.vm.hostname)),
    hostnameText,
  ),
  ...netbiosClashes(range),
]

/** Host names that are the same to DNS, and that Ludus takes nevertheless. */
export function similarHostnames(range: CheckedRange): readonly Diagnostic[] {
  const similar = clashes(range, 'hostname', ({ vm }) => vm.hostname.toLowerCase())
  return taken(range, 'hostname', similar, hostnameText)
}

const isUnsaidRouter = ({ vm, says }: Machine): boolean => vm.role === 'router' && !says('hostname')

const hostnameText = ({ hostname }: VmSpec): string => `hostname ${printable(hostname)}`

/** Windows knows a computer by the first 15 characters of its name, in capitals: two of one name evict each other from the domain. */
function netbiosClashes(range: CheckedRange): readonly Diagnostic[] {
  const found = clashes(range, 'hostname', (machine) =>
    machine.domain === undefined || machine.domain === ''
      ? undefined
      : `${netbiosOf(machine)} ${machine.domain.toLowerCase()}`,
  )
  return found
    .filter(({ first, second }) => first.vm.hostname !== second.vm.hostname)
    .slice(0, MAX_DIAGNOSTICS)
    .map(({ first, second }) => {
      const finding = `hostname ${printable(second.vm.hostname)} is ${printable(netbiosOf(second))} to Windows, as is that of ${calledOf(first)} in the domain ${printable(second.domain ?? '')}`
      const remedy = `make the first ${NETBIOS_LENGTH} characters differ; case does not count`
      return range.yaml.diagnosticAt(second.node('hostname'), finding, remedy)
    })
}

const netbiosOf = ({ vm }: Machine): string => vm.hostname.slice(0, NETBIOS_LENGTH).toUpperCase()

type Key = 'vm_name' | 'hostname' | 'ip_last_octet'

/**
 * Each machine but the first of those with one mark, with that first; those without a mark have no part. The router
 * comes last where the file says its key: of two that clash the one who wrote it down is to blame, never a default.
 */
function clashes(
  { machines: [router, ...vms] }: CheckedRange,
  key: Key,
  markOf: (machine: Machine) => string | undefined,
): readonly Clash[] {
  const holders = new Map<string, Machine>()
  const routers = router === undefined ? [] : [router]
  const inOrder = router?.says(key) === true ? [...vms, ...routers] : [...routers, ...vms]
  return inOrder.flatMap((second) => {
    const mark = markOf(second)
    if (mark === undefined) return []
    const first = holders.get(mark)
    if (first !== undefined) return [{ second, first }]
    holders.set(mark, second)
    return []
  })
}

const addressText = ({ vlan, lastOctet }: Machine['vm']['address']): string => `${vlan}.${lastOctet}`

/** A diagnostic for each clash, at the key of the second machine. */
const taken = (
  { yaml }: CheckedRange,
  key: Key,
  found: readonly Clash[],
  textOf: (vm: VmSpec) => string,
): readonly Diagnostic[] =>
  found
    .slice(0, MAX_DIAGNOSTICS)
    .map(({ second, first }) =>
      yaml.diagnosticAt(second.node(key), `${textOf(second.vm)} is taken by ${calledOf(first)}`, 'give each its own'),
    )
