import type { RangeAddress } from './identity.ts'

/**
 * What a range file asks for, after parsing: `{{ range_id }}` filled in, Ludus' defaults applied, units fixed.
 * Planners see this and nothing of YAML.
 */
export interface RangeSpec {
  /** The range id: the file's name. Also the Proxmox pool of its VMs. */
  readonly id: string
  /** The file it came from, for messages. */
  readonly source: string
  /** `ludus_extensions.lanista.range_number`, when the author fixed it. */
  readonly number: number | undefined
  /** `ludus_extensions.lanista.wave`: ranges of lower waves go first with each commit. 0..99 */
  readonly wave: number
  /** `ludus_extensions.lanista.suspend`: while it holds, the range is left alone. */
  readonly suspension: Suspension | undefined
  /** `ludus_extensions.lanista.state`: an absent range is to go, network and all. */
  readonly state: 'present' | 'absent'
  /** `ludus_extensions.lanista.power`. */
  readonly power: Power
  /** `ludus_extensions.lanista.drift`. */
  readonly drift: Drift
  /** `defaults.target_node`: where VMs and router go that name no node of their own. */
  readonly targetNode: string | undefined
  /** `notify.urls`: Shoutrrr addresses, which are secrets and not checked. */
  readonly notifyUrls: readonly string[]
  readonly router: VmSpec
  /** In file order; the router is not among them. */
  readonly vms: readonly VmSpec[]
}

/**
 * What its author wants of VMs once they exist and are configured. `on`: they run; `off`: none does; `keep`: new ones are
 * started, and of the others each stays as it is.
 */
export type Power = 'on' | 'keep' | 'off'

/** What is done about an existing VM that is not as the file says: written, or only told. */
export interface Drift {
  /** Network and VLAN of its NICs. */
  readonly networks: 'correct' | 'report'
  /** Cores, memory, balloon, tags. */
  readonly hardware: 'correct' | 'report'
}

/** Why a range is left alone, and for how long. */
export interface Suspension {
  readonly reason: string
  readonly owner: string | undefined
  /** Epoch milliseconds at which it ends by itself; undefined: when the author takes it away. */
  readonly until: number | undefined
  /** By whom, and when, where a person ordered it and no file says it. */
  readonly ordered?: { readonly by: string; readonly at: number } | undefined
}

/** True when the range is to be left alone at that time, in epoch milliseconds. */
export const isSuspended = ({ suspension }: Pick<RangeSpec, 'suspension'>, now: number): boolean =>
  suspension !== undefined && (suspension.until === undefined || now < suspension.until)

/** One VM (or the router) of a range file. */
export interface VmSpec {
  readonly role: 'router' | 'vm'
  /** The VM's name in Proxmox, unique in its range. */
  readonly name: string
  /** Further names by which it is found when it exists: those that Ludus gives a router whose file names none. */
  readonly otherNames: readonly string[]
  /** What the file leaves to what there is on the cluster; until then it is what Ludus 2 takes. */
  readonly unsaid: readonly ('name' | 'template')[]
  readonly hostname: string
  /** A template's name, as Proxmox lists it. */
  readonly template: string
  readonly address: RangeAddress
  readonly cpus: number
  readonly memoryMiB: number
  /** Balloon minimum; 0 switches ballooning off. */
  readonly balloonMiB: number
  readonly os: 'windows' | 'linux' | 'macos'
  /** A Windows VM that is a primary or further controller of its domain. */
  readonly domainController: boolean
  readonly fullClone: boolean
  /** The VM's own `target_node`. */
  readonly targetNode: string | undefined
  /** Where its author would like it, beyond `target_node`; those for the whole range are among them. */
  readonly wishes: readonly Wish[]
  /** Group names for Ludus' Ansible inventory, the author's own (`ansible_groups`). */
  readonly ansibleGroups: readonly string[]
}

/**
 * A wish for the node of a VM that does not exist yet (`ludus_extensions.lanista.placement`). One that is required and
 * can't be met leaves the VM uncreated; one that is preferred goes before a node's score.
 */
export type Wish = { readonly required: boolean } & (
  | { readonly kind: 'only_nodes' | 'avoid_nodes'; readonly nodes: readonly string[] }
  /** Names of VMs of the same range. */
  | { readonly kind: 'together_with' | 'apart_from'; readonly vms: readonly string[] }
  /** On as many, or as few, nodes as the VMs of the range can be. */
  | { readonly kind: 'spread' | 'pack' }
)

/** Router first, then the VMs in file order: the order in which they are placed. */
export const machinesOf = (spec: RangeSpec): readonly VmSpec[] => [spec.router, ...spec.vms]

/** All names by which VMs of a range may be called, also those under which only an existing router would be. */
export const namesIn = (spec: RangeSpec): readonly string[] =>
  machinesOf(spec).flatMap(({ name, otherNames }) => [name, ...otherNames])

/** The VM of a range that is, or may be, called that. */
export const machineNamed = (spec: RangeSpec, called: string): VmSpec | undefined =>
  machinesOf(spec).find(({ name }) => name === called) ??
  machinesOf(spec).find(({ otherNames }) => otherNames.includes(called))

/** The VLANs in use in a range, ascending: the router gets one NIC for each, in this order. */
export const vlansOf = (spec: RangeSpec): readonly number[] =>
  [...new Set(spec.vms.map((vm) => vm.address.vlan))].sort((a, b) => a - b)
