import { type PlainRoute, ROUTE_PROTOCOL, type SpecialRoute } from '../../model/host-routes.ts'

/** The right route of range 3, made by Ludus' `ip route add`; another route by what differs. */
export const plain = (changes: Partial<Omit<PlainRoute, 'kind'>> = {}): PlainRoute => ({
  kind: 'plain',
  destination: '10.3.0.0/16',
  via: '192.0.2.103',
  dev: 'ludusnat',
  protocol: 3,
  metric: 0,
  ...changes,
})

/** The same made by Lanista. */
export const own = (changes: Partial<Omit<PlainRoute, 'kind'>> = {}): PlainRoute =>
  plain({ protocol: ROUTE_PROTOCOL, ...changes })

/** A stranger's, to range 3's network by a VPN. */
export const vpn = (changes: Partial<Omit<PlainRoute, 'kind'>> = {}): PlainRoute =>
  plain({ via: '10.200.0.2', dev: 'wg0', ...changes })

export const unreachable = (changes: Partial<Omit<SpecialRoute, 'kind'>> = {}): SpecialRoute => ({
  kind: 'special',
  destination: '10.3.0.0/16',
  what: 'unreachable',
  protocol: 3,
  metric: 0,
  ...changes,
})
