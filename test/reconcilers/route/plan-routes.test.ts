import { expect } from 'chai'
import type { RouteSeen } from '../../../model/host-routes.ts'
import { planRoutes, type NumbersInUse, type RouteAction } from '../../../reconcilers/route/plan-routes.ts'
import { own, plain, unreachable, vpn } from '../../builders/routes.ts'

const JD = { rangeId: 'JD', number: 3 }
const partly: NumbersInUse = { kind: 'partly-known' }
const known = (...numbers: readonly number[]): NumbersInUse => ({ kind: 'known', numbers: new Set(numbers) })
const right = { destination: '10.3.0.0/16', via: '192.0.2.103', dev: 'ludusnat' }

const seenOf = (action: RouteAction) =>
  action.kind === 'add-route' ? ['add'] : [action.kind === 'replace-route' ? 'replace' : 'remove', action.wrong]
const planOf = (seen: readonly RouteSeen[], device = 'ludusnat') => planRoutes([JD], partly, device, seen)

describe('planRoutes, for one wanted range', () => {
  const wrong = { via: '192.0.2.104' }
  const rows: readonly [string, readonly RouteSeen[], readonly unknown[]][] = [
    ['adds a route that is missing', [], [['add']]],
    ['leaves its own right route', [own()], []],
    ['takes a right route that Ludus made for its own', [plain()], []],
    ['takes a right route for its own whoever made it', [plain({ protocol: 186, metric: 20 })], []],
    ['replaces its own that leads to another gateway', [own(wrong)], [['replace', own(wrong)]]],
    ['replaces its own by another device', [own({ dev: 'vmbr1000' })], [['replace', own({ dev: 'vmbr1000' })]]],
    ["replaces Ludus' route to another router", [plain(wrong)], [['replace', plain(wrong)]]],
    [
      "replaces Ludus' static route by the bridge of a single node",
      [plain({ dev: 'vmbr1000', protocol: 4 })],
      [['replace', plain({ dev: 'vmbr1000', protocol: 4 })]],
    ],
    [
      'replaces a route into the NAT network without a gateway',
      [plain({ via: undefined })],
      [['replace', plain({ via: undefined })]],
    ],
    [
      'replaces one with a metric and removes a second',
      [own({ ...wrong, metric: 5 }), plain({ ...wrong, metric: 9 })],
      [
        ['replace', own({ ...wrong, metric: 5 })],
        ['remove', plain({ ...wrong, metric: 9 })],
      ],
    ],
    ['removes a wrong one in front of a right one', [own(wrong), plain()], [['remove', own(wrong)]]],
    [
      'removes a wrong one behind a right one, as a crash while replacing leaves it',
      [own(), plain(wrong)],
      [['remove', plain(wrong)]],
    ],
    ["leaves a stranger's that the right one precedes", [own(), vpn({ metric: 50 })], []],
    ["keeps the place before a stranger's", [own(wrong), vpn({ metric: 50 })], [['replace', own(wrong)]]],
    [
      "makes its own anew that stands behind a stranger's",
      [plain(wrong), vpn(), own()],
      [
        ['remove', own()],
        ['replace', plain(wrong)],
      ],
    ],
    [
      "does not mind routes to a part of the range's network, or to more than it",
      [
        own(),
        vpn({ destination: '10.3.10.0/24' }),
        vpn({ destination: '10.0.0.0/8' }),
        vpn({ destination: '10.3.4.5' }),
      ],
      [],
    ],
  ]
  for (const [situation, seen, actions] of rows)
    it(situation, () => {
      const plan = planOf(seen)
      expect(plan.actions.map(seenOf)).to.deep.equal(actions)
      expect([...plan.findings]).to.deep.equal([])
    })

  const conflicts: readonly [string, readonly RouteSeen[], RegExp][] = [
    ["a stranger's", [vpn()], /via 10\.200\.0\.2 dev wg0, protocol 3/],
    ["a stranger's that precedes ours", [vpn(), own({ metric: 5 })], /via 10\.200\.0\.2 dev wg0/],
    ["a stranger's that precedes a wrong one of ours", [vpn(), own({ via: '192.0.2.9', metric: 5 })], /dev wg0/],
    ["a stranger's with a metric", [vpn({ metric: 50, via: undefined })], /\(dev wg0 metric 50, protocol 3\)/],
    ['an unreachable one', [unreachable()], /\(unreachable, protocol 3\)/],
    [
      'one with our mark of a kind that we never make',
      [unreachable({ protocol: 153 })],
      /\(unreachable, protocol 153\)/,
    ],
    ['several next hops', [unreachable({ what: '2 next hops' })], /\(2 next hops, protocol 3\)/],
    ["the kernel's, of an address on the device", [plain({ via: undefined, protocol: 2 })], /dev ludusnat, protocol 2/],
    ["a routing daemon's by the NAT network", [plain({ via: '192.0.2.9', protocol: 12 })], /protocol 12/],
  ]
  for (const [situation, seen, says] of conflicts)
    it(`leaves and reports ${situation}`, () => {
      const plan = planOf(seen)
      expect(plan.actions).to.deep.equal([])
      const finding = plan.findings.get('10.3.0.0/16')
      expect(finding?.reason).to.equal('RouteTaken')
      expect(finding?.message).to.match(says)
      expect(finding?.message).to.match(/ip route show 10\.3\.0\.0\/16; remove it, or set/)
    })

  it('says why', () => {
    const [add] = planOf([]).actions
    expect(add).to.deep.equal({
      kind: 'add-route',
      route: right,
      reason: 'range JD is reached by its router 192.0.2.103',
    })
    const [replace] = planOf([own({ via: undefined, metric: 7 })]).actions
    expect(replace?.reason).to.equal('it leads dev ludusnat metric 7, should lead via 192.0.2.103 dev ludusnat')
    const [remove] = planOf([own({ dev: 'old' }), plain()]).actions
    expect(remove?.reason).to.equal('it leads via 192.0.2.103 dev old, and another one to 10.3.0.0/16 leads right')
  })

  it('plans two ranges with one number once', () => {
    const plan = planRoutes([JD, { rangeId: 'KL', number: 3 }], partly, 'ludusnat', [])
    expect(plan.actions).to.have.length(1)
  })
})

