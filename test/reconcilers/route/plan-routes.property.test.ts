import { expect } from 'chai'
import fc from 'fast-check'
import { ROUTE_PROTOCOL, type RouteSeen } from '../../../model/host-routes.ts'
import { rangeNetworkOf, rangeNumberOfNetwork, routerWanAddressOf } from '../../../model/identity.ts'
import { type NumbersInUse, planRoutes, type RouteAction } from '../../../reconcilers/route/plan-routes.ts'
import { FakeHostRoutes } from '../../builders/fake-host-routes.ts'

const DEVICE = 'ludusnat'
const signal = new AbortController().signal

const destination = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 4 }).map(rangeNetworkOf) },
  fc.constantFrom(
    '10.0.0.0/16',
    '10.153.0.0/16',
    '10.154.0.0/16',
    '10.3.1.0/24',
    '10.3.0.0/24',
    '10.0.0.0/8',
    '10.3.0.1',
  ),
)
const protocol = fc.constantFrom(2, 3, 4, 12, ROUTE_PROTOCOL)
const metric = fc.constantFrom(0, 0, 50)
const anyRoute: fc.Arbitrary<RouteSeen> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('plain' as const),
      destination,
      via: fc.constantFrom(undefined, '192.0.2.9', '10.200.0.2', ...[1, 2, 3, 4].map(routerWanAddressOf)),
      dev: fc.constantFrom(DEVICE, 'vmbr1000', 'wg0'),
      protocol,
      metric,
    }),
  },
  fc.record({ kind: fc.constant('special' as const), destination, what: fc.constant('unreachable'), protocol, metric }),
)
// The kernel takes no second route that is the same in all.
const anyTable = fc.uniqueArray(anyRoute, { maxLength: 12, selector: (route) => JSON.stringify(route) })
const anyWants = fc
  .subarray([1, 2, 3, 4, 153])
  .map((numbers) => numbers.map((number) => ({ rangeId: `R${number}`, number })))
const anyInUse: fc.Arbitrary<NumbersInUse> = fc.oneof(
  fc.constant<NumbersInUse>({ kind: 'partly-known' }),
  fc.subarray([1, 2, 3, 4, 153]).map((numbers): NumbersInUse => ({ kind: 'known', numbers: new Set(numbers) })),
)

async function carryOut(actions: readonly RouteAction[], table: FakeHostRoutes): Promise<void> {
  for (const action of actions)
    switch (action.kind) {
      case 'add-route':
        await table.add(action.route)
        break
      case 'replace-route':
        await table.replace(action.wrong, action.route)
        break
      case 'remove-route':
        await table.remove(action.wrong)
        break
    }
}

const removedBy = (actions: readonly RouteAction[]) =>
  actions.flatMap((action) => (action.kind === 'add-route' ? [] : [action.wrong]))

describe('planRoutes, for any routing table', () => {
  it('plans nothing for the state that it achieves, and the kernel takes every step to it', () =>
    fc.assert(
      fc.asyncProperty(anyTable, anyWants, anyInUse, async (seen, wants, inUse) => {
        const table = new FakeHostRoutes(seen)
        const first = planRoutes(wants, inUse, DEVICE, await table.list(signal))
        await carryOut(first.actions, table)
        const second = planRoutes(wants, inUse, DEVICE, await table.list(signal))
        expect(second.actions).to.deep.equal([])
        expect([...second.findings]).to.deep.equal([...first.findings])
      }),
    ))

  it('achieves the same when it is cut off after any step', () =>
    fc.assert(
      fc.asyncProperty(anyTable, anyWants, anyInUse, fc.nat(6), async (seen, wants, inUse, steps) => {
        const whole = new FakeHostRoutes(seen)
        await carryOut(planRoutes(wants, inUse, DEVICE, whole.routes).actions, whole)
        const cut = new FakeHostRoutes(seen)
        await carryOut(planRoutes(wants, inUse, DEVICE, cut.routes).actions.slice(0, steps), cut)
        await carryOut(planRoutes(wants, inUse, DEVICE, cut.routes).actions, cut)
        for (const { number } of wants) {
          const taken = (table: FakeHostRoutes) => {
            const first = table.routes.find((route) => route.destination === rangeNetworkOf(number))
            return first?.kind === 'plain' ? [first.via, first.dev] : first
          }
          expect(taken(cut)).to.deep.equal(taken(whole))
        }
      }),
    ))

  it("removes only what has our mark, or was made by hand or script by the NAT network to a wanted range's", () => {
    fc.assert(
      fc.property(anyTable, anyWants, anyInUse, (seen, wants, inUse) => {
        const wanted = new Set(wants.map(({ number }) => number))
        for (const route of removedBy(planRoutes(wants, inUse, DEVICE, seen).actions)) {
          expect(seen).to.include(route)
          if (route.protocol === ROUTE_PROTOCOL) continue
          expect(wanted.has(rangeNumberOfNetwork(route.destination) ?? 0)).to.equal(true)
          expect([3, 4]).to.include(route.protocol)
          expect(route.dev === DEVICE || route.via?.startsWith('192.0.2.')).to.equal(true)
        }
      }),
    )
  })

  it('writes only routes of wanted ranges, and removes besides those only of numbers that are nobody’s', () => {
    fc.assert(
      fc.property(anyTable, anyWants, anyInUse, (seen, wants, inUse) => {
        const wanted = new Set(wants.map(({ number }) => number))
        for (const action of planRoutes(wants, inUse, DEVICE, seen).actions) {
          const { destination } = action.kind === 'remove-route' ? action.wrong : action.route
          const number = rangeNumberOfNetwork(destination)
          if (number !== undefined && wanted.has(number)) continue
          expect(number, destination).not.to.equal(undefined)
          expect(action.kind).to.equal('remove-route')
          expect(inUse.kind === 'known' && !inUse.numbers.has(number!)).to.equal(true)
        }
      }),
    )
  })

  it('leads each wanted range right, or says why not', () =>
    fc.assert(
      fc.asyncProperty(anyTable, anyWants, anyInUse, async (seen, wants, inUse) => {
        const table = new FakeHostRoutes(seen)
        const { actions, findings } = planRoutes(wants, inUse, DEVICE, table.routes)
        await carryOut(actions, table)
        for (const { number } of wants) {
          const network = rangeNetworkOf(number)
          const first = table.routes.find((route) => route.destination === network)
          const right = first?.kind === 'plain' && first.via === routerWanAddressOf(number) && first.dev === DEVICE
          expect(right).to.equal(!findings.has(network))
        }
      }),
    ))
})
