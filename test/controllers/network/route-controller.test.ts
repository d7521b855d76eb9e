import { expect } from 'chai'
import { RouteController, type RouteResult } from '../../../controllers/network/route-controller.ts'
import { HostRouteError, type RouteSeen } from '../../../model/host-routes.ts'
import type { NumbersInUse } from '../../../reconcilers/route/plan-routes.ts'
import { FakeHostRoutes } from '../../builders/fake-host-routes.ts'
import { quiet, settled } from '../../builders/quiet.ts'
import { own, plain, vpn } from '../../builders/routes.ts'

const signal = new AbortController().signal
const known = (...numbers: readonly number[]): NumbersInUse => ({ kind: 'known', numbers: new Set(numbers) })
const controllerOf = (routes: FakeHostRoutes, stop = signal, device = () => 'ludusnat') =>
  new RouteController(routes, device, quiet, stop)
const ensureAll = (controller: RouteController, numbers: readonly number[]): Promise<readonly RouteResult[]> =>
  Promise.all(numbers.map((number) => controller.ensure({ rangeId: `R${number}`, number })))
const reasons = (results: readonly RouteResult[]) =>
  results.map((result) => (result.kind === 'ready' ? 'ready' : `${result.kind} ${result.finding.reason}`))
const ownOf = (number: number): RouteSeen => own({ destination: `10.${number}.0.0/16`, via: `192.0.2.${100 + number}` })

