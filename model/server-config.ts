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
    proxmox_endpoints: z
      .array(z.string())
      .meta({
        description:
          "Hosts of the API to fail over between, tried in order, as URLs or names; in place of `proxmox_url`. Of Ludus' next release.",
        examples: [['https://pve1:8006', 'pve2']],
      })
      .default([]),
    proxmox_token_id: z
      .string()
      .regex(/^[^@!=\s]+@[^@!=\s]+![^@!=\s]+$/, 'must be user@realm!name, with the secret in proxmox_token_secret')
      .meta({
        description: "API token, `user@realm!name`, where Lanista is given none. Of Ludus' next release.",
        examples: ['ludus@pve!ludus'],
      })
      .optional(),
    proxmox_token_secret: z
      .string()
      .meta({
        description: 'Secret of `proxmox_token_id`; a file that others may read is warned about.',
        examples: ['00000000-0000-0000-0000-000000000000'],
      })
      .optional(),
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
      .meta({ description: 'Bridge of the NAT network where ranges get bridges.', examples: ['vmbr1000'] })
      .default('vmbr1000'),
    cluster_mode: z
      .boolean()
      .meta({
        description:
          'Range networks are SDN VNets. Default: where Proxmox reports more than one node, or where the only node has the zone sdn_zone.',
        examples: [true],
      })
      .optional(),
    sdn_zone: z
      .string()
      .meta({ description: 'The zone of all range networks: VXLAN, or simple on a single node.', examples: ['ludus'] })
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
    default_router_vm_name: z
      .string()
      .regex(/^[^{}]*\{\{\s*range_id\s*\}\}[^{}]*$/, 'must have {{ range_id }} in it once, and no other expression')
      .meta({
        description: 'Name of routers whose range file gives none; also from `server-config.yml` beside this file.',
        examples: ['{{ range_id }}-router'],
      })
      .optional(),
    default_router_template_name: z
      .string()
      .min(1)
      .meta({
        description: 'Template of routers whose range file gives none; also from `server-config.yml` beside this file.',
        examples: ['debian-13-x64-server-template'],
      })
      .optional(),
    lanista: lanistaSection.prefault({}),
  })
  .meta({ title: 'Lanista configuration', description: "Ludus' config.yml with a `lanista:` section." })

/** The settings in force: defaults applied, durations in milliseconds. */
export type ServerConfig = z.output<typeof serverConfigSchema>

/** The API's URL: `proxmox_url`, else port 8006 of `proxmox_hostname`, which Ludus hands to Ansible beside the URL. */
export const proxmoxUrlOf = ({ proxmox_url: url, proxmox_hostname: host }: ServerConfig): string =>
  url ?? endpointUrl(host)

/** The URLs of the API, in the order in which they are tried. */
export function apiUrlsOf(config: ServerConfig): readonly string[] {
  const { lanista, proxmox_endpoints: endpoints } = config
  return lanista.proxmox.hosts ?? (endpoints.length > 0 ? endpoints.map(endpointUrl) : [proxmoxUrlOf(config)])
}

/** The URL of a host of the API that is given as a URL, a name or an address, with or without a port. */
function endpointUrl(endpoint: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(endpoint)) return endpoint
  const isBareIpv6 = !endpoint.startsWith('[') && endpoint.split(':').length > 2
  const host = isBareIpv6 ? `[${endpoint}]` : endpoint
  return /:[0-9]+$/.test(host) && !isBareIpv6 ? `https://${host}` : `https://${host}:8006`
}
