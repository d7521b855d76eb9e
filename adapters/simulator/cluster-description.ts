import { z } from 'zod'

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

const guestSchema = machineSchema.extend({
  pool: z.string().optional(),
  tags: z.array(z.string()).default([]),
  running: z.boolean().default(false),
  bridge: z.string().default('vmbr0'),
})

/**
 * A cluster in words, as `lanista simulate --cluster FILE` takes it. Everything has a default; `nodes: 12` makes
 * twelve unequal nodes from the seed, `guests: 300` that many other people's machines.
 */
export const clusterDescriptionSchema = z.strictObject({
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
  /** Without one (null) the cluster has no SDN zone; peers default to every node. */
  zone: z
    .strictObject({
      name: z.string().default('ludus'),
      peers: z.array(z.ipv4()).optional(),
      nodes: z.array(name).optional(),
    })
    .nullable()
    .prefault({}),
  /** Name of a Linux bridge `192.0.2.254/24` on every node, as Ludus makes it on a single node. */
  nat_bridge: z
    .string()
    .regex(/^[a-z][a-z0-9]{1,14}$/)
    .nullable()
    .default(null),
  templates: z.array(z.union([z.string(), machineSchema])).default([]),
  guests: z.union([z.int().nonnegative().max(10_000), z.array(guestSchema)]).default([]),
})

/** A description as written, before defaults. */
export type ClusterDescription = z.input<typeof clusterDescriptionSchema>

/** A description with every default filled in. */
export type FullDescription = z.output<typeof clusterDescriptionSchema>

export type MachineDescription = z.output<typeof guestSchema>

/** Fills a machine's defaults. */
export const machineOf = (input: z.input<typeof guestSchema>): MachineDescription => guestSchema.parse(input)
