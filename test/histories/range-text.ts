/** What a range file says, as far as histories change it. */
export interface RangeFile {
  readonly vms: Readonly<Record<string, VmEntry>>
  readonly power: 'on' | 'off' | 'keep'
  readonly drift: { readonly networks: 'correct' | 'report'; readonly hardware: 'correct' | 'report' }
  readonly state: 'present' | 'absent'
  readonly suspended: boolean
  /** Left out where it is 0. */
  readonly wave?: number
  /** It can't be read as a range. */
  readonly broken: boolean
}

export interface VmEntry {
  readonly vlan: number
  readonly ram: number
  readonly cpus: number
  readonly node: string | undefined
}

/** The VMs a range may have, and their last octets: no two of them ever spell the same VMID. */
export const OCTETS: Readonly<Record<string, number>> = { a: 1, b: 2 }

export const EMPTY_FILE: RangeFile = {
  vms: {},
  power: 'on',
  drift: { networks: 'correct', hardware: 'correct' },
  state: 'present',
  suspended: false,
  broken: false,
}

/** The file as its author would write it. */
export const textOf = ({ vms, power, drift, state, suspended, broken, wave }: RangeFile): string =>
  `ludus:${Object.keys(vms).length === 0 ? ' []' : ''}
${Object.entries(vms).map(vmText).join('')}
ludus_extensions:
  lanista:
    power: ${power}
    state: ${state}
    drift: { networks: ${drift.networks}, hardware: ${drift.hardware} }
${wave === undefined ? '' : `    wave: ${wave}\n`}${suspended ? '    suspend: { reason: exam }\n' : ''}${broken ? '    stat: typo\n' : ''}`

const vmText = ([name, { vlan, ram, cpus, node }]: readonly [string, VmEntry]): string => `
  - vm_name: "{{ range_id }}-${name}"
    hostname: "{{ range_id }}-${name}"
    template: debian-12-x64-server-template
    vlan: ${vlan}
    ip_last_octet: ${OCTETS[name]}
    ram_gb: ${ram}
    cpus: ${cpus}
    linux: true
${node === undefined ? '' : `    target_node: ${node}\n`}`

/** The name of a range's VM in Proxmox. */
export const nameIn = (range: string, vm: string): string =>
  vm === 'router' ? `${range}-router-debian12-x64` : `${range}-${vm}`

/** True for a file that asks for its range. */
export const isInForce = (file: RangeFile | undefined): file is RangeFile =>
  file !== undefined && !file.broken && !file.suspended
