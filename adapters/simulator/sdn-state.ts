import { createHash } from 'node:crypto'
import type { NodeState, SdnConfig, SdnObject, SdnValue, World } from './world.ts'

/** The kinds of SDN objects. */
export type SdnKind = keyof SdnConfig

/** An empty configuration. */
export const emptySdn: SdnConfig = {
  zones: new Map(),
  vnets: new Map(),
  subnets: new Map(),
  controllers: new Map(),
  fabrics: new Map(),
  fabricNodes: new Map(),
}

/** Writes (or, with undefined, removes) one object of the configured state. Nothing takes effect before a commit. */
export const writeSdn = (world: World, kind: SdnKind, id: string, object: SdnObject | undefined): void => {
  const changed = new Map(world.sdn.configured[kind])
  if (object === undefined) changed.delete(id)
  else changed.set(id, object)
  world.sdn.configured = { ...world.sdn.configured, [kind]: changed }
}

const sameValue = (a: SdnValue | undefined, b: SdnValue | undefined): boolean => String(a ?? '') === String(b ?? '')

/** An object as configured, running, and what a `pending=1` list shows of it. */
export interface PendingView {
  readonly id: string
  readonly state: 'new' | 'changed' | 'deleted' | undefined
  /** The values that hold now. */
  readonly values: SdnObject
  /** What a commit would change; a removed value is the word `deleted`. */
  readonly pending: Readonly<Record<string, SdnValue>> | undefined
}

const changes = (configured: SdnObject, running: SdnObject): Record<string, SdnValue> => {
  const pending: Record<string, SdnValue> = {}
  for (const [key, value] of Object.entries(configured)) if (!sameValue(value, running[key])) pending[key] = value
  for (const key of Object.keys(running)) if (configured[key] === undefined) pending[key] = 'deleted'
  return pending
}

/** Compares one object's two states. A new one has everything but its type under `pending`. */
export const pendingView = (
  config: { configured: SdnConfig; running: SdnConfig },
  kind: SdnKind,
  id: string,
): PendingView => {
  const configured = config.configured[kind].get(id)
  const running = config.running[kind].get(id)
  if (configured === undefined) return { id, state: 'deleted', values: running ?? {}, pending: {} }
  if (running === undefined) {
    const { type, ...rest } = configured
    return { id, state: 'new', values: type === undefined ? {} : { type }, pending: rest }
  }
  const { type: _, ...pending } = changes(configured, running)
  return Object.keys(pending).length === 0
    ? { id, state: undefined, values: running, pending: undefined }
    : {
        id,
        state: 'changed',
        values: { ...running, ...(configured['type'] === undefined ? {} : { type: configured['type'] }) },
        pending,
      }
}

/** Ids of one kind in either state, sorted as Proxmox sorts: by character code. */
export const sdnIds = (config: { configured: SdnConfig; running: SdnConfig }, kind: SdnKind): readonly string[] =>
  [...new Set([...config.configured[kind].keys(), ...config.running[kind].keys()])].toSorted((a, b) => (a < b ? -1 : 1))

/** Is anything, anybody's, written and not committed. Fabrics are left out here, and committed all the same. */
export const hasPendingSdn = (world: World): boolean =>
  (['zones', 'vnets', 'subnets', 'controllers'] as const).some((kind) =>
    sdnIds(world.sdn, kind).some((id) => pendingView(world.sdn, kind, id).state !== undefined),
  )

/** Is anything to be committed, fabrics among it: what a node looks at when it boots. */
export const hasAnyPendingSdn = (world: World): boolean =>
  hasPendingSdn(world) ||
  (['fabrics', 'fabricNodes'] as const).some((kind) =>
    sdnIds(world.sdn, kind).some((id) => pendingView(world.sdn, kind, id).state !== undefined),
  )

/** Makes everything configured the running state, whoever wrote it. */
export const commitSdn = (world: World): void => {
  world.sdn.running = world.sdn.configured
  world.sdn.version += 1
}

/** Throws away everything that is pending, whoever wrote it. */
export const rollbackSdn = (world: World): void => {
  world.sdn.configured = world.sdn.running
}

/** The digest of a kind's whole file: any object's change makes it stale. */
export const sdnDigest = (world: World, kind: SdnKind): string =>
  createHash('sha1')
    .update(JSON.stringify([...world.sdn.configured[kind]].toSorted(([a], [b]) => (a < b ? -1 : 1))))
    .digest('hex')

/** Does a zone reach a node: without a list of nodes it reaches all. */
export const isOnNode = (zone: SdnObject, node: string): boolean => {
  const nodes = zone['nodes']
  return (
    nodes === undefined ||
    String(nodes)
      .split(/[,; ]+/)
      .includes(node)
  )
}

/** Running zones that exist on a node. */
export const zonesOn = (world: World, node: string): readonly (readonly [string, SdnObject])[] =>
  [...world.sdn.running.zones].filter(([, zone]) => isOnNode(zone, node))

/** Running vnets of a zone. */
export const vnetsOf = (world: World, zone: string): readonly (readonly [string, SdnObject])[] =>
  [...world.sdn.running.vnets].filter(([, vnet]) => vnet['zone'] === zone)

type SdnStatus = 'available' | 'pending' | 'error'

/** What a node says of a vnet: whether its generated file is current, and then what its own check finds, if anything. */
export const vnetStatusOn = (
  world: World,
  node: NodeState,
  vnet: string,
): { readonly status: SdnStatus; readonly statusmsg: string | null } => {
  if (node.sdnVersion < world.sdn.version) {
    const age = node.sdnVersion === 0 ? 'not yet generated' : 'too old'
    return { status: 'pending', statusmsg: `local sdn network configuration is ${age}, please reload` }
  }
  const fault = node.ailingVnets.get(vnet)
  return fault === undefined ? { status: 'available', statusmsg: null } : { status: 'error', statusmsg: fault }
}

/** What a node says of a zone: that its generated file is not current, or that a vnet of it is in trouble. */
export const zoneStatusOn = (world: World, node: NodeState, zone: string): SdnStatus => {
  if (node.sdnVersion < world.sdn.version) return 'pending'
  return vnetsOf(world, zone).some(([vnet]) => node.ailingVnets.has(vnet)) ? 'error' : 'available'
}
