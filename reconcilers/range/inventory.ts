import { ansibleGroupsOf } from '../../model/ansible-groups.ts'
import { addressOf, routerWanAddressOf } from '../../model/identity.ts'
import { networkModeOf } from '../network-mode.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import { printable } from '../../model/printable.ts'
import { machinesOf, type RangeSpec, type VmSpec } from '../../model/range-spec.ts'
import type { ClusterSnapshot, GuestSeen } from '../../model/snapshot.ts'
import { hiddenMembersOf, machinesHidden, sdnHidden } from '../not-visible.ts'
import { assignVmids } from '../vm/assign-vmids.ts'
import { findGuest, guestsOfRange, indexGuests } from '../vm/find-guest.ts'
import { numbersSeen, numberToldOf } from './known-number.ts'
import { withSettledRouter } from './settled-router.ts'

/** What Ansible is told of one VM. Names that start with `proxmox_` and `range_` are those of Ludus. */
interface HostVars {
  readonly ansible_host: string
  readonly proxmox_name: string
  readonly proxmox_vmid: number
  readonly proxmox_node: string
  readonly proxmox_status: string
  readonly proxmox_type: 'qemu'
  /** By the range file; Ludus asks the guest, and goes by the file where the guest doesn't answer. */
  readonly proxmox_os_id: VmSpec['os']
  readonly range_id: string
  /** The range number. */
  readonly range_second_octet: number
  readonly lanista_vlan: number
}

/** The VMs that exist, as Ansible sees them. */
export interface Inventory {
  readonly hosts: ReadonlyMap<string, HostVars>
  /** Group -> names of hosts; `all` is among them. */
  readonly groups: ReadonlyMap<string, readonly string[]>
  /** One sentence for each thing that is missing and shouldn't be. */
  readonly warnings: readonly string[]
}

/** What Ansible's script protocol asks for with `--list`. */
export const ansibleListOf = ({ hosts, groups }: Inventory): Readonly<Record<string, unknown>> => ({
  ...Object.fromEntries([...groups].map(([group, members]) => [group, { hosts: members }])),
  _meta: { hostvars: Object.fromEntries(hosts) },
})

interface Host {
  readonly groups: readonly string[]
  readonly vars: HostVars
}

/**
 * The VMs of ranges that exist on Proxmox, as Ludus' own inventory has them: the groups of its playbooks, the range, the
 * operating system and `running`. A router has the address in the NAT network by which it is reached from outside. A VM
 * that is being cloned, or whose name Proxmox has not told yet, is no host yet.
 */
export function inventoryOf(specs: readonly RangeSpec[], snapshot: ClusterSnapshot, settings: PlanSettings): Inventory {
  const seen = numbersSeen(snapshot, settings, networkModeOf(snapshot, settings))
  const index = indexGuests(snapshot)
  const warnings: string[] = []
  const hosts = new Map<string, Host>()
  const settled = specs.map((spec) => withSettledRouter(spec, snapshot, []))
  for (const spec of settled.sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const numbered = numberToldOf(
      spec,
      seen,
      settings,
      sdnHidden(`range ${spec.id}`, 'so its number is not known', snapshot),
    )
    if ('warning' in numbered) {
      warnings.push(numbered.warning)
      continue
    }
    const { number } = numbered
    const hidden = machinesHidden(spec.id, snapshot) ?? hiddenMembersOf(spec.id, snapshot)
    const machines = assignVmids(spec.id, machinesOf(spec), number, settings.vmidBase, index)
    const guests = guestsOfRange(spec.id, new Set(machines.map(({ vmid }) => vmid)), index)
    const looked = machines.map(({ vm, vmid }) => ({ vm, found: findGuest(vm, vmid, guests) }))
    if (hidden !== undefined && looked.some(({ found }) => found.kind !== 'guest'))
      warnings.push(`VMs may be missing here: ${hidden.message}`)
    for (const { vm, found } of looked) {
      if (found.kind === 'conflict') warnings.push(`range ${spec.id}: ${found.finding.message}`)
      if (found.kind !== 'guest' || found.guest.name === undefined || found.guest.lock === 'clone') continue
      const other = hosts.get(vm.name)
      if (other === undefined) hosts.set(vm.name, hostOf(vm, spec.id, number, found.guest))
      else
        warnings.push(
          `range ${spec.id}: its vm ${vm.name} is left out, since range ${other.vars.range_id} has one of that name and Ansible knows hosts by name; rename one of them`,
        )
    }
  }
  const { groups, unfit } = groupsOf(hosts)
  return {
    hosts: new Map([...hosts].map(([name, { vars }]) => [name, vars])),
    groups,
    warnings: [...warnings, ...unfit.map(unfitGroup)],
  }
}

function hostOf(vm: VmSpec, rangeId: string, number: number, { vmid, node, status }: GuestSeen): Host {
  const running = status === 'running' ? ['running'] : []
  return {
    groups: [...ansibleGroupsOf(vm, rangeId), vm.os, ...running],
    vars: {
      ansible_host: vm.role === 'router' ? routerWanAddressOf(number) : addressOf(number, vm.address),
      proxmox_name: vm.name,
      proxmox_vmid: vmid,
      proxmox_node: node,
      proxmox_status: status,
      proxmox_type: 'qemu',
      proxmox_os_id: vm.os,
      range_id: rangeId,
      range_second_octet: number,
      lanista_vlan: vm.address.vlan,
    },
  }
}

function groupsOf(hosts: ReadonlyMap<string, Host>): Pick<Inventory, 'groups'> & { readonly unfit: readonly string[] } {
  const groups = new Map<string, Set<string>>([['all', new Set(hosts.keys())]])
  const unfit = new Set<string>()
  for (const [name, host] of hosts)
    for (const group of host.groups) {
      if (isGroupName(group)) groups.set(group, (groups.get(group) ?? new Set()).add(name))
      else unfit.add(group)
    }
  return { groups: new Map([...groups].map(([group, members]) => [group, [...members]])), unfit: [...unfit] }
}

const unfitGroup = (group: string): string =>
  `ansible_groups: "${printable(group)}" can't be the name of a group and is left out; use letters, digits and underscores`

/**
 * Ansible itself takes nearly any name and warns of those that no play can address well, such as with hyphens, which are
 * Ludus' users' own. `_meta` is no group in its protocol.
 */
const isGroupName = (name: string): boolean => name !== '_meta' && name.trim() !== '' && printable(name, 200) === name
