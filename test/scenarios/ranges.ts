/** Range files as people write them, for scenarios. */

export interface VmText {
  readonly name: string
  readonly vlan: number
  readonly octet: number
  readonly ram?: number
  readonly targetNode?: string
}

/** A range file with Linux VMs; names get the range id in front. */
export const rangeText = (vms: readonly VmText[], rest = ''): string => `ludus:\n${vms.map(vmText).join('')}${rest}`

const vmText = ({ name, vlan, octet, ram = 2, targetNode }: VmText): string => `
  - vm_name: "{{ range_id }}-${name}"
    hostname: "{{ range_id }}-${name}"
    template: debian-12-x64-server-template
    vlan: ${vlan}
    ip_last_octet: ${octet}
    ram_gb: ${ram}
    cpus: 2
    linux: true
${targetNode === undefined ? '' : `    target_node: ${targetNode}\n`}`
