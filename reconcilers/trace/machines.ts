import { addressOf, isConfiguredFor, OWNER_TAG, routerWanAddressOf } from '../../model/identity.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import { machinesOf, type RangeSpec, vlansOf, type VmSpec } from '../../model/range-spec.ts'
import type { ClusterSnapshot, GuestSeen } from '../../model/snapshot.ts'
import type { TracedOwner } from '../../model/trace.ts'
import { networkModeOf } from '../network-mode.ts'
import { numbersSeen, numberToldOf } from '../range/known-number.ts'
import { withSettledRouter } from '../range/settled-router.ts'
import { assignVmids } from '../vm/assign-vmids.ts'
import { findGuest, type GuestIndex, guestsOfRange, indexGuests } from '../vm/find-guest.ts'

/** A VM that a range file names, or that is there, or both. */
export interface TracedMachine {
  /** By what it may be asked for. */
  readonly names: readonly string[]
  readonly owner: TracedOwner
  readonly rangeId: string | undefined
  readonly guest: GuestSeen | undefined
  /** The VMID that it has or is to get; undefined while its range has no number. */
  readonly vmid: number | undefined
  /** All of its IPv4 addresses, the one to reach it by first; empty where no file gives it any, or its range has no number. */
  readonly addresses: readonly string[]
  readonly path: readonly (string | number)[] | undefined
  readonly remark: string | undefined
}

/** Ranges that have a valid content in force, and ids of those that have none. */
export interface TracedRanges {
  readonly specs: readonly RangeSpec[]
  /** Ids of ranges that have a file without a valid content, or that the cluster proves. */
  readonly others: ReadonlySet<string>
}

/** Every VM that files name, then every guest that none does. */
export function tracedMachines(
  { specs, others }: TracedRanges,
  snapshot: ClusterSnapshot,
  settings: PlanSettings,
): readonly TracedMachine[] {
  const index = indexGuests(snapshot)
  const seen = numbersSeen(snapshot, settings, networkModeOf(snapshot, settings))
  const named = specs.flatMap((spec) => {
    const told = numberToldOf(spec, seen, settings, undefined)
    const number = 'number' in told ? told.number : undefined
    return machinesOfFile(withSettledRouter(spec, snapshot, []), number, settings.vmidBase, index)
  })
  const taken = new Set(named.flatMap(({ guest }) => (guest === undefined ? [] : [guest.vmid])))
  const withFile = new Set(specs.map(({ id }) => id))
  return [
    ...named,
    ...snapshot.guests.filter(({ vmid }) => !taken.has(vmid)).map((guest) => unnamed(guest, withFile, others)),
  ]
}

function machinesOfFile(
  spec: RangeSpec,
  number: number | undefined,
  vmidBase: number,
  index: GuestIndex,
): readonly TracedMachine[] {
  const machines = machinesOf(spec)
  const common = { owner: 'file', rangeId: spec.id } as const
  const places = new Map(machines.map((vm, at) => [vm.name, placeOf(vm, at)]))
  const namesOf = (vm: VmSpec): readonly string[] => [vm.name, vm.hostname]
  if (number === undefined)
    return machines.map((vm) => {
      const guest = index.byName.get(vm.name)?.find(({ pool }) => pool === spec.id)
      return {
        ...common,
        names: namesOf(vm),
        guest,
        vmid: guest?.vmid,
        addresses: [],
        path: places.get(vm.name),
        remark: guest === undefined ? absence(spec) : undefined,
      }
    })
  const assigned = assignVmids(spec.id, machines, number, vmidBase, index)
  const guests = guestsOfRange(spec.id, new Set(assigned.map(({ vmid }) => vmid)), index)
  return assigned.map(({ vm, vmid }) => {
    const found = findGuest(vm, vmid, guests)
    const guest = found.kind === 'guest' ? found.guest : undefined
    const remark =
      found.kind === 'conflict' ? found.finding.message : found.kind === 'unclear' ? found.message : undefined
    return {
      ...common,
      names: [...namesOf(vm), ...(guest?.name === undefined ? [] : [guest.name])],
      guest,
      vmid: guest?.vmid ?? vmid,
      addresses: addressesOf(vm, spec, number),
      path: places.get(vm.name),
      remark: remark ?? (guest === undefined ? absence(spec) : undefined),
    }
  })
}

/** The router comes first, and a file may leave it out. */
const placeOf = ({ role }: VmSpec, at: number): readonly (string | number)[] =>
  role === 'router' ? ['router'] : ['ludus', at - 1]

const absence = ({ state }: RangeSpec): string =>
  state === 'absent' ? 'it is not there, and its range is to go' : 'it is not there: it is not made yet, or gone'

/** A router has one on the NAT network, by which it is reached, and one in each VLAN. */
function addressesOf(vm: VmSpec, spec: RangeSpec, number: number): readonly string[] {
  const own = addressOf(number, vm.address)
  if (vm.role !== 'router') return [own]
  const { lastOctet } = vm.address
  return [
    routerWanAddressOf(number),
    ...new Set([own, ...vlansOf(spec).map((vlan) => addressOf(number, { vlan, lastOctet }))]),
  ]
}

/** A guest that no file names: a range's by its marks, or nobody's here. */
function unnamed(guest: GuestSeen, withFile: ReadonlySet<string>, others: ReadonlySet<string>): TracedMachine {
  const { name, vmid, kind, template, pool, tags } = guest
  const common = { names: name === undefined ? [] : [name], guest, vmid, addresses: [], path: undefined }
  const isRanges = kind === 'qemu' && !template && pool !== undefined && isConfiguredFor(pool, tags)
  if (isRanges && withFile.has(pool))
    return {
      ...common,
      owner: 'unnamed',
      rangeId: pool,
      remark: `its tags say that Lanista made it for range ${pool}, and the range's file does not name it any more`,
    }
  if (isRanges)
    return {
      ...common,
      owner: 'fileless',
      rangeId: pool,
      remark: `its tags say that Lanista made it for range ${pool}`,
    }
  return { ...common, owner: 'foreign', rangeId: undefined, remark: strangerText(guest, withFile, others) }
}

/** Why a guest is nobody's here. */
function strangerText(
  { kind, template, pool, tags }: GuestSeen,
  withFile: ReadonlySet<string>,
  others: ReadonlySet<string>,
): string {
  const what = template
    ? 'it is a template'
    : kind === 'lxc'
      ? 'it is a container, of which Lanista makes none'
      : undefined
  const tagged = tags.length === 0 ? 'without tags' : `with the tags ${tags.join(', ')}`
  const inPool = pool === undefined ? 'in no pool' : `in pool ${pool}`
  const isThere = pool !== undefined && (withFile.has(pool) || others.has(pool))
  const marks = tags.includes(OWNER_TAG)
    ? isThere
      ? `; the tag ${OWNER_TAG} alone comes with a copy`
      : `; the tag ${OWNER_TAG} alone comes with a copy, and its pool is no range's`
    : isThere
      ? `; range ${pool} has that pool, and its file does not name it: Ludus made it, or a person`
      : ''
  return `${what === undefined ? '' : `${what}, `}${inPool}, ${tagged}${marks}`
}
