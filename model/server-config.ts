import { z } from 'zod'
import { NAT_VNET, RANGE_NUMBERS } from './identity.ts'
import { lanistaSection } from './lanista-section.ts'

/** Ludus' own `config.yml`, of which unknown keys are ignored, plus the `lanista:` section, of which they are not. */
export const serverConfigSchema = z
  .looseObject({
    proxmox_node: z.string().meta({
      description: 'The node that is taken when nothing else decides.',
      examples: ['pve1'],
    }),
    proxmox_url: z
      .string()
      .meta({
        description: 'URL of the API. Default: port 8006 of `proxmox_hostname`.',
        examples: ['https://pve1:8006'],
      })
      .optional(),
    proxmox_hostname: z
      .string()
      .meta({ description: 'Host of the API, where `proxmox_url` is not given.', examples: ['pve1.example.org'] })
      .default('127.0.0.1'),
    proxmox_invalid_cert: z
      .boolean()
      .meta({
        description: 'Trust any certificate, unless `lanista.proxmox` has a CA or fingerprint; warned about at start.',
        examples: [true],
      })
      .default(false),
    proxmox_vm_storage_pool: z
      .string()
      .meta({ description: 'Storage of full clones.', examples: ['ceph'] })
      .default('local'),
    proxmox_vm_storage_format: z
      .enum(['qcow2', 'raw', 'vmdk'])
      .meta({ description: 'Disk format of full clones.', examples: ['raw'] })
      .default('qcow2'),
    ludus_nat_interface: z
      .string()
      .meta({ description: 'Bridge of the NAT network on a single node.', examples: ['vmbr1000'] })
      .default('vmbr1000'),
    cluster_mode: z
      .boolean()
      .meta({
        description: 'Range networks are SDN VNets. Default: when Proxmox reports more than one node.',
        examples: [true],
      })
      .optional(),
    sdn_zone: z
      .string()
      .meta({ description: 'The VXLAN zone of all range networks.', examples: ['ludus'] })
      .default('ludus'),
    vxlan_tag_base: z
      .int()
      .min(0)
      // The tag of the last range number must stay below the NAT VNet's, which is the highest there is.
      .max(NAT_VNET.tag - RANGE_NUMBERS.last - 1)
      .meta({ description: 'The VNet of range N has this plus N as its tag.', examples: [5000] })
      .default(0),
    reserved_range_numbers: z
      .array(z.int())
      .meta({ description: 'Range numbers that no range is given.', examples: [[1, 2]] })
      .default([]),
    lanista: lanistaSection.prefault({}),
  })
  .meta({ title: 'Lanista configuration', description: "Ludus' config.yml with a `lanista:` section." })

/** The settings in force: defaults applied, durations in milliseconds. */
export type ServerConfig = z.output<typeof serverConfigSchema>

/** The API's URL: `proxmox_url`, else port 8006 of `proxmox_hostname`, which Ludus hands to Ansible beside the URL. */
export function proxmoxUrlOf({ proxmox_url: url, proxmox_hostname: host }: ServerConfig): string {
  return url ?? `https://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:8006`
}

/** The URLs of the API, in the order in which they are tried. */
export const apiUrlsOf = (config: ServerConfig): readonly string[] =>
  config.lanista.proxmox.hosts ?? [proxmoxUrlOf(config)]
