import { expect } from 'chai'
import { parseRoutes } from '../../../adapters/host/parse-routes.ts'
import { routeErrorOf, saysGone } from '../../../adapters/host/route-errors.ts'
import { IpRoutes } from '../../../adapters/host/routes.ts'
import { HostRouteError } from '../../../model/host-routes.ts'
import { plain } from '../../builders/routes.ts'

const signal = new AbortController().signal
const route = { destination: '10.3.0.0/16', via: '192.0.2.103', dev: 'ludusnat' }

/** A stand-in for `ip`: a shell that runs this script, whatever arguments follow. */
const script = (text: string) => new IpRoutes(['sh', '-c', text, 'ip'])
const errorOf = (call: Promise<unknown>): Promise<unknown> => call.catch((error: unknown) => error)

describe('parseRoutes', () => {
  const row = { type: '1', dst: '10.3.0.0/16', gateway: '192.0.2.103', dev: 'ludusnat', protocol: '3', scope: '0' }

  it('reads what ip says beside what it knows without minding', () => {
    const told = [{ ...row, flags: ['linkdown'], pref: 'x', metrics: [{ mtu: 1400 }] }]
    expect(parseRoutes(JSON.stringify(told))).to.deep.equal([plain()])
    expect(parseRoutes('[]')).to.deep.equal([])
  })

  const odd: readonly [string, string, RegExp][] = [
    ['an answer without routes', '', /answered "", which is no JSON/],
    ['words', 'Usage: ip\u001b[2J', /answered "Usage: ip\\u\{1b\}\[2J", which is no JSON/],
    ['an object', '{}', /can't be read/],
    ['names in place of numbers', JSON.stringify([{ ...row, protocol: 'boot' }]), /can't be read \(0\.protocol/],
    ['a route that says not who made it', JSON.stringify([{ ...row, protocol: undefined }]), /\(0\.protocol/],
  ]
  for (const [situation, told, says] of odd)
    it(`refuses ${situation}`, () => {
      expect(() => parseRoutes(told))
        .to.throw(HostRouteError, says)
        .with.property('kind', 'unexpected')
    })
})

describe('IpRoutes', () => {
  it('says so when there is no ip at all', async () => {
    const error = await errorOf(new IpRoutes(['ip-that-is-not-there']).list(signal))
    expect(error).to.be.instanceOf(HostRouteError).and.to.have.property('kind', 'not-installed')
  })

  it('names exactly the route it removes', async () => {
    const routes = script('echo "$@" >&2; exit 2')
    const rows = [
      [plain(), 'via 192.0.2.103 dev ludusnat scope 0 proto 3'],
      [plain({ via: undefined, metric: 9 }), 'dev ludusnat scope 253 proto 3 metric 9'],
    ] as const
    for (const [wrong, how] of rows) {
      const error = await errorOf(routes.remove(wrong, signal))
      expect(error).to.have.property('message').that.includes(`-4 route del unicast 10.3.0.0/16 ${how} table main`)
    }
  })

  it('hands ip nothing of the environment but where programs are', async () => {
    process.env['LANISTA_TEST_SECRET'] = 'hush'
    try {
      const error = await errorOf(script('echo "${LANISTA_TEST_SECRET-none} $LC_ALL" >&2; exit 1').add(route, signal))
      expect(error).to.have.property('message').that.includes('said "none C"')
    } finally {
      delete process.env['LANISTA_TEST_SECRET']
    }
  })
})

describe('routeErrorOf', () => {
  const failed = (stderr: string) => Object.assign(new Error('Command failed'), { stderr, code: 2 })
  const rows: readonly [string, string][] = [
    ['RTNETLINK answers: Operation not permitted', 'not-permitted'],
    ['Cannot find device "ludusnat"', 'device-missing'],
    ['Error: Nexthop has invalid gateway.', 'gateway-unreachable'],
    ['RTNETLINK answers: Network is unreachable', 'gateway-unreachable'],
    ['Error: Device for nexthop is not up.', 'gateway-unreachable'],
    ['RTNETLINK answers: File exists', 'exists'],
    ['ip: unrecognized option: j\nBusyBox v1.36.1 multi-call binary.', 'not-installed'],
    ['Option "-j" is unknown, try "ip -help".', 'not-installed'],
    ['RTNETLINK answers: No buffer space available', 'unexpected'],
  ]
  for (const [said, kind] of rows)
    it(`takes "${said.split('\n')[0]}" for ${kind}`, () => {
      const error = routeErrorOf(failed(said), ['route', 'add'])
      expect(error.kind).to.equal(kind)
      expect(error.message).to.match(/^ip route add said "/)
    })

  it('says that an ip that never answered gave no answer', () => {
    const error = routeErrorOf(Object.assign(new Error('killed'), { killed: true, stderr: '' }), ['route', 'show'])
    expect(error.message).to.equal('ip route show gave no answer in time')
  })

  it('knows a route that is gone already, with its device or by itself', () => {
    const gone = ['RTNETLINK answers: No such process', 'Cannot find device "wg0"']
    expect(gone.map((said) => saysGone(routeErrorOf(failed(said), [])))).to.deep.equal([true, true])
    expect(saysGone(routeErrorOf(failed('RTNETLINK answers: Operation not permitted'), []))).to.equal(false)
    expect(saysGone(new Error('No such process'))).to.equal(false)
  })
})
