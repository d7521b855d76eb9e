import type { ServerConfig } from './server-config.ts'

/** The part of the configuration that decides what a range's plan looks like. */
export interface PlanSettings {
  /** `sdn_zone`: the VXLAN zone of all range VNets. */
  readonly zone: string
  /** A range VNet's tag is this plus the range number. */
  readonly vxlanTagBase: number
  readonly vmidBase: number
  /** `lanista.audit`: how often the configuration of each VM is compared with its range file, in milliseconds. */
  readonly auditMs: number
  /** `lanista.repair`: remove what interrupted clones left. */
  readonly repairClones: boolean
  readonly reservedNumbers: readonly number[]
  /** `proxmox_node`: the node taken when nothing else decides. */
  readonly defaultNode: string
  /** Storage and format of full clones. */
  readonly storage: string
  readonly storageFormat: string
  /** Undefined: cluster mode when Proxmox reports more than one node. */
  readonly clusterMode: boolean | undefined
  /** `ludus_nat_interface`: the bridge of the NAT network on a single node. */
  readonly natBridge: string
  /** Apply over pending changes that are not of ranges. */
  readonly applyForeign: boolean
  /** `lanista.routes.enabled`: this machine is the NAT network's router. */
  readonly routesEnabled: boolean
  /** `lanista.routes.device`; undefined: the NAT network's own name. */
  readonly routesDevice: string | undefined
  /** The group that may use the VNets of ranges. */
  readonly aclGroup: string | undefined
  readonly placement: PlacementSettings
}

/** `lanista.placement`: how the best node is chosen. */
export interface PlacementSettings {
  /** What a fraction of free memory and of idle CPU counts in a node's score. */
  readonly weights: { readonly memory: number; readonly cpu: number }
  /** Percent of a node's memory that auto-select leaves free. */
  readonly memoryHeadroomPercent: number
  /** What a VM with ballooning counts with: `ram_min_gb` or `ram_gb`. */
  readonly ballooning: 'minimum' | 'maximum'
}

/** The plan settings of a configuration. */
export const planSettingsOf = (config: ServerConfig): PlanSettings => ({
  zone: config.sdn_zone,
  vxlanTagBase: config.vxlan_tag_base,
  vmidBase: config.lanista.vmid_base,
  auditMs: config.lanista.audit,
  repairClones: config.lanista.repair,
  reservedNumbers: config.reserved_range_numbers,
  defaultNode: config.proxmox_node,
  storage: config.proxmox_vm_storage_pool,
  storageFormat: config.proxmox_vm_storage_format,
  clusterMode: config.cluster_mode,
  natBridge: config.ludus_nat_interface,
  applyForeign: config.lanista.sdn.apply_foreign,
  routesEnabled: config.lanista.routes.enabled,
  routesDevice: config.lanista.routes.device,
  aclGroup: config.lanista.sdn.acl_group,
  placement: {
    weights: config.lanista.placement.weights,
    memoryHeadroomPercent: config.lanista.placement.memory_headroom_percent,
    ballooning: config.lanista.placement.ballooning,
  },
})
