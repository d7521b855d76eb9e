import { z } from 'zod'

/*
 * The replies, as far as they are used. Proxmox tells numbers as numbers or as text and truth as 0, 1, "0", "1" or
 * JSON booleans, differently from field to field and release to release; and every release adds fields.
 */

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String)
const number = z
  .union([z.number(), z.string().regex(/^-?\d+(\.\d+)?([eE][-+]?\d+)?$/, 'not a number')])
  .transform(Number)
const flag = z
  .union([z.boolean(), z.number(), z.string()])
  .transform((value) => !['', '0', 'false'].includes(String(value)))
const names = text.transform((value) => value.split(/[,;\s]+/).filter((name) => name !== ''))
const maybe = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined)

/** The reply to a write that only succeeds. */
export const nothing = z.unknown()
/** The reply to a call that starts a task: its UPID. */
export const upid = z.string().regex(/^UPID:[^:]+:/, 'not a UPID')

export const version = z.object({ release: text })

/** Of one node; `version` is its package's, such as `9.1.1`. */
export const nodeVersion = z.object({ release: text, version: text })

/** `time`: seconds since 1970 in UTC. */
export const nodeTime = z.object({ time: number })

export const clusterStatus = z.array(
  z.object({ type: text, name: maybe(text), quorate: maybe(flag), ip: maybe(text), online: maybe(flag) }),
)

/** All rows of `/cluster/resources`; which fields there are depends on `type`. */
export const resources = z.array(
  z.object({
    type: text,
    node: maybe(text),
    status: maybe(text),
    hastate: maybe(text),
    maxcpu: maybe(number),
    cpu: maybe(number),
    maxmem: maybe(number),
    mem: maybe(number),
    maxdisk: maybe(number),
    disk: maybe(number),
    storage: maybe(text),
    shared: maybe(flag),
    content: maybe(names),
    vmid: maybe(number),
    name: maybe(text),
    template: maybe(flag),
    pool: maybe(text),
    tags: maybe(names),
    lock: maybe(text),
    uptime: maybe(number),
    network: maybe(text),
    'network-type': maybe(text),
    sdn: maybe(text),
  }),
)
export type ResourceRow = z.output<typeof resources>[number]

/**
 * A row of an SDN list asked with `pending=1`: running values on top, configured ones that differ under `pending`
 * (the text `deleted` where a value was removed), and in `state` what is pending; a new object has only `pending`.
 */
export const pendingRows = z.array(
  z.looseObject({
    state: maybe(z.enum(['new', 'changed', 'deleted'])),
    pending: maybe(z.record(z.string(), z.unknown())),
  }),
)

export const zone = z.object({
  zone: text,
  type: text,
  peers: maybe(names),
  fabric: maybe(text),
  nodes: maybe(names),
  mtu: maybe(number),
  bridge: maybe(text),
})

export const vnet = z.object({
  vnet: text,
  zone: text,
  tag: maybe(number),
  alias: maybe(text),
  vlanaware: maybe(flag),
})

export const subnet = z.object({ subnet: text, cidr: maybe(text), vnet: maybe(text) })

/** All fabrics, and the nodes in them, asked with `pending=1`. */
export const pendingFabrics = z.object({ fabrics: maybe(pendingRows), nodes: maybe(pendingRows) })
export const fabric = z.object({ id: text })
export const fabricNode = z.object({ fabric_id: text, node_id: text })

export const controller = z.object({ controller: text })

/** The token of the SDN lock. */
export const lockToken = z.string().min(1)

/** What a node says of the VNets of one zone. */
export const zoneContent = z.array(z.object({ vnet: text, status: maybe(text), statusmsg: maybe(text) }))

/** The bridges of a zone on a node, with the NICs on them. */
export const zoneBridges = z.array(
  z.object({
    name: text,
    vlan_filtering: maybe(z.number()),
    ports: z.array(z.object({ vmid: maybe(text), index: maybe(text) })),
  }),
)

/** A guest's configuration with what waits for its next start. */
export const guestPending = z.array(
  z.object({ key: text, value: maybe(text), pending: maybe(text), delete: maybe(text) }),
)
/** Entries of the access control list. */
export const acl = z.array(
  z.object({ path: text, type: z.enum(['user', 'group', 'token']), ugid: text, roleid: text, propagate: maybe(flag) }),
)

