import type { MachineAudit } from '../../model/machine-ports.ts'
import type { RangePlan } from '../../model/plan/range-plan.ts'
import { blockedIn, waitingIn } from '../../model/plan/shown-range.ts'
import type { VmPlan } from '../../model/plan/vm-plan.ts'
import { type RangeSpec, vlansOf } from '../../model/range-spec.ts'
import type { ClusterSnapshot, GuestSeen } from '../../model/snapshot.ts'
import { rangeLeft } from '../removal/range-left.ts'
import { unnamedGuests } from '../range/unnamed-vms.ts'
import type { RangeNetworks } from '../vm/config-patch.ts'
import { judgeDrift } from '../vm/judge-drift.ts'
import { nicOfVlan } from '../vm/find-drift.ts'
import { networkSections } from './network-sections.ts'
import type { Section } from './section.ts'
import { absentVm, presentVm } from './vm-section.ts'

/** What a range has in Proxmox against what is asked of it. */
export interface RangeDiff {
  readonly sections: readonly Section[]
  /** Why something that differs stays as it is, or is not known: sentences. */
  readonly notes: readonly string[]
}

const networksOf = (spec: RangeSpec, { network: { names } }: RangePlan): RangeNetworks => ({
  rangeId: spec.id,
  names,
  vlans: vlansOf(spec),
})

/**
 * Compares a range that is to be there, field by field, in what a run would correct or tell of.
 *
 * @param read the VMs that exist, by VMID, each from its own node
 */
export function rangeDiff(
  spec: RangeSpec,
  plan: RangePlan,
  snapshot: ClusterSnapshot,
  read: ReadonlyMap<number, MachineAudit>,
): RangeDiff {
  const networks = networksOf(spec, plan)
  const vms = plan.vms.map((vm) => vmPart(vm, networks, spec, read.get(vm.vmid)))
  const pool: Section = {
    title: `pool ${plan.rangeId}`,
    has: plan.pool.exists ? [] : undefined,
    asks: [],
  }
  return {
    sections: [
      pool,
      ...networkSections(plan.network, plan.grant, snapshot),
      ...vms.map(({ section }) => section),
      ...unnamedSections(plan, snapshot),
    ],
    notes: [
      ...vms.flatMap(({ notes }) => notes),
      ...blockedIn(plan),
      ...waitingIn(plan),
      ...(plan.unnamed ?? []),
      ...plan.zoneFindings.map(({ message }) => message),
    ],
  }
}

function vmPart(
  vm: VmPlan,
  networks: RangeNetworks,
  { power, drift }: RangeSpec,
  read: MachineAudit | undefined,
): { readonly section: Section; readonly notes: readonly string[] } {
  if (read === undefined) return { section: vmUnread(vm, networks, power), notes: [] }
  const known = nicOfVlan(networks, read)
  const { trouble, remark } = judgeDrift({ vm: vm.spec, networks, drift, read, known })
  return { section: presentVm(vm, networks, power, read), notes: [trouble ?? [], remark ?? []].flat() }
}

/** One that is just being made, or has something else in its place, is told in a field of its own. */
function vmUnread(vm: VmPlan, networks: RangeNetworks, power: RangeSpec['power']): Section {
  const absent = absentVm(vm, networks, power)
  const state = { wait: 'being made', leftover: 'what is left of a clone' }[vm.step.kind as string]
  return state === undefined
    ? absent
    : {
        ...absent,
        has: [
          ['vmid', String(vm.vmid)],
          ['state', state],
        ],
      }
}

/** VMs of the range that its file does not name. */
const unnamedSections = (plan: RangePlan, snapshot: ClusterSnapshot): readonly Section[] =>
  unnamedGuests(plan.rangeId, new Set(plan.vms.map(({ vmid }) => vmid)), snapshot).map(goingGuest)

/** What is there of a range that is to go: all of it differs. */
export function goingSections(rangeId: string, snapshot: ClusterSnapshot): readonly Section[] {
  const { guests, networks, pool } = rangeLeft(rangeId, snapshot)
  return [
    ...(pool ? [{ title: `pool ${rangeId}`, has: [], asks: undefined }] : []),
    ...networks.map((title) => ({ title, has: [], asks: undefined })),
    ...guests.map(goingGuest),
  ]
}

const goingGuest = ({ name, vmid, node, status }: GuestSeen): Section => ({
  title: `vm ${name ?? `${vmid} without a name`}`,
  has: [
    ['vmid', String(vmid)],
    ['node', node],
    ['power', status],
  ],
  asks: undefined,
})
