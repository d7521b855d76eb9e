import { z } from 'zod'
import { ipv4Network, verdict, vlan } from './scalars.ts'

const vlanOrWord = z.union([vlan, z.enum(['public', 'all', 'wireguard'])], {
  error: 'must be a VLAN from 2 to 255, or public, all or wireguard',
})

const SPAN_TEXT = 'must be a last octet from 1 to 255, or a span such as 11-22'

const octetOrSpan = z.union([z.int().min(1).max(255), z.string().regex(/^[0-9]{1,3}-[0-9]{1,3}$/, SPAN_TEXT)], {
  error: SPAN_TEXT,
})

const PORTS_TEXT = 'must be a port from 0 to 65535, a span such as 1:80, a list such as "80, 443, 5000:6000", or all'
const PORTS = /^((([0-9]{1,5}|[0-9]{1,5}:[0-9]{1,5})(\s*,\s*([0-9]{1,5}|[0-9]{1,5}:[0-9]{1,5}))*)|all)$/

const ports = z.union([z.int().min(0).max(65_535), z.string().regex(PORTS, PORTS_TEXT)], { error: PORTS_TEXT })

const rule = z.strictObject({
  name: z.string().meta({
    description: 'Becomes the comment of the firewall rule.',
    examples: ['Only allow web traffic from servers'],
  }),
  vlan_src: vlanOrWord.meta({ description: 'Where the traffic comes from.', examples: [10] }),
  ip_last_octet_src: octetOrSpan
    .meta({ description: 'The machine, or span of machines, it comes from.', examples: ['11-22'] })
    .optional(),
  vlan_dst: vlanOrWord.meta({ description: 'Where the traffic goes.', examples: [20] }),
  ip_last_octet_dst: octetOrSpan
    .meta({ description: 'The machine, or span of machines, it goes to.', examples: [21] })
    .optional(),
  protocol: z
    .enum(['tcp', 'udp', 'udplite', 'icmp', 'ipv6-icmp', 'esp', 'ah', 'sctp', 'all'])
    .meta({ description: 'Protocol of the traffic.' }),
  ports: ports.meta({ description: 'The destination ports.', examples: ['80, 443'] }),
  action: verdict.meta({ description: 'What happens to the traffic.' }),
})

/**
 * Networks never reachable from the range. Ludus' schema lists one item schema in an array, which JSON Schema 2019-09
 * takes as "the first item": the others are unchecked, and stay so here.
 */
const blockedNetworks = z.array(z.unknown()).check((context) => {
  const first = context.value[0]
  if (context.value.length === 0 || ipv4Network.safeParse(first).success) return
  context.issues.push({
    code: 'custom',
    input: first,
    path: [0],
    message: 'must be a network such as 192.168.1.0/24',
  })
})

/** Firewall rules of the range. The router carries them out; Lanista only hands them on. */
export const network = z.strictObject({
  inter_vlan_default: verdict.describe('For traffic between VLANs. Default: ACCEPT.').optional(),
  external_default: verdict.describe('For traffic to the internet. Default: ACCEPT.').optional(),
  wireguard_vlan_default: verdict.describe('For traffic to WireGuard clients. Default: REJECT.').optional(),
  always_blocked_networks: blockedNetworks
    .meta({ description: 'Networks the range can never reach.', examples: [['192.168.1.0/24']] })
    .optional(),
  rules: z.array(rule).describe('Exceptions to the defaults, in order.').optional(),
})
