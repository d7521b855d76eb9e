import { failure, parameterError } from '../api-error.ts'
import { splitList } from '../formats.ts'
import { integer, oneOf, shared, text } from '../parameters.ts'
import { anyUser, perm } from '../permission.ts'
import { seemsOnline } from '../resource-rows.ts'
import type { Call, Route } from '../route.ts'
import { isQuorate, nodesOf } from '../world.ts'

const nextIdRange = (option: string | undefined): readonly [number, number] => {
  const value = (name: string): string | undefined => new RegExp(`${name}=(\\d+)`).exec(option ?? '')?.[1]
  return [Number(value('lower') ?? 100), Number(value('upper') ?? 1_000_000)]
}

const nextId = ({ sim, params }: Call): string => {
  const { guests, options } = sim.world
  const { vmid } = params
  if (vmid !== undefined) {
    if (guests.has(Number(vmid))) throw parameterError({ vmid: `VM ${vmid} already exists` })
    return vmid
  }
  const [lower, upper] = nextIdRange(options.get('next-id'))
  for (let free = lower; free < upper; free += 1) if (!guests.has(free)) return String(free)
  throw failure(`unable to get any free VMID in range [${lower}, ${upper - 1}]`)
}

const status = ({ sim, node: asked }: Call): readonly Readonly<Record<string, unknown>>[] => {
  const { world } = sim
  // A node on its own has not joined a cluster: it has no id in one, and there is none to tell of.
  const alone = world.nodes.size === 1
  const nodes = nodesOf(world).map((node) => ({
    id: `node/${node.name}`,
    type: 'node',
    name: node.name,
    nodeid: alone ? 0 : node.id,
    ip: node.address,
    local: node === asked ? 1 : 0,
    online: seemsOnline(sim, node) ? 1 : 0,
    level: '',
  }))
  if (alone) return nodes
  const quorate = isQuorate(world) ? 1 : 0
  return [
    { id: 'cluster', type: 'cluster', name: world.clusterName, version: 3, nodes: nodes.length, quorate },
    ...nodes,
  ]
}

const changeOptions = ({ sim, params }: Call): null => {
  const { options } = sim.world
  for (const name of splitList(params['delete'] ?? '')) options.delete(name)
  for (const [name, value] of Object.entries(params)) if (name !== 'delete') options.set(name, value)
  return null
}

/** The cluster as a whole. */
export const clusterRoutes: readonly Route[] = [
  { method: 'GET', path: '/cluster/status', permission: perm('/', 'Sys.Audit'), params: {}, handle: status },
  {
    method: 'GET',
    path: '/cluster/nextid',
    permission: anyUser,
    params: { vmid: integer(100, 999_999_999, { format: 'pve-vmid' }) },
    handle: nextId,
  },
  {
    method: 'GET',
    path: '/cluster/options',
    permission: perm('/', 'Sys.Audit'),
    params: {},
    handle: ({ sim }) => ({
      mac_prefix: 'BC:24:11',
      description: '',
      'allowed-tags': splitList(sim.world.options.get('registered-tags') ?? ''),
      ...Object.fromEntries(sim.world.options),
    }),
  },
  {
    method: 'PUT',
    path: '/cluster/options',
    permission: perm('/', 'Sys.Modify'),
    params: {
      delete: shared.configidList,
      description: text({ maxLength: 65_536 }),
      keyboard: text(),
      mac_prefix: text({ format: 'mac-prefix' }),
      max_workers: integer(1),
      'next-id': text(),
      'registered-tags': text({ pattern: /(?:[a-z0-9_][a-z0-9_\-+.]*;)*[a-z0-9_][a-z0-9_\-+.]*/i }),
      console: oneOf('applet', 'vv', 'html5', 'xtermjs'),
      migration: text(),
      'tag-style': text(),
      'user-tag-access': text(),
    },
    handle: changeOptions,
  },
]