describe('RouteController', () => {
  it('makes the routes of 50 ranges that ask at once with one look', async () => {
    const routes = new FakeHostRoutes()
    const numbers = Array.from({ length: 50 }, (_, index) => index + 1)
    expect(new Set(reasons(await ensureAll(controllerOf(routes), numbers)))).to.deep.equal(new Set(['ready']))
    expect(routes.looks).to.equal(1)
    expect(routes.routes).to.deep.equal(numbers.map(ownOf))
  })

  it('writes nothing where all is right', async () => {
    const routes = new FakeHostRoutes([plain(), ownOf(4)])
    const controller = controllerOf(routes)
    const results = [...(await ensureAll(controller, [3, 4])), await controller.removeStale(() => known(3, 4))]
    expect(reasons(results)).to.deep.equal(['ready', 'ready', 'ready'])
    expect(routes.writes).to.deep.equal([])
  })

  it('replaces wrong ones, and removes the stale only when told what is in use', async () => {
    const routes = new FakeHostRoutes([plain({ via: '192.0.2.9' }), ownOf(9), ownOf(10)])
    const controller = controllerOf(routes)
    expect(reasons(await ensureAll(controller, [3]))).to.deep.equal(['ready'])
    expect(routes.writes).to.deep.equal(['replace 10.3.0.0/16'])
    expect(reasons([await controller.removeStale(() => ({ kind: 'partly-known' }))])).to.deep.equal(['ready'])
    expect(routes.routes).to.deep.equal([own(), ownOf(9), ownOf(10)])
    expect(reasons([await controller.removeStale(() => known(3, 10))])).to.deep.equal(['ready'])
    expect(routes.routes).to.deep.equal([own(), ownOf(10)])
  })

  it('keeps a route when one of several who remove together knows of its number, or not of all', async () => {
    const routes = new FakeHostRoutes([ownOf(9), ownOf(10)])
    const controller = controllerOf(routes)
    await Promise.all([
      controller.removeStale(() => known(9)),
      controller.removeStale(() => ({ kind: 'partly-known' })),
    ])
    expect(routes.routes).to.deep.equal([ownOf(9), ownOf(10)])
    await Promise.all([controller.removeStale(() => known(9)), controller.removeStale(() => known())])
    expect(routes.routes).to.deep.equal([ownOf(9)])
  })

  it('keeps the route of a number that was given away while it looked', async () => {
    const numbers = new Set([3])
    const routes = new FakeHostRoutes([own(), ownOf(9)])
    routes.beforeLook = () => void numbers.add(9)
    await controllerOf(routes).removeStale(() => ({ kind: 'known', numbers }))
    expect(routes.writes).to.deep.equal([])
  })

  it("tells a range that a stranger's route is in its place, and the others nothing of it", async () => {
    const routes = new FakeHostRoutes([vpn()])
    const results = await ensureAll(controllerOf(routes), [3, 4])
    expect(reasons(results)).to.deep.equal(['blocked RouteTaken', 'ready'])
    expect(routes.routes).to.deep.equal([vpn(), ownOf(4)])
  })

  it("goes on when one range's route can not be made, and makes it in a later turn", async () => {
    const error = new HostRouteError('device-missing', 'Cannot find device "ludusnat"')
    const routes = new FakeHostRoutes([ownOf(9)]).fail('add 10.3.0.0/16', error)
    const controller = controllerOf(routes)
    const [results, removal] = await Promise.all([
      ensureAll(controller, [3, 4]),
      controller.removeStale(() => known(3, 4)),
    ])
    expect(reasons([...results, removal])).to.deep.equal(['retry RouteDeviceMissing', 'ready', 'ready'])
    expect(results[0]?.kind === 'retry' && results[0].finding.message).to.match(/^route 10\.3\.0\.0\/16: /)
    routes.mend()
    expect(reasons(await ensureAll(controller, [3]))).to.deep.equal(['ready'])
    expect(routes.routes).to.deep.equal([ownOf(4), own()])
  })

  it('tells who removes of a removal that failed, and no range', async () => {
    const error = new HostRouteError('not-permitted', 'Operation not permitted')
    const routes = new FakeHostRoutes([own(), ownOf(9)]).fail('remove 10.9.0.0/16', error)
    const controller = controllerOf(routes)
    const [results, removal] = await Promise.all([ensureAll(controller, [3]), controller.removeStale(() => known(3))])
    expect(reasons([...results, removal])).to.deep.equal(['ready', 'blocked RouteNotPermitted'])
  })

  it('tells everybody when the routes can not be read', async () => {
    const routes = new FakeHostRoutes().fail('list', new HostRouteError('not-installed', 'there is no program ip'))
    const controller = controllerOf(routes)
    const [results, removal] = await Promise.all([ensureAll(controller, [3, 4]), controller.removeStale(() => known())])
    expect(new Set(reasons([...results, removal]))).to.deep.equal(new Set(['blocked RouteToolMissing']))
    expect(removal.kind === 'blocked' && removal.finding.message).to.match(/^routes of this host: /)
  })

  it('follows the device of the NAT network when the configuration changes', async () => {
    let device = 'ludusnat'
    const routes = new FakeHostRoutes([own()])
    const controller = controllerOf(routes, signal, () => device)
    device = 'vmbr1000'
    expect(reasons(await ensureAll(controller, [3]))).to.deep.equal(['ready'])
    expect(routes.routes).to.deep.equal([own({ dev: 'vmbr1000' })])
  })

  it('looks again for those who ask while a turn is taken', async () => {
    const routes = new FakeHostRoutes()
    const controller = controllerOf(routes)
    let second: Promise<readonly RouteResult[]> | undefined
    routes.beforeLook = () => {
      second ??= ensureAll(controller, [4])
    }
    expect(reasons(await ensureAll(controller, [3]))).to.deep.equal(['ready'])
    await settled()
    expect(reasons((await second) ?? [])).to.deep.equal(['ready'])
    expect(routes.looks).to.equal(2)
  })

  it('writes nothing once it is told to stop, and says so by rejecting', async () => {
    const stop = new AbortController()
    const routes = new FakeHostRoutes()
    const reason = new Error('stopping')
    routes.beforeLook = () => queueMicrotask(() => stop.abort(reason))
    const failed = await ensureAll(controllerOf(routes, stop.signal), [3]).catch((error: unknown) => error)
    expect(failed).to.equal(reason)
    expect(routes.writes).to.deep.equal([])
  })

  it('does not pass a mistake of its own off as trouble of the host', async () => {
    const bug = new TypeError('undefined is not a function')
    const routes = new FakeHostRoutes().fail('add 10.3.0.0/16', bug)
    expect(await ensureAll(controllerOf(routes), [3]).catch((error: unknown) => error)).to.equal(bug)
  })
})
