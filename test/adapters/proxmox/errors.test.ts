import { expect } from 'chai'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { requestFor, type Request } from '../../../adapters/proxmox/calls.ts'
import { errorOf, foreignError, LockTimeout, UnknownCall } from '../../../adapters/proxmox/errors.ts'
import type { ProxmoxErrorKind } from '../../../model/proxmox-error.ts'

const CALLER = { tokenId: 'ludus@pve!ctl' }
const WRITE = requestFor('POST /nodes/{node}/qemu/{vmid}/clone', { node: 'pve1', vmid: 9000 }, {})
const READ = requestFor('GET /cluster/sdn/vnets', {}, {})

const told = (status: number, message: string, errors?: Readonly<Record<string, string>>, request: Request = WRITE) =>
  errorOf(
    request,
    {
      status,
      reason: message.split('\n')[0] ?? '',
      body: JSON.stringify({ data: null, message: `${message}\n`, errors }),
    },
    CALLER,
  )

/** What Proxmox really sends, and what it means. */
const TABLE: readonly (readonly [number, string, ProxmoxErrorKind])[] = [
  [403, 'Permission check failed (/vms/9000, VM.Clone)', 'forbidden'],
  [403, "Permission check failed (pool 'x' does not exist)", 'not-found'],
  [500, "sdn vnet 'x' does not exist", 'not-found'],
  [500, "update sdn zone object failed: sdn 'x' does not exist", 'not-found'],
  [500, "pool 'x' does not exist", 'not-found'],
  [500, "ACL update failed: group 'ludus_users' does not exist", 'not-found'],
  [500, "Configuration file 'nodes/pve1/qemu-server/9999.conf' does not exist", 'not-found'],
  [500, "unable to find configuration file for VM 8888 on node 'pve1'", 'not-found'],
  [500, "no such cluster node 'pve9'", 'not-found'],
  [500, 'create sdn vnet object failed: cannot lookup undefined type! at /usr/share/x.pm line 326.', 'not-found'],
  [500, "hostname lookup 'pve9' failed - failed to get address info for: pve9: Temporary failure", 'node-unreachable'],
  [500, "create sdn vnet object failed: sdn vnet object ID 'r1' already defined", 'conflict'],
  [500, "create pool failed: pool 'range7' already exists", 'conflict'],
  [500, 'unable to create VM 301: config file already exists', 'conflict'],
  [500, 'checksum mismatch (file change by other user?)', 'conflict'],
  [
    500,
    'update sdn vnet object failed: detected modified configuration - file changed by other user? Try again.',
    'conflict',
  ],
  [
    500,
    'create sdn vnet object failed: 400 Parameter verification failed.\ntag: vxlan tag 1000 already exist in vnet r1000 in zone ludus',
    'conflict',
  ],
  [
    500,
    'create sdn vnet object failed: 400 Parameter verification failed.\ntag: missing vxlan tag',
    'invalid-parameters',
  ],
  [500, "parameter 'storage' not allowed for linked clones", 'invalid-parameters'],
  [500, "can't clone VM to node 'pve2' (VM uses local storage)", 'invalid-parameters'],
  [500, 'VM is locked (backup)', 'locked'],
  [500, 'cluster not ready - no quorum?', 'no-quorum'],
  [500, "could not commit SDN config: cfs-lock 'domain-sdn' error: no quorum!", 'no-quorum'],
  [500, "unable to open file '/etc/pve/nodes/pve1/qemu-server/9000.conf.tmp.176' - Permission denied", 'no-quorum'],
  [500, 'got no worker upid - start worker failed', 'transport'],
  [500, 'something nobody has seen before', 'unexpected-reply'],
  [501, "Method 'GET /nosuchpath' not implemented", 'unexpected-reply'],
]