describe('planRoutes, for numbers that are nobody’s', () => {
  const stale = own({ destination: '10.9.0.0/16', via: '192.0.2.109' })
  const rows: readonly [string, NumbersInUse, readonly RouteSeen[], number][] = [
    ['removes our own', known(3), [stale], 1],
    ['removes our own when no number at all is in use', known(), [stale], 1],
    ['keeps it while its number is in use, wanted just now or not', known(3, 9), [stale], 0],
    ['keeps every one while some numbers are not known', partly, [stale], 0],
    ["keeps Ludus'", known(3), [{ ...stale, protocol: 3 }], 0],
    [
      'keeps ours of a kind that we never make',
      known(3),
      [unreachable({ destination: '10.9.0.0/16', protocol: 153 })],
      0,
    ],
    [
      'keeps what is no range’s network, although it has our mark',
      known(3),
      ['10.154.0.0/16', '10.0.0.0/16', '10.9.0.0/24', '10.9.1.0/16', '10.9.0.1', '192.168.0.0/16', 'default'].map(
        (destination) => ({ ...stale, destination }),
      ),
      0,
    ],
  ]
  for (const [situation, inUse, seen, removals] of rows)
    it(situation, () => {
      const { actions } = planRoutes([JD], inUse, 'ludusnat', [own(), ...seen])
      expect(actions.map(({ kind }) => kind)).to.deep.equal(Array.from({ length: removals }, () => 'remove-route'))
    })

  it('never removes what a wanted range needs, even if nobody told that its number is in use', () => {
    expect(planRoutes([JD], known(), 'ludusnat', [own()]).actions).to.deep.equal([])
  })
})
