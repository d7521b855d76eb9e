import { expect } from 'chai'
import { HostRouteError, type HostRouteErrorKind, type HostRoutes, type PlainRoute } from '../../model/host-routes.ts'
import { own, plain, vpn } from '../builders/routes.ts'
import { cases, every } from '../runner/long-runs.ts'

/** Routes in a table of its own, in which these plain ones stand. */
export type OpenRoutes = (routes: readonly PlainRoute[]) => HostRoutes

const signal = new AbortController().signal
const route = { destination: '10.3.0.0/16', via: '192.0.2.103', dev: 'ludusnat' }

const kindOf = (call: Promise<unknown>): Promise<HostRouteErrorKind | 'ok'> =>
  call.then(
    () => 'ok' as const,
    (error: unknown) => {
      if (error instanceof HostRouteError) return error.kind
      throw error
    },
  )

/** What every implementation of `HostRoutes` does, the kernel's own table and the one in memory alike. */
export function describeHostRoutes(open: OpenRoutes): void {
  const listed = async (routes: HostRoutes) =>
    (await routes.list(signal)).filter(({ destination }) => destination === route.destination)

  it('adds a route with its mark', async () => {
    const routes = open([])
    await routes.add(route, signal)
    expect(await listed(routes)).to.deep.equal([own()])
  })

  it("adds nothing over or beside a stranger's with the same metric", async () => {
    for (const there of [vpn(), plain(), own(), own({ via: '192.0.2.9' })]) {
      const routes = open([there])
      expect(await kindOf(routes.add(route, signal))).to.equal('exists')
      expect(await listed(routes)).to.deep.equal([there])
    }
  })

  it('adds one before those with a metric', async () => {
    const routes = open([vpn({ metric: 50 })])
    await routes.add(route, signal)
    expect(await listed(routes)).to.deep.equal([own(), vpn({ metric: 50 })])
  })

  it('lists routes to one destination by metric, then as the kernel takes them', async () => {
    const routes = open([vpn({ metric: 50 }), plain({ metric: 7 }), plain({ metric: 7, protocol: 4 })])
    expect(await listed(routes)).to.deep.equal([
      plain({ metric: 7 }),
      plain({ metric: 7, protocol: 4 }),
      vpn({ metric: 50 }),
    ])
  })

  const wrongs: readonly [string, PlainRoute][] = [
    ['its own', own({ via: '192.0.2.9' })],
    ["Ludus'", plain({ via: '192.0.2.9' })],
    ['one with a metric', plain({ via: '192.0.2.9', metric: 12 })],
    ['one without a gateway', plain({ via: undefined })],
    ['one by another device', plain({ via: '10.200.0.9', dev: 'wg0', protocol: 4 })],
  ]
  for (const [which, wrong] of cases(wrongs, every(3)))
    it(`replaces ${which} and no other`, async () => {
      const others = [vpn({ protocol: 12 }), plain({ via: '192.0.2.8' }), vpn({ metric: 50 })]
      const routes = open([wrong, ...others])
      await routes.replace(wrong, route, signal)
      expect(await listed(routes)).to.deep.equal([own(), ...others])
    })

  it('takes no route away when it can make none', async () => {
    const routes = open([plain({ via: '192.0.2.9' }), own()])
    expect(await kindOf(routes.replace(plain({ via: '192.0.2.9' }), route, signal))).to.equal('exists')
    expect(await listed(routes)).to.deep.equal([plain({ via: '192.0.2.9' }), own()])
  })

  for (const [which, wrong] of cases(wrongs, every(3)))
    it(`removes ${which} from among others that resemble it`, async () => {
      const alike = [
        { ...wrong, protocol: 12 },
        { ...wrong, metric: wrong.metric + 1 },
        plain({ via: '192.0.2.77', protocol: wrong.protocol, metric: wrong.metric }),
      ]
      const routes = open([alike[2]!, alike[0]!, wrong, alike[1]!])
      await routes.remove(wrong, signal)
      expect(await listed(routes)).to.deep.equal([alike[2], alike[0], alike[1]])
    })

  it('is content when the one to remove is gone already', async () => {
    const routes = open([vpn()])
    await routes.remove(own(), signal)
    await routes.remove(own({ dev: 'gone0' }), signal)
    expect(await listed(routes)).to.deep.equal([vpn()])
  })
}
