import { clusterLocked } from '../simulation.ts'
import { wrapped } from '../api-error.ts'
import { flag, integer, oneOf, required, text } from '../parameters.ts'
import { anyUser, perm } from '../permission.ts'
import type { Route } from '../route.ts'
import { sdnDigest, writeSdn } from '../sdn-state.ts'

const id = required(text({ pattern: /[a-zA-Z][a-zA-Z0-9]*[a-zA-Z0-9]/, minLength: 2, maxLength: 8 }))

/** Virtual networks. */
export const vnetRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/cluster/sdn/vnets',
    permission: anyUser,
    params: { pending: flag, running: flag },
    handle: ({ sim }) =>
      [...sim.world.sdn.configured.vnets].map(([vnet, config]) => ({
        vnet,
        ...config,
        digest: sdnDigest(sim.world, 'vnets'),
      })),
  },
  {
    method: 'POST',
    path: '/cluster/sdn/vnets',
    permission: perm('/sdn/zones/{zone}', 'SDN.Allocate'),
    params: {
      vnet: id,
      zone: required(text()),
      tag: integer(1, 16_777_215),
      vlanaware: flag,
      alias: text({ maxLength: 256 }),
      'isolate-ports': flag,
      type: oneOf('vnet'),
      'lock-token': text(),
    },
    handle: async ({ sim, params, requireQuorum }) => {
      requireQuorum()
      await wrapped('create sdn vnet object failed', () =>
        clusterLocked(sim, 'domain-sdn', () => {
          const { vnet = '', zone = '', tag } = params
          writeSdn(sim.world, 'vnets', vnet, { type: 'vnet', zone, ...(tag === undefined ? {} : { tag: Number(tag) }) })
        }),
      )
      return null
    },
  },
]
