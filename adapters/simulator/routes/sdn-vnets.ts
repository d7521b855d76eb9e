import { failure, parameterError } from '../api-error.ts'
import { flag, integer, oneOf, required, shared, text, type ParameterTable } from '../parameters.ts'
import { anyUser, perm } from '../permission.ts'
import type { Call, Route } from '../route.ts'
import { sdnLocked } from '../sdn-lock.ts'
import { assertDigest, changedSection, sectionRows, sectionValues, storedValues } from '../sdn-section.ts'
import { writeSdn } from '../sdn-state.ts'
import type { SdnObject, World } from '../world.ts'
import { sdnId } from './sdn-zones.ts'

const properties: ParameterTable = {
  // Proxmox' pattern has a range from `)` to `_`: digits, upper case and most punctuation.
  alias: text({ pattern: /[()-_.\p{L}\p{M}\p{N}\s]{0,256}/u, maxLength: 256 }),
  'isolate-ports': flag,
  'lock-token': text(),
  tag: integer(1, 16_777_215),
  vlanaware: flag,
  zone: text(),
}

const options = { required: ['zone'], optional: ['tag', 'alias', 'vlanaware', 'isolate-ports'] }

const othersIn = (
  world: World,
  vnet: string,
  counts: (other: SdnObject) => boolean,
): readonly (readonly [string, SdnObject])[] =>
  [...world.sdn.configured.vnets].filter(([id, other]) => id !== vnet && counts(other))

const zoneType = (world: World, zone: unknown): unknown => world.sdn.configured.zones.get(String(zone))?.['type']

/** VXLAN tags are unique across all VXLAN and EVPN zones; a tag whose vnet is only running no longer counts. */
const checkVxlanTag = (world: World, vnet: string, { tag }: SdnObject): void => {
  if (tag === undefined) throw parameterError({ tag: 'missing vxlan tag' })
  const [twin] = othersIn(
    world,
    vnet,
    (other) => other['tag'] === tag && ['vxlan', 'evpn'].includes(String(zoneType(world, other['zone']))),
  )
  if (twin !== undefined)
    throw parameterError({
      tag: `vxlan tag ${tag} already exist in vnet ${twin[0]} in zone ${twin[1]['zone']} `,
    })
}

const checkVlanTag = (world: World, vnet: string, { tag, zone }: SdnObject): void => {
  if (tag === undefined) throw parameterError({ tag: 'missing vlan tag' })
  if (Number(tag) > 4096) throw parameterError({ tag: 'vlan tag max value is 4096' })
  const [twin] = othersIn(world, vnet, (other) => other['tag'] === tag && other['zone'] === zone)
  if (twin !== undefined) throw parameterError({ tag: `tag ${tag} already exist in vnet ${twin[0]}` })
}

/** What the zone's type asks of its vnets; an unknown zone has no type. `line` leaks into Proxmox' text. */
const checkAgainstZone = (world: World, vnet: string, config: SdnObject, line: number): void => {
  const type = zoneType(world, config['zone'])
  switch (type) {
    case 'vxlan':
    case 'evpn': {
      checkVxlanTag(world, vnet, config)
      return
    }
    case 'vlan':
    case 'qinq': {
      checkVlanTag(world, vnet, config)
      return
    }
    case undefined: {
      throw failure(`cannot lookup undefined type! at /usr/share/perl5/PVE/API2/Network/SDN/Vnets.pm line ${line}.`)
    }
    default: {
      if (type === 'simple' && config['tag'] !== undefined)
        throw parameterError({ tag: 'vlan tag is not allowed on simple zone' })
    }
  }
}

const hasSubnets = (world: World, vnet: string): boolean =>
  [...world.sdn.configured.subnets.values()].some((subnet) => subnet['vnet'] === vnet)

const checkVlanAware = (world: World, vnet: string, config: SdnObject): void => {
  if (Number(config['vlanaware'] ?? 0) === 1 && hasSubnets(world, vnet))
    throw parameterError({ vlanaware: 'vlanaware vnet is not compatible with subnets' })
}

const mustExist = (world: World, vnet: string): SdnObject => {
  const config = world.sdn.configured.vnets.get(vnet)
  if (config === undefined) throw failure(`sdn vnet '${vnet}' does not exist`)
  return config
}

