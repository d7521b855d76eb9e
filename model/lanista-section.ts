import { z } from 'zod'
import { duration } from './duration.ts'
import { freezeSection } from './freeze/freeze-section.ts'
import { gitSection } from './git-section.ts'
import { readAddress } from './notify/notify-address.ts'
import { secretText } from './secret-text.ts'

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

/** `user@realm!name=secret`, or the secret alone, which someone may put where the name of its file belongs. */
const TOKEN = /^(PVEAPIToken=)?[^@!=\s/]+@[^@!=\s/]+![^@!=\s/]+=|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

const fingerprint = z
  .string()
  .regex(
    /^(?:[0-9a-f]{2}[:\s-]?){31}[0-9a-f]{2}$/i,
    'must be the SHA-256 fingerprint of a certificate, 64 hexadecimal digits such as AB:CD:…',
  )

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
    fingerprint: fingerprint
      .meta({
        description: "SHA-256 fingerprint of the API's certificate, in place of a CA.",
        examples: [Array.from({ length: 32 }, () => 'AB').join(':')],
      })
      .optional(),
    fingerprints: z
      .array(fingerprint)
      .meta({
        description:
          "SHA-256 fingerprints of the certificates of several API hosts, as each node has its own; each host's must be one of them.",
        examples: [['AB', 'CD'].map((pair) => Array.from({ length: 32 }, () => pair).join(':'))],
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
      .array(secretText(readAddress))
      .meta({
        description:
          'Who hears of every range that becomes Ready or fails, besides those in its own file: addresses as there.',
        examples: [['discord://token@123456']],
      })
      .default([]),
    private_hosts: z
      .array(z.string())
      .meta({
        description:
          'Hosts on this machine or in private networks, as names or addresses, to which range files may have notifications sent.',
        examples: [['ntfy.lab.example.org']],
      })
      .default([]),
  })
  .meta({ description: 'Notifications.' })

/** The `lanista:` section of the configuration: what is Lanista's own. */
export const lanistaSection = z
  .strictObject({
    ranges: z
      .string()
      .meta({ description: 'The watched folder of range files.', examples: ['/srv/ranges'] })
      .default('/etc/lanista/ranges'),
    git: gitSection.optional(),
    state_dir: z
      .string()
      .meta({
        description:
          'Where status files go. May be deleted at any time, but for `migrate-host`, from which a host is moved back.',
        examples: ['/var/lib/lanista'],
      })
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
    freeze: freezeSection
      .meta({
        description: 'Times in which nothing is changed in ranges: newer contents of their files wait for the end.',
      })
      .prefault([]),
    tracing: z
      .strictObject({
        endpoint: z
          .string()
          .refine((text) => URL.canParse(text) && /^https?:\/\/[^/?#@]+(\/[^?#]*)?$/.test(text), {
            message: 'must be an http or https URL without a name, a password or a query',
          })
          .meta({
            description:
              'A collector of OpenTelemetry, which traces of passes are sent to by OTLP over HTTP; `/v1/traces` is put after it. Default: `OTEL_EXPORTER_OTLP_ENDPOINT`, and nothing is traced without either.',
            examples: ['http://127.0.0.1:4318'],
          })
          .optional(),
      })
      .meta({ description: '[Traces](../how-to/monitor.md#traces).' })
      .prefault({}),
    http: z
      .strictObject({
        listen: listen
          .meta({
            description: 'Address and port of /metrics, /healthz, /readyz and /api; port 0 takes any.',
            examples: ['0.0.0.0:8480'],
          })
          .default('127.0.0.1:8480'),
        tokens_file: z
          .string()
          .meta({
            description:
              'File with the people who may ask from another machine, a line each: NAME read|write TOKEN. Default: nobody may ask for anything but to look.',
            examples: ['/etc/lanista/people'],
          })
          .optional(),
        hosts: z
          .array(z.string())
          .meta({
            description:
              'Names under which the endpoints are asked for, besides localhost, addresses, the host of `listen` and the name of this machine.',
            examples: [['lanista.example.org']],
          })
          .default([]),
      })
      .meta({ description: 'The HTTP endpoints.' })
      .prefault({}),
  })
  .meta({ description: "Lanista's own settings, at which Ludus doesn't look." })
