import { expect } from 'chai'
import { always } from '../../../model/permit.ts'
import { inspect } from 'node:util'
import { connected, SECRET, taskRow, UPID, type Connected } from './connected.ts'
import { refusal, type Reply } from './fake-api.ts'
import { UNWATCHED } from '../../builders/unwatched.ts'

const VNET = { zone: 'ludus', tag: 3, alias: 'x', vlanAware: true }

/** Everything about a value that could reach a log: inspected with all hidden properties, as JSON, its causes. */
const everythingOf = (value: unknown): string => {
  const parts: string[] = []
  for (let current: unknown = value; current !== undefined;) {
    parts.push(inspect(current, { depth: Infinity, showHidden: true, getters: true }), inspect(current))
    parts.push(JSON.stringify(current, Object.getOwnPropertyNames(current)) ?? '', JSON.stringify(current) ?? '')
    if (!(current instanceof Error)) break
    parts.push(current.stack ?? '', current.message)
    current = current.cause
  }
  return parts.join('\n')
}

/** In any of the ways the secret can be written. */
const forms = [SECRET, encodeURIComponent(SECRET), Buffer.from(SECRET).toString('base64'), SECRET.replaceAll('-', '')]

describe('the token secret', () => {
  let at: Connected
  afterEach(() => at.close())

  const SITUATIONS: readonly (readonly [string, Reply])[] = [
    ['a reset', 'reset'],
    ['a reset in the middle of the answer', 'reset-mid-body'],
    ['no answer', 'hang'],
    ['a wrong token', { status: 401, reason: 'Authentication failed!' }],
    ['a missing right', refusal(403, 'Permission check failed (/sdn/zones/ludus, SDN.Allocate)')],
    ['refused parameters', refusal(400, 'Parameter verification failed.', { tag: 'x' })],
    ['an unknown error', refusal(500, 'something')],
    ['an error that repeats the header', refusal(500, `bad header PVEAPIToken=ludus@pve!ctl=${SECRET}`)],
    ['an error page that repeats the header', { status: 500, reason: `x ${SECRET}`, body: `Authorization: ${SECRET}` }],
    ['no JSON', { text: `<html>${SECRET}</html>` }],
    ['a reply of the wrong form', { data: { upid: SECRET } }],
    ['an unreachable node', { status: 595, reason: 'No route to host' }],
    ['pveproxy giving up', { status: 596, reason: 'Connection timed out' }],
    ['a redirect', { status: 301, reason: 'Moved' }],
  ]
  for (const [situation, reply] of SITUATIONS)
    it(`is nowhere in what comes of ${situation}`, async () => {
      at = await connected(
        { 'PUT /cluster/sdn': reply, 'GET /version': reply, 'POST /cluster/sdn/vnets': reply },
        reply === 'hang' ? { timeouts: { read: 300, write: 1000 } } : {},
      )
      const outcomes = await Promise.allSettled([
        at.proxmox.sdn.apply(undefined, always(at.signal), UNWATCHED),
        at.proxmox.sdn.createVnet('r3', VNET, undefined, always(at.signal)),
        at.proxmox.observe(at.signal),
        at.proxmox.machines.read('pve1', 100, at.signal),
      ])
      const printed = [
        everythingOf(outcomes),
        ...outcomes.map((outcome) => everythingOf(outcome.status === 'rejected' ? outcome.reason : outcome.value)),
      ]
      expect(outcomes.some(({ status }) => status === 'rejected')).to.equal(true)
      const all = [...printed, ...at.logged, JSON.stringify(at.seen), everythingOf(at.proxmox)].join('\n')
      for (const form of forms) expect(all.includes(form), `${situation}: ${form}`).to.equal(false)
      expect(
        at.api.got.some(({ authorization }) => authorization?.includes(SECRET)),
        'it was sent',
      ).to.equal(true)
    })

  it('is nowhere in what comes of a connection refused, an unknown host and a wrong fingerprint', async () => {
    at = await connected({})
    await at.api.close()
    const refused: unknown = await at.proxmox.observe(at.signal).catch((error: unknown) => error)
    const elsewhere = await connected({}, { hosts: ['https://lanista.invalid:8006'] })
    const unknown: unknown = await elsewhere.proxmox.observe(at.signal).catch((error: unknown) => error)
    await elsewhere.close()
    const pinned = await connected({}, { tls: { kind: 'fingerprint', sha256: '00'.repeat(32) } })
    const wrong: unknown = await pinned.proxmox.observe(at.signal).catch((error: unknown) => error)
    await pinned.close()
    for (const error of [refused, unknown, wrong])
      for (const form of forms) expect(everythingOf(error).includes(form)).to.equal(false)
  })

  it('is nowhere in what comes of a failed task whose log repeats it', async () => {
    at = await connected({
      'PUT /cluster/sdn': { data: UPID },
      'GET /cluster/tasks': { data: [taskRow(UPID, `failed: ${SECRET}`)] },
      [`GET /nodes/pve1/tasks/${UPID}/log`]: { data: [{ n: 1, t: `token ${SECRET}` }] },
    })
    const error: unknown = await at.proxmox.sdn
      .apply(undefined, always(at.signal), UNWATCHED)
      .catch((caught: unknown) => caught)
    for (const form of forms) expect(everythingOf(error).includes(form)).to.equal(false)
  })
})
