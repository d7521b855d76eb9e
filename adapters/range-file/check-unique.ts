import type { Diagnostic } from '../../model/diagnostic.ts'
import { printable } from '../../model/printable.ts'
import { calledOf, type CheckedRange, type Machine } from './checked-range.ts'
import { NETBIOS_LENGTH } from './check-names.ts'

/** Two machines that share what must be unique; `second` is to blame. */
interface Clash {
  readonly second: Machine
  readonly first: Machine
}

/** Machines with the same VM name, address or host name, or with the same NetBIOS name in one domain. */
export function repeatedMarks(range: CheckedRange): readonly Diagnostic[] {
  const names = clashes(range, 'vm_name', ({ vm }) => vm.name)
  // The router's address is its own by Ludus' addressing, and no VM may have its VLAN or octet.
  const addresses = clashes(range, 'ip_last_octet', ({ vm }) =>
    vm.role === 'router' ? undefined : addressText(vm.address),
  )
  return [
    ...names.map((clash) => taken(range, clash, 'vm_name', `vm_name ${printable(clash.second.vm.name)}`)),
    ...addresses.map((clash) =>
      taken(range, clash, 'ip_last_octet', `VLAN and ip_last_octet ${addressText(clash.second.vm.address)}`),
    ),
    ...hostnameClashes(range)
      .filter((clash) => !isTolerable(clash))
      .map((clash) => hostnameTaken(range, clash)),
    ...netbiosClashes(range),
  ]
}

/** Host names that are the same to DNS, and that Ludus takes nevertheless. */
export const similarHostnames = (range: CheckedRange): readonly Diagnostic[] =>
  hostnameClashes(range)
    .filter(isTolerable)
    .map((clash) => hostnameTaken(range, clash))

const hostnameClashes = (range: CheckedRange): readonly Clash[] =>
  clashes(range, 'hostname', ({ vm }) => vm.hostname.toLowerCase()).filter(
    // In one domain that is a clash of NetBIOS names, and reported as such.
    ({ first, second }) => first.vm.hostname === second.vm.hostname || !sameDomain(first, second),
  )

/** Ludus compares host names letter by letter, and leaves the router out. */
const isTolerable = ({ first, second }: Clash): boolean =>
  first.vm.hostname !== second.vm.hostname || [first, second].some((each) => isUnsaidRouter(each))

const isUnsaidRouter = ({ vm, says }: Machine): boolean => vm.role === 'router' && !says('hostname')

const hostnameTaken = (range: CheckedRange, clash: Clash): Diagnostic =>
  taken(range, clash, 'hostname', `hostname ${printable(clash.second.vm.hostname)}`)

/** Windows knows a computer by the first 15 characters of its name, in capitals: two of one name evict each other from the domain. */
function netbiosClashes(range: CheckedRange): readonly Diagnostic[] {
  const found = clashes(range, 'hostname', (machine) =>
    machine.domain === undefined || machine.domain === ''
      ? undefined
      : `${netbiosOf(machine)} ${machine.domain.toLowerCase()}`,
  )
  return found
    .filter(({ first, second }) => first.vm.hostname !== second.vm.hostname)
    .map(({ first, second }) => {
      const finding = `hostname ${printable(second.vm.hostname)} is ${printable(netbiosOf(second))} to Windows, as is that of ${calledOf(first)} in the domain ${printable(second.domain ?? '')}`
      const remedy = `make the first ${NETBIOS_LENGTH} characters differ; case does not count`
      return range.yaml.diagnosticAt(second.node('hostname'), finding, remedy)
    })
}

const netbiosOf = ({ vm }: Machine): string => vm.hostname.slice(0, NETBIOS_LENGTH).toUpperCase()

const sameDomain = (a: Machine, b: Machine): boolean =>
  a.domain !== undefined && a.domain.toLowerCase() === b.domain?.toLowerCase()

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

const taken = ({ yaml }: CheckedRange, { second, first }: Clash, key: Key, what: string): Diagnostic =>
  yaml.diagnosticAt(second.node(key), `${what} is taken by ${calledOf(first)}`, 'give each its own')
