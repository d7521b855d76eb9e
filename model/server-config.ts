import { z } from 'zod'
import { NAT_VNET, RANGE_NUMBERS } from './identity.ts'

const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** `30s`, `500ms`, `5m`, `1h` as milliseconds. */
const duration = z
  .string()
  .regex(/^[0-9]+(ms|s|m|h)$/, 'must be a duration such as 500ms, 30s, 5m or 1h')
  .transform((text) => Number.parseInt(text, 10) * (MILLISECONDS[text.replace(/^[0-9]+/, '')] ?? 1000))

/** Shorter would keep Proxmox busy for nothing; much longer is more than a timer holds. */
const resync = duration.refine(
  (milliseconds) => milliseconds >= 1000 && milliseconds <= 86_400_000,
  'must be a duration from 1s to 24h',
)

/** `127.0.0.1:8480`, `[::1]:8480`, `localhost:0`. */
const listen = z
  .string()
  .regex(/^(\[[0-9a-f:.]+\]|[^\s:[\]]+):[0-9]{1,5}$/i, 'must be an address and a port, such as 127.0.0.1:8480')

const lanistaSection = z.strictObject({
  ranges: z.string().describe('The watched folder of range files.').default('/etc/lanista/ranges'),
  state_dir: z.string().describe('Where status files go. May be deleted at any time.').default('/var/lib/lanista'),
  resync: resync.describe('How often every range is looked at again without any cause.').default(30_000),
  vmid_base: z.int().min(0).max(840_000_000).describe('Added to every VMID that Lanista gives.').default(0),
  proxmox: z
    .strictObject({
      hosts: z.array(z.string()).describe('API hosts to fail over between; default: proxmox_url alone.').optional(),
      token_file: z.string().describe('File with the API token: user@realm!name=secret.').optional(),
      ca_file: z.string().describe('PEM file of the CA that signed the API certificates.').optional(),
      fingerprint: z.string().describe('SHA-256 fingerprint of the API certificate, in place of a CA.').optional(),
    })
    .prefault({}),
  http: z
    .strictObject({ listen: listen.describe('Address of /metrics, /healthz, /readyz.').default('127.0.0.1:8480') })
    .prefault({}),
})

/** Ludus' own `config.yml`, of which unknown keys are ignored, plus the `lanista:` section, of which they are not. */
export const serverConfigSchema = z.looseObject({
  proxmox_url: z.string().default('https://127.0.0.1:8006'),
  proxmox_node: z.string().describe('The node that is taken when nothing else decides.'),
  proxmox_invalid_cert: z.boolean().default(false),
  proxmox_vm_storage_pool: z.string().default('local'),
  proxmox_vm_storage_format: z.enum(['qcow2', 'raw', 'vmdk']).default('qcow2'),
  ludus_nat_interface: z.string().default('vmbr1000'),
  cluster_mode: z.boolean().describe('Default: true when Proxmox reports more than one node.').optional(),
  sdn_zone: z.string().default('ludus'),
  vxlan_tag_base: z
    .int()
    .min(0)
    // The tag of the last range number must stay below the NAT VNet's, which is the highest there is.
    .max(NAT_VNET.tag - RANGE_NUMBERS.last - 1)
    .describe('A range VNet gets this plus its range number as tag.')
    .default(0),
  reserved_range_numbers: z.array(z.int()).default([]),
  lanista: lanistaSection.prefault({}),
})

/** The settings in force: defaults applied, durations in milliseconds. */
export type ServerConfig = z.output<typeof serverConfigSchema>