/** The configured vnet, if the caller has one of the privileges on it; existence comes first. */
const accessible = (call: Call, ...privileges: readonly string[]): SdnObject => {
  const { vnet = '' } = call.params
  const config = mustExist(call.sim.world, vnet)
  call.requireAny(`/sdn/zones/${config['zone']}/${vnet}`, ...privileges)
  return config
}

const create = async (call: Call): Promise<null> => {
  const { params } = call
  const { world } = call.sim
  const { vnet = '' } = params
  call.requireQuorum()
  await sdnLocked(call, 'create sdn vnet object failed', () => {
    const values = { ...sectionValues(properties, options, params, ['vnet', 'type', 'lock-token'], true), type: 'vnet' }
    if (world.sdn.configured.vnets.has(vnet)) throw failure(`sdn vnet object ID '${vnet}' already defined`)
    checkAgainstZone(world, vnet, values, 326)
    checkVlanAware(world, vnet, values)
    writeSdn(world, 'vnets', vnet, storedValues(values))
  })
  return null
}

const update = async (call: Call): Promise<null> => {
  const { params } = call
  const { world } = call.sim
  const { vnet = '' } = params
  accessible(call, 'SDN.Allocate')
  await sdnLocked(call, 'update sdn vnet object failed', () => {
    assertDigest(world, 'vnets', params['digest'])
    const before = mustExist(world, vnet)
    const values = sectionValues(properties, options, params, ['vnet', 'digest', 'delete', 'lock-token'], false)
    const after = changedSection(before, options, values, params['delete'])
    if (hasSubnets(world, vnet) && before['zone'] !== after['zone'])
      throw parameterError({ zone: "can't change zone if subnets exist" })
    checkAgainstZone(world, vnet, after, 402)
    checkVlanAware(world, vnet, after)
    writeSdn(world, 'vnets', vnet, storedValues(after))
  })
  return null
}

const remove = async (call: Call): Promise<null> => {
  const { world } = call.sim
  const { vnet = '' } = call.params
  accessible(call, 'SDN.Allocate')
  await sdnLocked(call, 'delete sdn vnet object failed', () => {
    mustExist(world, vnet)
    if (hasSubnets(world, vnet)) throw parameterError({ vnet: "Can't delete vnet if subnets exists" })
    writeSdn(world, 'vnets', vnet, undefined)
  })
  return null
}

const views = { pending: flag, running: flag }

const zoneOfRow = (row: Readonly<Record<string, unknown>>): string => {
  const pending = row['pending']
  const later = typeof pending === 'object' && pending !== null && 'zone' in pending ? pending.zone : ''
  return String(row['zone'] ?? later)
}

/** Virtual networks. */
export const vnetRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/cluster/sdn/vnets',
    permission: anyUser,
    params: views,
    handle: (call) =>
      sectionRows(call.sim.world, 'vnets', 'vnet', call.params).filter((row) =>
        call.may(`/sdn/zones/${zoneOfRow(row)}/${String(row['vnet'])}`, 'SDN.Audit', 'SDN.Allocate'),
      ),
  },
  {
    method: 'GET',
    path: '/cluster/sdn/vnets/{vnet}',
    permission: anyUser,
    params: { ...views, vnet: sdnId },
    handle: (call) => {
      const { vnet = '' } = call.params
      accessible(call, 'SDN.Audit', 'SDN.Allocate')
      const row = sectionRows(call.sim.world, 'vnets', 'vnet', call.params).find((one) => one['vnet'] === vnet)
      if (row === undefined) throw failure(`sdn vnet '${vnet}' does not exist`)
      return row
    },
  },
  {
    method: 'POST',
    path: '/cluster/sdn/vnets',
    permission: perm('/sdn/zones/{zone}', 'SDN.Allocate'),
    params: { ...properties, vnet: sdnId, zone: required(text()), type: oneOf('vnet') },
    handle: create,
  },
  {
    method: 'PUT',
    path: '/cluster/sdn/vnets/{vnet}',
    permission: anyUser,
    params: {
      ...properties,
      vnet: sdnId,
      digest: shared.digest,
      delete: text({ ...shared.configidList, maxLength: 4096 }),
    },
    handle: update,
  },
  {
    method: 'DELETE',
    path: '/cluster/sdn/vnets/{vnet}',
    permission: anyUser,
    params: { vnet: sdnId, 'lock-token': text() },
    handle: remove,
  },
]
