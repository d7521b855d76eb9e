import { failure, parameterError } from '../api-error.ts'
import { integer } from '../parameters.ts'
import { anyUser } from '../permission.ts'
import type { Route } from '../route.ts'

const nextIdRange = (option: string | undefined): readonly [number, number] => {
  const value = (name: string): string | undefined => new RegExp(`${name}=(\\d+)`).exec(option ?? '')?.[1]
  return [Number(value('lower') ?? 100), Number(value('upper') ?? 1_000_000)]
}

/** The cluster as a whole. */
export const clusterRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/cluster/nextid',
    permission: anyUser,
    params: { vmid: integer(100, 999_999_999, { format: 'pve-vmid' }) },
    handle: ({ sim, params }) => {
      const { guests, options } = sim.world
      if (params['vmid'] !== undefined) {
        if (guests.has(Number(params['vmid']))) throw parameterError({ vmid: `VM ${params['vmid']} already exists` })
        return params['vmid']
      }
      const [lower, upper] = nextIdRange(options.get('next-id'))
      for (let vmid = lower; vmid < upper; vmid += 1) if (!guests.has(vmid)) return String(vmid)
      throw failure(`unable to get any free VMID in range [${lower}, ${upper - 1}]`)
    },
  },
]
