import type { z } from 'zod'
import type { PendingState, VnetConfig, VnetSeen, ZoneConfig, ZoneSeen } from '../../model/snapshot.ts'
import { ProxmoxError } from '../../model/proxmox-error.ts'
import {
  controller,
  fabric,
  fabricNode,
  subnet,
  vnet,
  zone,
  type pendingFabrics as fabricsReply,
  type pendingRows,
} from './schemas.ts'

/** A row of an SDN list asked with `pending=1`. */
export type PendingRow = z.output<typeof pendingRows>[number]

type Fields = Readonly<Record<string, unknown>>

const pendingStateOf = (row: PendingRow): PendingState => row.state ?? 'unchanged'

/** The values of a row that run since the last apply; undefined for an object never applied. */
const runningFields = (row: PendingRow): Fields | undefined => {
  if (row.state === 'new') return undefined
  const { state: _state, pending: _pending, ...fields } = row
  return fields
}

/** The values of a row that the next apply commits; undefined when it removes the object. */
const configuredFields = (row: PendingRow): Fields | undefined => {
  if (row.state === 'deleted') return undefined
  const { state: _state, pending, ...fields } = row
  const merged = { ...fields, ...pending }
  return Object.fromEntries(Object.entries(merged).filter(([name]) => pending?.[name] !== 'deleted'))
}

const parseAs = <T>(call: string, schema: z.ZodType<T>, fields: Fields): T => {
  const parsed = schema.safeParse(fields)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const field = issue?.path.map(String).join('.') ?? ''
  throw new ProxmoxError('unexpected-reply', call, `${call}: the reply does not fit: ${field}: ${issue?.message ?? ''}`)
}

const vnetConfigOf = (fields: Fields | undefined): (VnetConfig & { readonly name: string }) | undefined => {
  if (!fields) return undefined
  const parsed = parseAs('GET /cluster/sdn/vnets', vnet, fields)
  return {
    name: parsed.vnet,
    zone: parsed.zone,
    tag: parsed.tag,
    alias: parsed.alias,
    vlanAware: parsed.vlanaware ?? false,
  }
}

const withoutName = (config: (VnetConfig & { readonly name: string }) | undefined): VnetConfig | undefined => {
  if (!config) return undefined
  const { name: _name, ...rest } = config
  return rest
}

export const vnetSeen = (row: PendingRow): VnetSeen => {
  const configured = vnetConfigOf(configuredFields(row))
  const running = vnetConfigOf(runningFields(row))
  return {
    name: configured?.name ?? running?.name ?? '',
    pending: pendingStateOf(row),
    configured: withoutName(configured),
    running: withoutName(running),
  }
}

const parseZone = (fields: Fields): z.output<typeof zone> => parseAs('GET /cluster/sdn/zones', zone, fields)

const zoneConfigOf = ({ peers, fabric, nodes, mtu, bridge }: z.output<typeof zone>): ZoneConfig => ({
  peers,
  fabric,
  nodes,
  mtu,
  ...(bridge === undefined ? {} : { bridge }),
})

/** A zone with its configured values, which are what the next apply makes of it; the running ones when that removes it. */
export const zoneSeen = (
  row: PendingRow,
  statusByZone: ReadonlyMap<string, Readonly<Record<string, string>>>,
): ZoneSeen => {
  const running = runningFields(row)
  const configured = parseZone(configuredFields(row) ?? running ?? {})
  const { zone: name, type } = configured
  return {
    name,
    type,
    ...zoneConfigOf(configured),
    running: running && zoneConfigOf(parseZone(running)),
    pending: pendingStateOf(row),
    statusByNode: statusByZone.get(name) ?? {},
  }
}

/** `controller evpn1 (new)` for one that is pending, nothing for one that isn't. */
export const pendingController = (row: PendingRow): readonly string[] => {
  if (row.state === undefined) return []
  const parsed = parseAs('GET /cluster/sdn/controllers', controller, { ...row.pending, ...row })
  return [`controller ${parsed.controller} (${row.state})`]
}

/** `fabric fab1 (changed)`, `node pve1 of fabric fab1 (new)` for those that are pending. */
export const pendingFabrics = (reply: z.output<typeof fabricsReply> | undefined): readonly string[] => {
  const call = 'GET /cluster/sdn/fabrics/all'
  const all = (rows: readonly PendingRow[] | undefined, title: (fields: Fields) => string): readonly string[] =>
    (rows ?? []).flatMap((row) =>
      row.state === undefined ? [] : [`${title({ ...row, ...row.pending })} (${row.state})`],
    )
  return [
    ...all(reply?.fabrics, (fields) => `fabric ${parseAs(call, fabric, fields).id}`),
    ...all(reply?.nodes, (fields) => {
      const { fabric_id: id, node_id: node } = parseAs(call, fabricNode, fields)
      return `node ${node} of fabric ${id}`
    }),
  ]
}

/** `subnet 10.0.0.0/24 of vnet lab (new)` for one that is pending, nothing for one that isn't. */
export const pendingSubnet = (row: PendingRow): readonly string[] => {
  if (row.state === undefined) return []
  const parsed = parseAs('GET /cluster/sdn/vnets/{vnet}/subnets', subnet, { ...row.pending, ...row })
  return [`subnet ${parsed.cidr ?? parsed.subnet} of vnet ${parsed.vnet} (${row.state})`]
}
