import { z } from 'zod'
import { containerNicProblem } from './containers/container-nic.ts'
import { nicFormat } from './guests/nic-format.ts'
import { parsePropertyString } from './guests/property-string.ts'

const name = z.string().regex(/^[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?$/)
const vmid = z.int().min(100).max(999_999_999)

const nodeSchema = z.strictObject({
  name,
  cores: z.int().positive().default(16),
  memory_gib: z.number().positive().default(64),
  address: z.ipv4().optional(),
})

const storageSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9\-_.]*[a-z0-9]$/i),
  shared: z.boolean().default(false),
  content: z.array(z.string()).default(['images', 'rootdir', 'iso']),
  size_gib: z.number().positive().default(2048),
})

const machineSchema = z.strictObject({
  name: z.string(),
  vmid: vmid.optional(),
  node: name.optional(),
  storage: z.string().optional(),
  cores: z.int().positive().default(2),
  memory_mib: z.int().positive().default(2048),
  disk_gib: z.number().positive().default(32),
  ostype: z.string().optional(),
})

/** What is wrong with a network card as Proxmox takes it: `virtio,bridge=r1,tag=10`, of a container `name=eth0,bridge=r1,tag=10`. */
const nicProblem = (kind: 'qemu' | 'lxc', text: string): string | undefined =>
  kind === 'lxc' ? containerNicProblem(text, 'nic') : parsePropertyString(nicFormat, text, 'nic').problem

const snapshotSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_-]+$/i),
  description: z.string().optional(),
  /** As they were then; without them as they are now. */
  nics: z.array(z.string()).max(32).optional(),
})

const nicKey = z.string().regex(/^net([0-9]|[12][0-9]|3[01])$/)

const guestFields = machineSchema.extend({
  /** A container (`lxc`) has its name as its host name, and always a disk. */
  kind: z.enum(['qemu', 'lxc']).default('qemu'),
  pool: z.string().optional(),
  tags: z.array(z.string()).default([]),
  running: z.boolean().default(false),
  bridge: z.string().default('vmbr0'),
  /** `net0` and on; without them it has one card, on `bridge`. */
  nics: z.array(z.string()).max(32).optional(),
  /** Oldest first. */
  snapshots: z.array(snapshotSchema).default([]),
  /** What its agent tells besides the addresses that NICs give themselves: `net0: [10.2.10.11/24]`. */
  addresses: z.record(nicKey, z.array(z.union([z.cidrv4(), z.cidrv6()]))).optional(),
  /** Does its agent answer. */
  agent_answers: z.boolean().default(true),
})

const guestSchema = guestFields.superRefine(({ kind, nics = [], snapshots }, context) => {
  const lists = [
    { path: ['nics'], cards: nics },
    ...snapshots.map((snapshot, index) => ({ path: ['snapshots', index, 'nics'], cards: snapshot.nics ?? [] })),
  ]
  for (const { path, cards } of lists)
    for (const [index, card] of cards.entries()) {
      const problem = nicProblem(kind, card)
      if (problem !== undefined)
        context.addIssue({
          code: 'custom',
          path: [...path, index],
          message: `no network card: ${problem.trim().replaceAll('\n', '; ')}`,
        })
    }
})

const sdnName = z.string().regex(/^[a-zA-Z][a-zA-Z0-9]{1,7}$/)

const zoneSchema = z
  .strictObject({
    name: sdnName.default('ludus'),
    type: z.enum(['vxlan', 'simple']).default('vxlan'),
    /** Of a VXLAN zone; every node by default. */
    peers: z.array(z.ipv4()).optional(),
    nodes: z.array(name).optional(),
    mtu: z.int().positive().optional(),
  })
  .refine(({ type, peers }) => type === 'vxlan' || peers === undefined, {
    path: ['peers'],
    message: 'a simple zone has no peers',
  })

const vnetSchema = z.strictObject({
  name: sdnName,
  /** The first zone by default. */
  zone: sdnName.optional(),
  tag: z.int().min(1).max(16_777_215).optional(),
  alias: z.string().max(256).optional(),
  vlan_aware: z.boolean().default(false),
})

const fieldsSchema = z.strictObject({
  name: z.string().default('lab'),
  seed: z.int().default(1),
  nodes: z.union([z.int().positive().max(99), z.array(nodeSchema).min(1)]).default(3),
  storages: z.array(storageSchema).default([
    { id: 'shared', shared: true, content: ['images', 'rootdir', 'iso'], size_gib: 4096 },
    {
      id: 'local',
      shared: false,
      content: ['images', 'rootdir', 'iso', 'vztmpl', 'backup', 'snippets'],
      size_gib: 512,
    },
  ]),
  /** Without one (null) the cluster has no SDN zone. */
  zone: zoneSchema.nullable().prefault({}),
  /** Zones besides that one, in which the controller gets no right to write. */
  further_zones: z.array(zoneSchema).default([]),
  /** In force at the start. */
  vnets: z.array(vnetSchema).default([]),
  /** Name of a Linux bridge `192.0.2.254/24` on every node, as Ludus makes it on a single node. */
  nat_bridge: z
    .string()
    .regex(/^[a-z][a-z0-9]{1,14}$/)
    .nullable()
    .default(null),
  templates: z.array(z.union([z.string(), machineSchema])).default([]),
  guests: z.union([z.int().nonnegative().max(10_000), z.array(guestSchema)]).default([]),
})

/** A zone with every default filled in. */
export type ZoneDescription = z.output<typeof zoneSchema>

/** Zones of a description, the controller's first. */
export const zonesOf = ({
  zone,
  further_zones: further,
}: Pick<z.output<typeof fieldsSchema>, 'zone' | 'further_zones'>): readonly ZoneDescription[] => [
  ...(zone === null ? [] : [zone]),
  ...further,
]

/** What Proxmox would refuse of a VNet; undefined when it takes it. */
const vnetProblem = (vnet: z.output<typeof vnetSchema>, zones: readonly ZoneDescription[]): string | undefined => {
  const zone = vnet.zone === undefined ? zones[0] : zones.find((one) => one.name === vnet.zone)
  if (zone === undefined) return 'its zone is not described'
  if (zone.type === 'vxlan' && vnet.tag === undefined) return 'a VNet of a VXLAN zone has a tag'
  return zone.type === 'simple' && vnet.tag !== undefined ? 'a VNet of a simple zone has no tag' : undefined
}

/**
 * A cluster in words, as `lanista simulate --cluster FILE` takes it. Everything has a default; `nodes: 12` makes
 * twelve unequal nodes from the seed, `guests: 300` that many other people's machines.
 */
export const clusterDescriptionSchema = fieldsSchema.superRefine((full, context) => {
  const names = new Set<string>()
  const refuse = (index: number, message: string): void => {
    context.addIssue({ code: 'custom', path: ['vnets', index], message })
  }
  for (const [index, vnet] of full.vnets.entries()) {
    const problem = names.has(vnet.name) ? 'a VNet of this name is described already' : vnetProblem(vnet, zonesOf(full))
    if (problem !== undefined) refuse(index, problem)
    names.add(vnet.name)
  }
})

/** A description as written, before defaults. */
export type ClusterDescription = z.input<typeof clusterDescriptionSchema>

/** A description with every default filled in. */
export type FullDescription = z.output<typeof clusterDescriptionSchema>

export type MachineDescription = z.output<typeof guestSchema>

/** Fills a machine's defaults. */
export const machineOf = (input: z.input<typeof guestSchema>): MachineDescription => guestSchema.parse(input)
