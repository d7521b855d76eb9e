import { z } from 'zod'
import { HostRouteError, type RouteSeen } from '../../model/host-routes.ts'
import { printable } from '../../model/printable.ts'

/** Numbers that `ip -N` writes as text. */
const numeric = z.union([
  z.int(),
  z
    .string()
    .regex(/^[0-9]+$/)
    .transform(Number),
])

/** One row of `ip -j -N -d -4 route show`, by iproute2's iproute.c (6.1); what isn't named here says nothing of where it leads. */
const row = z.object({
  type: numeric,
  dst: z.string(),
  tos: z.unknown().optional(),
  gateway: z.string().optional(),
  via: z.object({ family: z.string(), host: z.string() }).optional(),
  dev: z.string().optional(),
  protocol: numeric,
  scope: numeric,
  metric: z.int().default(0),
  nexthops: z.array(z.unknown()).optional(),
  nhid: z.int().optional(),
  encap: z.string().optional(),
})

type Row = z.output<typeof row>

/** The kernel's route types beside 1, `unicast`. */
const TYPES: Readonly<Record<number, string>> = {
  2: 'local',
  3: 'broadcast',
  4: 'anycast',
  5: 'multicast',
  6: 'blackhole',
  7: 'unreachable',
  8: 'prohibit',
  9: 'throw',
  10: 'nat',
}

const UNICAST = 1
const SCOPES = { global: 0, link: 253 } as const

/**
 * The routes in what `ip -j -N -d route show` tells, in its order.
 *
 * Those for one type of service only are left out: ordinary packets don't take them, and no route of ours meets them.
 *
 * @throws HostRouteError when it isn't that
 */
export function parseRoutes(text: string): readonly RouteSeen[] {
  const parsed = z.array(row).safeParse(json(text))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const place = issue?.path.join('.') ?? ''
    throw new HostRouteError('unexpected', `ip answered with routes that can't be read (${place}: ${issue?.message})`)
  }
  return parsed.data.filter(({ tos, encap }) => tos === undefined || encap !== undefined).map(seen)
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new HostRouteError('unexpected', `ip answered "${printable(text, 60)}", which is no JSON`, error)
  }
}

function seen(route: Row): RouteSeen {
  const { dst, gateway, dev, protocol, metric, scope } = route
  const special = whatSpecial(route)
  if (special !== undefined || dev === undefined)
    return { kind: 'special', destination: dst, what: special ?? 'no device', protocol, metric }
  const usual = gateway === undefined ? SCOPES.link : SCOPES.global
  if (scope !== usual) return { kind: 'special', destination: dst, what: `scope ${scope}`, protocol, metric }
  return { kind: 'plain', destination: dst, via: gateway, dev, protocol, metric }
}

function whatSpecial({ type, via, nexthops, nhid, encap }: Row): string | undefined {
  if (type !== UNICAST) return TYPES[type] ?? `type ${type}`
  if (nexthops !== undefined) return `${nexthops.length} next hops`
  if (nhid !== undefined) return `next hop ${nhid}`
  if (encap !== undefined) return `encapsulation ${printable(encap)}`
  if (via !== undefined) return `via ${via.family} ${printable(via.host)}`
  return undefined
}
