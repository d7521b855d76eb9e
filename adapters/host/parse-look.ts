import { z } from 'zod'
import { HostError } from '../../model/host-ports.ts'
import type { DeviceSeen, Masquerade, PortVlan, SocketSeen, TableRoute, UnitSeen } from '../../model/host-seen.ts'

/** Reads JSON of iproute2 (6.1). */
function parsed<T>(text: string, schema: z.ZodType<T>, command: string): T {
  let value: unknown
  try {
    value = JSON.parse(text === '' ? '[]' : text)
  } catch (error) {
    throw new HostError(`${command}: it answered something that is no JSON`, error)
  }
  const checked = schema.safeParse(value)
  if (checked.success) return checked.data
  const [issue] = checked.error.issues
  throw new HostError(`${command}: it answered something unexpected (${issue?.path.join('.')}: ${issue?.message})`)
}

const addressRows = z.array(
  z.object({
    ifname: z.string().optional(),
    flags: z.array(z.string()).default([]),
    master: z.string().optional(),
    addr_info: z
      .array(z.object({ family: z.string().optional(), local: z.string().optional(), prefixlen: z.int().optional() }))
      .default([]),
  }),
)

/** `ip -j address show`, with the VLANs of ports by `bridge -j vlan show`. */
export function parseDevices(text: string, vlans: ReadonlyMap<string, readonly PortVlan[]>): readonly DeviceSeen[] {
  return parsed(text, addressRows, 'ip -j address show').flatMap(({ ifname, flags, master, addr_info: addresses }) =>
    ifname === undefined
      ? []
      : [
          {
            name: ifname,
            isUp: flags.includes('UP'),
            addresses: addresses.flatMap(({ family, local, prefixlen }) =>
              family === 'inet' && local !== undefined && prefixlen !== undefined ? [`${local}/${prefixlen}`] : [],
            ),
            master,
            vlans: vlans.get(ifname) ?? [],
          },
        ],
  )
}

const vlanRows = z.array(
  z.object({
    ifname: z.string(),
    vlans: z
      .array(z.object({ vlan: z.int(), vlanEnd: z.int().optional(), flags: z.array(z.string()).default([]) }))
      .default([]),
  }),
)

/** `bridge -j vlan show`: of each port of a VLAN-aware bridge its VLANs, those of a stretch one by one. */
export function parseVlans(text: string): ReadonlyMap<string, readonly PortVlan[]> {
  const rows = parsed(text, vlanRows, 'bridge -j vlan show')
  return new Map(
    rows.map(({ ifname, vlans }) => [
      ifname,
      vlans.flatMap(({ vlan, vlanEnd = vlan, flags }) =>
        Array.from({ length: vlanEnd - vlan + 1 }, (_, index) => ({
          vid: vlan + index,
          isPvid: flags.includes('PVID'),
          isUntagged: flags.includes('Egress Untagged'),
        })),
      ),
    ]),
  )
}

const numeric = z.union([
  z.int(),
  z
    .string()
    .regex(/^[0-9]+$/)
    .transform(Number),
])
const UNICAST = 1

const routeRows = z.array(
  z.object({
    type: numeric.default(UNICAST),
    dst: z.string(),
    gateway: z.string().optional(),
    dev: z.string().optional(),
    protocol: numeric,
    metric: z.int().default(0),
  }),
)

/** `ip -j -N -d -4 route show table main`. One of several hops, or of another kind, has neither gateway nor device. */
export const parseTable = (text: string): readonly TableRoute[] =>
  parsed(text, routeRows, 'ip -j route show').map(({ type, dst, gateway, dev, protocol, metric }) => ({
    destination: dst,
    via: type === UNICAST ? gateway : undefined,
    dev: type === UNICAST ? dev : undefined,
    protocol,
    metric,
  }))

/** `iptables -t nat -S POSTROUTING`. */
export const parseMasquerades = (text: string): readonly Masquerade[] =>
  text.split('\n').flatMap((line) => {
    if (!line.startsWith('-A POSTROUTING ')) return []
    // A rule with any other condition masquerades less than the whole network.
    const rule = /^-A POSTROUTING(?: -s (\S+))?(?: -o (\S+))? -j MASQUERADE$/.exec(line.trim())
    return rule === null ? [] : [{ source: rule[1], out: rule[2] }]
  })

/** `ss -H -l -u -n`: the fourth column is `192.0.2.254:53`, `0.0.0.0%ludusnat:67`. */
export const parseSockets = (text: string): readonly SocketSeen[] =>
  text.split('\n').flatMap((line) => {
    const local = line.trim().split(/\s+/)[3]
    const [, address, device, port] = /^(.+?)(?:%([^:\]]+))?:([0-9]+)$/.exec(local ?? '') ?? []
    return address === undefined ? [] : [{ address, device, port: Number(port) }]
  })

/** `systemctl show -p Id -p LoadState -p ActiveState`: a paragraph for each. */
export const parseUnits = (text: string): readonly UnitSeen[] =>
  text.split(/\n\s*\n/).flatMap((paragraph) => {
    const said = new Map(
      paragraph.split('\n').map((line) => [line.split('=')[0] ?? '', line.slice(line.indexOf('=') + 1)]),
    )
    const id = said.get('Id')
    if (id === undefined) return []
    return [
      {
        name: id.trim().replace(/\.service$/, ''),
        isLoaded: said.get('LoadState')?.trim() === 'loaded',
        isActive: said.get('ActiveState')?.trim() === 'active',
      },
    ]
  })
