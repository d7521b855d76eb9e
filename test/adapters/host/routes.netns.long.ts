import { expect } from 'chai'
import { IpRoutes } from '../../../adapters/host/routes.ts'
import { RouteController } from '../../../controllers/network/route-controller.ts'
import { HostRouteError, type PlainRoute } from '../../../model/host-routes.ts'
import { quiet } from '../../builders/quiet.ts'
import { own, plain } from '../../builders/routes.ts'
import { describeHostRoutes } from '../../contract/host-routes.contract.ts'
import { asNobody, type Namespace, openNamespace, whyNoNamespace } from './namespace.ts'

const signal = new AbortController().signal
const route = { destination: '10.3.0.0/16', via: '192.0.2.103', dev: 'ludusnat' }

const errorOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => (error instanceof HostRouteError ? { kind: error.kind, message: error.message } : error),
  )

/** Appends a route as a person would, so that several to one destination stand in the order given. */
function append(namespace: Namespace, { destination, via, dev, protocol, metric }: PlainRoute): void {
  const hop = via === undefined ? `dev ${dev}` : `via ${via} dev ${dev}`
  namespace.ip(`route append ${destination} ${hop} proto ${protocol} metric ${metric}`)
}

describe("the host's routes, in a network namespace", () => {
  let namespace: Namespace
  before(function () {
    const why = whyNoNamespace()
    if (why === undefined) return
    console.warn(`\nskipped: the tests of the host's routes in a network namespace, because ${why}`)
    this.skip()
  })
  beforeEach(() => {
    namespace = openNamespace()
  })
  afterEach(() => namespace.remove())

  const routesOf = () => new IpRoutes(namespace.command)

  describe('as any HostRoutes', () =>
    describeHostRoutes((routes) => {
      namespace.ip('route flush 10.3.0.0/16')
      for (const each of routes) append(namespace, each)
      return routesOf()
    }))

  it('makes the route that ip shows as ours', async () => {
    await routesOf().add(route, signal)
    expect(namespace.ip('route show 10.3.0.0/16')).to.match(
      /^10\.3\.0\.0\/16 via 192\.0\.2\.103 dev ludusnat proto 153 /,
    )
  })

  it('reads every kind of route without mistaking one for another', async () => {
    for (const line of [
      'nexthop add id 7 via 192.0.2.5 dev ludusnat',
      'route add 10.1.0.0/16 via 192.0.2.101',
      'route add unreachable 10.2.0.0/16',
      'route add blackhole 10.2.0.0/16 metric 9',
      'route add throw 10.2.0.0/16 metric 10 proto 153',
      'route add prohibit 10.2.0.0/16 metric 11',
      'route add 10.3.0.0/16 nexthop via 192.0.2.103 dev ludusnat nexthop via 10.200.0.2 dev wg0',
      'route add 10.4.0.0/16 via inet6 fe80::1 dev wg0',
      'route add 10.5.0.0/16 nhid 7',
      'route add 10.6.0.0/16 tos 0x10 via 192.0.2.5 dev ludusnat',
      'route add 10.7.0.0/16 via 192.0.2.107 dev ludusnat onlink mtu 1400 src 192.0.2.254 proto static',
      'route add 10.8.0.0/16 dev ludusnat scope global',
      'route add 10.9.0.0/24 via 10.200.0.3 proto bgp',
      'route add 10.9.0.9 via 10.200.0.3',
      'route add default via 10.200.0.3',
      'route add 172.16.0.0/16 via 192.0.2.9',
      'route add 10.10.0.0/16 via 192.0.2.110 table 100',
      '-6 route add fd00::/64 dev wg0',
    ])
      namespace.ip(line)
    const special = (destination: string, what: string, protocol = 3, metric = 0) => ({
      kind: 'special',
      destination,
      what,
      protocol,
      metric,
    })
    expect(await routesOf().list(signal)).to.deep.equal([
      plain({ destination: '10.1.0.0/16', via: '192.0.2.101' }),
      special('10.2.0.0/16', 'unreachable'),
      special('10.2.0.0/16', 'blackhole', 3, 9),
      special('10.2.0.0/16', 'throw', 153, 10),
      special('10.2.0.0/16', 'prohibit', 3, 11),
      special('10.3.0.0/16', '2 next hops'),
      special('10.4.0.0/16', 'via inet6 fe80::1'),
      special('10.5.0.0/16', 'next hop 7'),
      plain({ destination: '10.7.0.0/16', via: '192.0.2.107', protocol: 4 }),
      special('10.8.0.0/16', 'scope 0'),
      plain({ destination: '10.9.0.0/24', via: '10.200.0.3', dev: 'wg0', protocol: 186 }),
      plain({ destination: '10.9.0.9', via: '10.200.0.3', dev: 'wg0' }),
      plain({ destination: '10.200.0.0/24', via: undefined, dev: 'wg0', protocol: 2 }),
    ])
  })

  it('removes no route with a gateway for one without', async () => {
    append(namespace, plain())
    await routesOf().remove(plain({ via: undefined }), signal)
    expect(await routesOf().list(signal)).to.deep.include(plain())
  })

  it('adds nothing over a route whose destination ip misspells in JSON', async () => {
    namespace.ip('route add 10.3.0.0/16 encap ip id 1 dst 198.51.100.1 via 192.0.2.5 dev ludusnat')
    const before = namespace.ip('route show')
    expect(await errorOf(routesOf().add(route, signal))).to.deep.include({ kind: 'exists' })
    expect(namespace.ip('route show')).to.equal(before)
  })

  describe('tells what is in the way, and changes nothing', () => {
    const before = () => append(namespace, plain({ via: '192.0.2.9' }))
    const kept = async () => expect(await routesOf().list(signal)).to.deep.include(plain({ via: '192.0.2.9' }))

    it('a device that is missing', async () => {
      before()
      const error = await errorOf(routesOf().replace(plain({ via: '192.0.2.9' }), { ...route, dev: 'nat9' }, signal))
      expect(error).to.deep.include({ kind: 'device-missing' })
      await kept()
    })

    it('a device without an address in the NAT network', async () => {
      before()
      const error = await errorOf(routesOf().replace(plain({ via: '192.0.2.9' }), { ...route, dev: 'wg0' }, signal))
      expect(error).to.deep.include({ kind: 'gateway-unreachable' })
      await kept()
    })

    it('a device that is down', async () => {
      namespace.ip('link set ludusnat down')
      expect(await errorOf(routesOf().add(route, signal))).to.deep.include({ kind: 'gateway-unreachable' })
    })

    it('a missing right', async () => {
      before()
      const inside = ['ip', 'netns', 'exec', namespace.name, ...asNobody('none'), 'ip'] as const
      const routes = new IpRoutes(inside)
      await kept()
      for (const call of [
        () => routes.add(route, signal),
        () => routes.replace(plain({ via: '192.0.2.9' }), route, signal),
        () => routes.remove(plain({ via: '192.0.2.9' }), signal),
      ])
        expect(await errorOf(call())).to.deep.include({ kind: 'not-permitted' })
      await kept()
      const controller = new RouteController(routes, () => 'ludusnat', quiet, signal)
      expect(await controller.ensure({ rangeId: 'JD', number: 4 })).to.have.property('kind', 'blocked')
    })
  })

  it('needs no right but CAP_NET_ADMIN', async () => {
    const inside = ['ip', 'netns', 'exec', namespace.name, ...asNobody('net_admin'), 'ip'] as const
    await new IpRoutes(inside).add(route, signal)
    expect(await routesOf().list(signal)).to.deep.include(own())
  })

  it('makes the routes of all ranges right among those of strangers, then writes nothing more', async () => {
    const strangers = [
      'default via 192.0.2.1 dev ludusnat',
      '10.0.0.0/8 via 10.200.0.2 dev wg0',
      '10.3.10.0/24 via 10.200.0.3 dev wg0',
      '10.5.0.0/16 via 10.200.0.4 dev wg0 proto static',
      '10.6.0.0/16 via 192.0.2.106 dev ludusnat',
      '10.7.0.0/16 via 192.0.2.107 dev ludusnat',
      '10.154.0.0/16 via 192.0.2.253 dev ludusnat proto 153',
      'unreachable 10.8.0.0/16',
    ]
    const ours = [
      '10.1.0.0/16 via 192.0.2.101 dev ludusnat proto 153',
      '10.9.0.0/16 via 192.0.2.109 dev ludusnat proto 153',
      '10.10.0.0/16 via 192.0.2.110 dev ludusnat proto 153',
    ]
    const wrong = ['10.2.0.0/16 via 192.0.2.2 dev ludusnat', '10.4.0.0/16 via 192.0.2.101 dev ludusnat proto 153']
    for (const line of [...strangers, ...ours, ...wrong]) namespace.ip(`route add ${line}`)
    const logged: string[] = []
    const logger = { ...quiet, info: (message: string) => void logged.push(message) }
    const controller = new RouteController(routesOf(), () => 'ludusnat', logger, signal)
    const pass = () =>
      Promise.all([
        ...[1, 2, 3, 4, 5, 6, 8].map((number) => controller.ensure({ rangeId: `R${number}`, number })),
        controller.removeStale(() => ({ kind: 'known', numbers: new Set([1, 2, 3, 4, 5, 6, 8, 10]) })),
      ])

    const kinds = (await pass()).map(({ kind }) => kind)
    expect(kinds).to.deep.equal(['ready', 'ready', 'ready', 'ready', 'blocked', 'ready', 'blocked', 'ready'])
    const after = namespace
      .ip('route show')
      .split('\n')
      .map((line) => line.replace(' linkdown', '').trim())
    const right = [1, 2, 3, 4, 10].map((n) => `10.${n}.0.0/16 via 192.0.2.${100 + n} dev ludusnat proto 153`)
    const kernel = [
      '10.200.0.0/24 dev wg0 proto kernel scope link src 10.200.0.1',
      '192.0.2.0/24 dev ludusnat proto kernel scope link src 192.0.2.254',
    ]
    expect(after.filter((line) => line !== '')).to.have.members([...strangers, ...right, ...kernel])
    expect(logged.toSorted()).to.deep.equal(['adding route', 'removing route', 'replacing route', 'replacing route'])

    logged.length = 0
    expect((await pass()).map(({ kind }) => kind)).to.deep.equal(kinds)
    expect(logged).to.deep.equal([])
  })

  it('ends with the signal', async () => {
    const stop = new AbortController()
    const listing = routesOf().list(stop.signal)
    const reason = new Error('stopping')
    stop.abort(reason)
    expect(await errorOf(listing)).to.equal(reason)
  })
})