/** Path -> right -> whether it holds below, too. */
export const permissions = z.record(z.string(), z.record(z.string(), flag))

export const roles = z.array(z.object({ roleid: text, special: maybe(flag), privs: maybe(names) }))

export const user = z.object({
  groups: maybe(z.array(text)),
  tokens: maybe(z.record(z.string(), z.object({ privsep: maybe(flag) }))),
})

export const pools = z.array(z.object({ poolid: text, comment: maybe(text) }))
/** Guests of a pool have a VMID; storages, the other kind of member, have none. */
export const pool = z.object({
  comment: text.optional(),
  members: z.array(z.object({ vmid: number.optional(), node: maybe(text) })),
})

/** `/cluster/tasks`: a task that has ended has an `endtime`, and its exit status in `status`. */
export const clusterTasks = z.array(
  z.object({ upid: text, node: text, type: text, id: maybe(text), endtime: maybe(number), status: maybe(text) }),
)

/** `/nodes/<node>/tasks`: those that run, where they are asked for, then those that have ended, the latest first. */
export const nodeTasks = z.array(
  z.object({ upid: text, type: maybe(text), status: maybe(text), endtime: maybe(number) }),
)

/** `/nodes/<node>/network` whole: staged changes stand beside the list. Of an interface nothing is left out. */
export const nodeNetwork = z.object({
  data: z.array(
    z.looseObject({
      iface: text,
      type: maybe(text),
      address: maybe(text),
      address6: maybe(text),
      cidr: maybe(text),
      cidr6: maybe(text),
      mtu: maybe(number),
      bridge_vlan_aware: maybe(flag),
      bridge_vids: maybe(text),
      bridge_ports: maybe(names),
      gateway: maybe(text),
      gateway6: maybe(text),
      slaves: maybe(names),
      'vlan-raw-device': maybe(text),
      'vxlan-physdev': maybe(text),
      ovs_bridge: maybe(text),
      ovs_ports: maybe(names),
      ovs_bonds: maybe(names),
      options: maybe(z.array(text)),
      options6: maybe(z.array(text)),
      comments: maybe(text),
      autostart: maybe(flag),
      active: maybe(flag),
    }),
  ),
  changes: maybe(text),
})

/** One interface of a node, as far as a write would lose it. */
export const nodeInterface = z.object({
  cidr: maybe(text),
  cidr6: maybe(text),
  gateway: maybe(text),
  gateway6: maybe(text),
})

export const taskStatus = z.object({ status: text, exitstatus: maybe(text) })

export const taskLog = z.array(z.object({ n: number, t: text }))

export const vmConfig = z.record(z.string(), z.union([text, z.null().transform(() => '')]))

/** What the guest agent of a VM tells of its interfaces, whole; in place of the list it may tell an error. */
export const agentInterfaces = z.object({
  data: z.object({
    result: z.array(
      z.object({
        name: text,
        'hardware-address': maybe(text),
        'ip-addresses': maybe(z.array(z.object({ 'ip-address': text, 'ip-address-type': maybe(text) }))),
      }),
    ),
  }),
})

/** All VMs of a node, by the node itself. */
export const nodeMachines = z.array(
  z.object({ vmid: number, name: maybe(text), status: maybe(text), uptime: maybe(number), pid: maybe(number) }),
)

/** The snapshots of a guest, and the present under the name `current`. */
export const snapshotList = z.array(z.object({ name: text }))

export const vmStatus = z.object({
  status: text,
  qmpstatus: maybe(text),
  uptime: maybe(number),
  pid: maybe(number),
  name: maybe(text),
  template: maybe(flag),
  lock: maybe(text),
  tags: maybe(names),
})

const errorBody = z.object({
  message: maybe(z.string()),
  errors: maybe(z.record(z.string(), text)),
})

/** What an error's body tells; empty when it has none, or when it isn't JSON. */
export const parseErrorBody = (body: string): z.output<typeof errorBody> => {
  try {
    const parsed = errorBody.safeParse(JSON.parse(body))
    if (parsed.success) return parsed.data
  } catch {
    // Not JSON: an empty body, or a proxy's page.
  }
  return { message: undefined, errors: undefined }
}
