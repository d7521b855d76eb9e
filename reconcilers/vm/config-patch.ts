import { OWNER_TAG, rangeTag } from '../../model/identity.ts'
import type { NetworkNames } from '../../model/plan/network-plan.ts'
import type { ConfigPatch, MachineRead } from '../../model/machine-ports.ts'
import type { VmSpec } from '../../model/range-spec.ts'
import { areOurs, notesOf } from '../../model/vm-notes.ts'
import type { WantedWiring } from './nic-wiring.ts'

/** The networks of one range, as a VM's NICs need them. */
export interface RangeNetworks {
  readonly rangeId: string
  readonly names: NetworkNames
  /** Ascending; the router has one NIC for each. */
  readonly vlans: readonly number[]
}

/**
 * The one write that turns a fresh clone into the VM the range file asks for, with Ludus' values: `cores` and `vcpus`
 * from `cpus`, memory and balloon in MiB, NICs, tablet for Windows and macOS, no install CD, and the tags and notes by
 * which a configured VM is known. Notes that a person wrote stay. MACs of the clone are kept: a `netN` written without one gets a new MAC.
 */
export function configPatchOf(vm: VmSpec, networks: RangeNetworks, read: MachineRead): ConfigPatch {
  const tags = [...new Set([...read.tags, OWNER_TAG, rangeTag(networks.rangeId)])].sort()
  const nics = nicsOf(vm, networks).map(
    (nic, index) => [`net${index}`, nicText(vm, nic, read.config[`net${index}`])] as const,
  )
  const making = { vmid: read.vmid, range: networks.rangeId, configured: true }
  return {
    set: {
      cores: vm.cpus,
      vcpus: vm.cpus,
      memory: vm.memoryMiB,
      balloon: vm.balloonMiB,
      tablet: vm.os === 'linux' ? 0 : 1,
      tags: tags.join(';'),
      ...(areOurs(read.config['description']) ? { description: notesOf(vm, making) } : {}),
      ...Object.fromEntries(nics),
    },
    delete: Object.keys(read.config).filter((key) => isInstallCd(key, read.config[key] ?? '')),
    digest: read.digest,
  }
}

type Nic = WantedWiring & { readonly bridge: string }

/** Where a VM's NICs belong, from `net0` on; a router's in ascending order of VLANs. */
export function nicsOf(vm: VmSpec, { names, vlans }: RangeNetworks): readonly Nic[] {
  const bridge = names.range
  if (vm.role === 'vm') return [{ bridge, vlan: vm.address.vlan }]
  return [{ bridge: names.nat, vlan: undefined, anyVlan: true }, ...vlans.map((vlan) => ({ bridge, vlan }))]
}

/** The model of a VM's NICs, by Ludus' rule. */
export const cardOf = (vm: VmSpec): string => (vm.template.includes('antisandbox') ? 'e1000' : 'virtio')

function nicText(vm: VmSpec, { bridge, vlan }: Nic, current: string | undefined): string {
  const model = cardOf(vm)
  const mac = /=((?:[0-9a-f]{2}:){5}[0-9a-f]{2})/i.exec(current ?? '')?.[1]
  return [
    mac === undefined ? model : `${model}=${mac}`,
    `bridge=${bridge}`,
    ...(vlan === undefined ? [] : [`tag=${vlan}`]),
  ].join(',')
}

/** A CD drive left over from the template's installation. Cloud-init's drive is a CD as well, and stays. */
const isInstallCd = (key: string, value: string): boolean =>
  /^(ide|sata|scsi)[0-9]+$/.test(key) && value.includes('media=cdrom') && !value.includes('cloudinit')
