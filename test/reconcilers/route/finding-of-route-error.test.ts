import { expect } from 'chai'
import { HostRouteError, type HostRouteErrorKind } from '../../../model/host-routes.ts'
import { findingOfRouteError } from '../../../reconcilers/route/finding-of-route-error.ts'

describe('findingOfRouteError', () => {
  const rows: readonly [HostRouteErrorKind, 'retry' | 'blocked', string, RegExp][] = [
    ['not-installed', 'blocked', 'RouteToolMissing', /install iproute2$/],
    ['not-permitted', 'blocked', 'RouteNotPermitted', /CAP_NET_ADMIN, or set lanista\.routes\.enabled/],
    ['device-missing', 'retry', 'RouteDeviceMissing', /no device ludusnat yet; .* correct lanista\.routes\.device$/],
    ['gateway-unreachable', 'retry', 'RouteGatewayUnreachable', /ip address add 192\.0\.2\.254\/24 dev ludusnat/],
    ['exists', 'retry', 'RouteChanged', /tried again; if it stays so, remove the one that ip route shows$/],
    ['unexpected', 'retry', 'RouteFailed', /: ip route said "Boo"; this is tried again$/],
  ]
  for (const [kind, next, reason, says] of rows)
    it(`says of ${kind} what a person can do`, () => {
      const error = new HostRouteError(kind, 'ip route said "Boo"')
      const trouble = findingOfRouteError(error, 'route 10.3.0.0/16', 'ludusnat')
      expect([trouble.kind, trouble.finding.reason]).to.deep.equal([next, reason])
      expect(trouble.finding.message)
        .to.match(/^route 10\.3\.0\.0\/16: /)
        .and.to.match(says)
    })
})
