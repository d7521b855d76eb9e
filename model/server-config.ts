import { z } from 'zod'
import { NAT_VNET, RANGE_NUMBERS } from './identity.ts'
import { readAddress } from './notify/notify-address.ts'

const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** `30s`, `500ms`, `5m`, `1h` as milliseconds. */
const duration = (...examples: string[]) =>
  z
    .string()
    .regex(/^[0-9]+(ms|s|m|h)$/, 'must be a duration such as 500ms, 30s, 5m or 1h')
    // Those of a schema that changes its value are taken for the changed one, and left out of the JSON schema.
    .meta({ examples })
    .transform((text) => Number.parseInt(text, 10) * (MILLISECONDS[text.replace(/^[0-9]+/, '')] ?? 1000))

/** Milliseconds as they are written in the configuration, in the largest unit that fits: `5m`. */
export function durationText(milliseconds: number): string {
  const units = Object.entries(MILLISECONDS).reverse()
  const [unit, size] = units.find(([, each]) => milliseconds % each === 0) ?? ['ms', 1]
  return `${milliseconds / size}${unit}`
}

/** Shorter would keep Proxmox busy for nothing; much longer is more than a timer holds. */
const resync = duration('30s', '5m').refine(
  (milliseconds) => milliseconds >= 1000 && milliseconds <= 86_400_000,
  'must be a duration from 1s to 24h',
)

/** Each VM costs three reads. */
const audit = duration('5m', '1h').refine(
  (milliseconds) => milliseconds >= 60_000 && milliseconds <= 86_400_000,
  'must be a duration from 1m to 24h',
)

/** `127.0.0.1:8480`, `[::1]:8480`, `localhost:0`. */
const listen = z
  .string()
  .regex(/^(\[[0-9a-f:.]+\]|[^\s:[\]]+):[0-9]{1,5}$/i, 'must be an address and a port, such as 127.0.0.1:8480')

/** `user@realm!name=secret`, which someone may put where the name of its file belongs. */
const TOKEN = /^(PVEAPIToken=)?[^@!=\s/]+@[^@!=\s/]+![^@!=\s/]+=/

const proxmoxConnection = z
  .strictObject({
    hosts: z
      .array(z.string())
      .meta({
        description: 'URLs of the API to fail over between, tried in order. Default: `proxmox_url` alone.',
        examples: [['https://pve1:8006', 'https://pve2:8006']],
      })
      .optional(),
    token_file: z
      .string()
      .refine((text) => !TOKEN.test(text), 'must be the name of a file with the token in it, not the token itself')
      .meta({
        description: 'File with the API token, `user@realm!name=secret`.',
        examples: ['/etc/lanista/token'],
      })
      .optional(),
    ca_file: z
      .string()
      .meta({
        description: "PEM file of the CA that signed the API's certificates. Default: the system's CAs.",
        examples: ['/etc/lanista/pve-root-ca.pem'],
      })
      .optional(),
    fingerprint: z
      .string()
      .meta({
        description: "SHA-256 fingerprint of the API's certificate, in place of a CA.",
        examples: [Array.from({ length: 32 }, () => 'AB').join(':')],
      })
      .optional(),
  })
  .meta({ description: 'How Proxmox is reached.' })

const weight = z.number().min(0).max(1000)

const placementSection = z
  .strictObject({
    weights: z
      .strictObject({
        memory: weight
          .meta({ description: 'What the fraction of memory left free counts.', examples: [1] })
          .default(0.8),
        cpu: weight.meta({ description: 'What the fraction of CPU left idle counts.', examples: [0] }).default(0.2),
      })
      .meta({ description: "The score of a node; the defaults are Ludus'." })
      .prefault({}),
    memory_headroom_percent: z
      .number()
      .min(0)
      .max(90)
      .meta({
        description:
          "Percent of a node's memory that is left free when a node is chosen; a named node is taken anyway.",
        examples: [10],
      })
      .default(0),
    ballooning: z
      .enum(['minimum', 'maximum'])
      .meta({ description: 'What a VM with `ram_min_gb` counts with: that, or its `ram_gb`.' })
      .default('minimum'),
  })
  .meta({ description: 'How the node of a new VM is chosen.' })

/** Shorter, and a restart could let more ranges go in an hour than the budget allows. */
const grace = duration('12h', '168h').refine(
  (milliseconds) => milliseconds >= 3_600_000 && milliseconds <= 720 * 3_600_000,
  'must be a duration from 1h to 720h',
)

