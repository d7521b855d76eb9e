import type { ServerConfig } from './server-config.ts'

/** The part of the configuration that decides what a range's plan looks like. */
export interface PlanSettings {
  /** `sdn_zone`: the VXLAN zone of all range VNets. */
  readonly zone: string
  /** A range VNet's tag is this plus the range number. */
  readonly vxlanTagBase: number
  readonly vmidBase: number
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
}

/** The plan settings of a configuration. */
export const planSettingsOf = (config: ServerConfig): PlanSettings => ({
  zone: config.sdn_zone,
  vxlanTagBase: config.vxlan_tag_base,
  vmidBase: config.lanista.vmid_base,
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
})