describe('errors of Proxmox', () => {
  for (const [status, message, kind] of TABLE)
    it(`takes ${status} "${message.slice(0, 70)}" for ${kind}`, () => {
      const error = told(status, message)
      expect(error.kind).to.equal(kind)
      expect(error.call).to.equal('POST /nodes/pve1/qemu/9000/clone')
      expect(error.message).to.include(message.split('\n').at(-1))
    })

  for (const lock of [
    "create sdn vnet object failed: cfs-lock 'domain-sdn' error: got lock request timeout",
    "create pool failed: cfs-lock 'file-user_cfg' error: got lock request timeout",
    "can't lock file '/var/lock/qemu-server/lock-9000.conf' - got timeout",
  ])
    it(`tells "${lock.slice(0, 60)}" from a lock that somebody holds`, () => {
      expect(told(500, lock)).to.be.instanceOf(LockTimeout)
      expect(told(500, lock).kind).to.equal('locked')
      expect(told(500, 'VM is locked (backup)')).not.to.be.instanceOf(LockTimeout)
      expect(told(500, 'VM quit/powerdown failed - got timeout')).not.to.be.instanceOf(LockTimeout)
    })

  for (const status of [408, 502, 504, 520, 596, 597, 598, 599])
    it(`does not know what became of a write that is answered ${status}, and no read hangs on that`, () => {
      const answer = { status, reason: 'Connection broke', body: '' }
      expect(errorOf(WRITE, answer, CALLER).kind).to.equal('timeout-unknown-outcome')
      const read = requestFor('GET /version', {}, {})
      // From 595 on the host that was asked is fine, and the node behind it is not.
      expect(errorOf(read, answer, CALLER).kind).to.equal(status < 595 ? 'transport' : 'node-unreachable')
    })

  it('throws the reason of an abort as it is, and nothing else that is not its own', () => {
    const stop = new AbortController()
    stop.abort(new Error('stopped'))
    const { signal } = new AbortController()
    expect(foreignError(WRITE, stop.signal.reason, stop.signal)).to.equal(stop.signal.reason)
    for (const error of [new DOMException('no answer', 'TimeoutError'), new TypeError('x'), 'x']) {
      expect(foreignError(WRITE, error, signal)).to.include({ kind: 'timeout-unknown-outcome' })
      expect(foreignError(requestFor('GET /version', {}, {}), error, signal)).to.include({ kind: 'transport' })
    }
  })

  it('says which right is missing, and on which path', () => {
    for (const [detail, lacks] of [
      ['/sdn/zones/ludus, SDN.Allocate', 'lacks SDN.Allocate on /sdn/zones/ludus'],
      ['/vms/100, VM.Config.Disk|VM.Config.CDROM', 'lacks VM.Config.Disk|VM.Config.CDROM on /vms/100'],
      // Never the right to run commands in a guest, where looking would do.
      ['/vms/100, VM.GuestAgent.Audit|VM.GuestAgent.Unrestricted', 'lacks VM.GuestAgent.Audit on /vms/100'],
    ] as const)
      expect(told(403, `Permission check failed (${detail})`).message).to.include(lacks)
  })

  it('says a 403 without a path as it is', () => {
    expect(told(403, 'Permission check failed (, Pool.Allocate)').message).to.include('(, Pool.Allocate)')
  })

  it('tells of a refused token by its id', () => {
    const error = errorOf(READ, { status: 401, reason: 'Authentication failed!', body: '' }, CALLER)
    expect(error.kind).to.equal('unauthorized')
    expect(error.message).to.include('ludus@pve!ctl').and.include('Authentication failed!')
  })

  it('names every parameter that was refused', () => {
    const error = told(400, 'Parameter verification failed.', { tag: 'too big', vnet: 'too long\n' })
    expect(error.kind).to.equal('invalid-parameters')
    expect(error.message).to.include('tag: too big').and.include('vnet: too long')
  })

  it('tells a call that this Proxmox does not know from other odd answers', () => {
    expect(told(501, "Method 'GET /cluster/sdn/controllers' not implemented")).to.be.instanceOf(UnknownCall)
    expect(told(500, 'odd')).not.to.be.instanceOf(UnknownCall)
  })

  it('takes the gateway error of a reverse proxy for no answer at all', () => {
    const answer = { status: 502, reason: 'Bad Gateway', body: '<html>' }
    expect(errorOf(READ, answer, CALLER).kind).to.equal('transport')
    expect(errorOf(WRITE, answer, CALLER).kind).to.equal('timeout-unknown-outcome')
  })
})

const RECORDINGS = path.resolve('..', 'shared', 'pve', 'recordings')
const recording = z.object({
  exchanges: z.array(
    z.object({
      request: z.object({ method: z.string(), path: z.string() }),
      response: z.object({ status: z.number(), reason: z.string().nullish(), body: z.unknown() }),
    }),
  ),
})
/** The calls that Lanista makes, as patterns over recorded paths. */
const OURS =
  /^POST \/pools$|^(POST|PUT|GET) (\/cluster\/(resources|status|tasks|sdn(\/zones|\/vnets(\/[^/]+)?)?)|\/version|\/nodes\/[^/]+\/(network(\/[^/]+)?|tasks\/[^/]+\/(status|log)|qemu\/\d+\/(clone|config|status\/(current|start))))$/
/** Broken requests that Lanista's own code can't send. */
const NEVER_SENT = /malformed JSON string|upload 'Content-Type/

describe('errors recorded from a real Proxmox', () => {
  it('are all understood, for the calls that Lanista makes', function () {
    if (!existsSync(RECORDINGS)) return this.skip()
    const misunderstood: string[] = []
    let seen = 0
    for (const file of readdirSync(RECORDINGS)) {
      const { exchanges } = recording.parse(JSON.parse(readFileSync(path.join(RECORDINGS, file), 'utf8')))
      for (const { request, response } of exchanges) {
        const title = `${request.method} ${request.path}`
        const body = typeof response.body === 'string' ? response.body : JSON.stringify(response.body ?? '')
        if (response.status < 400 || !OURS.test(title) || NEVER_SENT.test(body)) continue
        seen += 1
        const answer = { status: response.status, reason: response.reason ?? '', body }
        const error = errorOf(request.method === 'GET' ? READ : WRITE, answer, CALLER)
        if (error.kind === 'unexpected-reply' && response.status !== 501)
          misunderstood.push(`${title}: ${error.message}`)
      }
    }
    expect(seen).to.be.greaterThan(50)
    expect(misunderstood).to.deep.equal([])
  })
})