const pruneSection = z
  .strictObject({
    enabled: z
      .boolean()
      .meta({ description: 'Remove a range when its file has been gone for `grace`. Default: it stays as it is.' })
      .default(false),
    grace: grace
      .meta({
        description: 'How long a file must have been gone, watched without a break: from 1h to 720h.',
      })
      .prefault('24h'),
    budget: z
      .int()
      .min(1)
      .max(50)
      .meta({
        description: 'So many ranges may go within an hour; if more would, none goes without `lanista approve`.',
        examples: [3],
      })
      .default(1),
  })
  .meta({ description: 'What becomes of ranges whose file is gone.' })

const notifySection = z
  .strictObject({
    urls: z
      .array(
        z.string().check((context) => {
          const read = readAddress(context.value)
          if (read.kind === 'usable') return
          // Without the value, which is a secret.
          context.issues.push({
            code: 'custom',
            input: undefined,
            message: `is unusable: ${read.finding}; ${read.remedy}`,
          })
        }),
      )
      .meta({
        description:
          'Who hears of every range that becomes Ready or fails, besides those in its own file: addresses as there.',
        examples: [['discord://token@123456']],
      })
      .default([]),
  })
  .meta({ description: 'Notifications.' })

const lanistaSection = z
  .strictObject({
    ranges: z
      .string()
      .meta({ description: 'The watched folder of range files.', examples: ['/srv/ranges'] })
      .default('/etc/lanista/ranges'),
    state_dir: z
      .string()
      .meta({ description: 'Where status files go. May be deleted at any time.', examples: ['/var/lib/lanista'] })
      .default('/var/lib/lanista'),
    resync: resync
      .meta({ description: 'How often every range is looked at again without any cause: from 1s to 24h.' })
      .prefault('30s'),
    audit: audit
      .meta({
        description:
          'How often the configuration of each VM is compared with its range file, spread over that time: from 1m to 24h. A changed file is compared at once.',
      })
      .prefault('10m'),
    repair: z
      .boolean()
      .meta({
        description:
          'Remove what an interrupted clone left in the place of a VM, once a person has unlocked it, and clone again. Default: say what to run.',
      })
      .default(false),
    vmid_base: z
      .int()
      .min(0)
      .max(840_000_000)
      .meta({ description: 'Added to every VMID that Lanista gives.', examples: [100_000_000] })
      .default(0),
    proxmox: proxmoxConnection.prefault({}),
    sdn: z
      .strictObject({
        apply_foreign: z
          .boolean()
          .meta({
            description:
              'Apply although changes are pending that are not of ranges: an apply commits them too. Default: wait, and say whose they are.',
          })
          .default(false),
        acl_group: z
          .string()
          .regex(/^[A-Za-z0-9._-]+$/, 'must be the name of a Proxmox group')
          .meta({
            description: 'This group is given the role PVESDNUser on each range VNet. Default: nobody is.',
            examples: ['ludus_users'],
          })
          .optional(),
      })
      .meta({ description: 'How the networks of ranges are made on a cluster.' })
      .prefault({}),
    routes: z
      .strictObject({
        enabled: z
          .boolean()
          .meta({
            description:
              "Keep a route to each range on this machine: for the machine that is the NAT network's router, the Ludus host.",
          })
          .default(false),
        device: z
          .string()
          .regex(/^[A-Za-z0-9._-]{1,15}$/, 'must be the name of a network device')
          .meta({
            description:
              'The device to the NAT network. Default: `ludusnat`, or `ludus_nat_interface` on a single node.',
            examples: ['ludusnat'],
          })
          .optional(),
      })
      .meta({ description: 'Routes of the machine that Lanista runs on.' })
      .prefault({}),
    placement: placementSection.prefault({}),
    notify: notifySection.prefault({}),
    prune: pruneSection.prefault({}),
    http: z
      .strictObject({
        listen: listen
          .meta({
            description: 'Address and port of /metrics, /healthz, /readyz and /api; port 0 takes any.',
            examples: ['0.0.0.0:8480'],
          })
          .default('127.0.0.1:8480'),
      })
      .meta({ description: 'The HTTP endpoints.' })
      .prefault({}),
  })
  .meta({ description: "Lanista's own settings, at which Ludus doesn't look." })

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
