import { expect } from 'chai'
import sinon from 'sinon'
import { LockTimeout } from '../../../adapters/proxmox/errors.ts'
import { connectProxmox } from '../../../adapters/proxmox/connect.ts'
import { createLanes } from '../../../adapters/proxmox/lanes.ts'
import type { ProxmoxErrorKind } from '../../../model/proxmox-error.ts'
import { cases } from '../../runner/long-runs.ts'
import { TASK, type Write, WRITES } from './all-writes.ts'
import { connected, SECRET, taskRow, TOKEN_ID, UPID, type Connected } from './connected.ts'
import { failing } from './failing.ts'
import { fakeApi, refusal, type Reply } from './fake-api.ts'

/** Faults after which the write may have happened, or surely helps no more: told, and never sent again. */
const TOLD: readonly (readonly [string, Reply, ProxmoxErrorKind])[] = [
  ['a reset', 'reset', 'timeout-unknown-outcome'],
  ['a reset in the middle of the answer', 'reset-mid-body', 'timeout-unknown-outcome'],
  ['pveproxy giving up', { status: 596, reason: 'Connection timed out' }, 'timeout-unknown-outcome'],
  ['a gateway error', { status: 502, reason: 'Bad Gateway' }, 'timeout-unknown-outcome'],
  ['an unreachable node', { status: 595, reason: 'No route to host' }, 'node-unreachable'],
  ['a wrong token', { status: 401, reason: 'Authentication failed!' }, 'unauthorized'],
  ['a missing right', refusal(403, 'Permission check failed (/vms/100, VM.Allocate)'), 'forbidden'],
  ['a lost quorum', refusal(500, 'cluster not ready - no quorum?'), 'no-quorum'],
  ['an error nobody knows', refusal(500, 'odd'), 'unexpected-reply'],
]

/** Faults after which nothing was done: the write is sent again, and nobody hears of it. */
const OVERCOME: readonly (readonly [string, Reply])[] = [
  ['a cluster lock not had in time', refusal(500, "x failed: cfs-lock 'domain-sdn' error: got lock request timeout")],
  ['a file lock not had in time', refusal(500, "can't lock file '/var/lock/qemu-server/lock-100.conf' - got timeout")],
]

const NO_WORKER = refusal(500, 'got no worker upid - start worker failed')

const TASK_LOCK = "can't lock file '/var/lock/pve-manager/x.lck' - got timeout"
/** Both put into force what others may have prepared since. */
const TOLD_WHEN_ITS_TASK_LACKED_A_LOCK: ReadonlySet<string> = new Set(['PUT /cluster/sdn', 'PUT /nodes/pve1/network'])

describe('every write meets every fault', () => {
  let at: Connected
  const open = async (
    write: Write,
    replies: readonly Reply[],
    otherHosts: readonly string[] = [],
    ends: readonly string[] = ['OK'],
  ): Promise<Connected> => {
    at = await connected(
      {
        [write.sent]: [...replies],
        'GET /cluster/tasks': ends.map((end) => ({ data: [taskRow(UPID, end)] })),
        'GET /nodes/pve1/network/vmbr1003': { data: { type: 'bridge' } },
        [`GET /nodes/pve1/tasks/${UPID}/log`]: { data: [] },
      },
      {},
      otherHosts,
    )
    return at
  }
  const sent = (write: Write): number =>
    at.api.got.filter(({ method, path }) => `${method} ${path}` === write.sent).length
  afterEach(() => at.close())

  for (const [index, write] of WRITES.entries()) {
    const { doing } = write
    it(`${doing}: the faults after which it may have happened are told, and it is sent once`, async () => {
      // In the short run each write meets a third of them.
      for (const [fault, reply, kind] of cases(TOLD, (_, at) => at % 3 === index % 3)) {
        const { proxmox, signal } = await open(write, [reply, write.answer])
        const error = await failing(write.make(proxmox, signal))
        expect(error.kind, fault).to.equal(kind)
        expect(error.message, fault).to.include(write.sent)
        expect(sent(write), fault).to.equal(1)
        await at.close()
      }
    })

    it(`${doing}: the faults after which nothing happened are overcome`, async () => {
      for (const [fault, reply] of OVERCOME) {
        const { proxmox, signal } = await open(write, [reply, write.answer])
        await write.make(proxmox, signal)
        expect(sent(write), fault).to.equal(2)
        await at.close()
      }
    })

    if (write.answer === TASK) {
      const isDoneBefore = write.sent === 'PUT /cluster/sdn'
      it(`${doing}: a worker that did not start is ${isDoneBefore ? 'told, as the call did its part before' : 'overcome'}`, async () => {
        const { proxmox, signal } = await open(write, [NO_WORKER, write.answer])
        if (isDoneBefore) expect((await failing(write.make(proxmox, signal))).kind).to.equal('timeout-unknown-outcome')
        else await write.make(proxmox, signal)
        expect(sent(write)).to.equal(isDoneBefore ? 1 : 2)
      })

      const isTold = TOLD_WHEN_ITS_TASK_LACKED_A_LOCK.has(write.sent)
      it(`${doing}: a task that ended for want of a lock is ${isTold ? 'told, as it may have done its part' : 'overcome'}`, async () => {
        const { proxmox, signal } = await open(write, [write.answer, write.answer], [], [TASK_LOCK, 'OK'])
        if (isTold) expect((await failing(write.make(proxmox, signal))).message).to.include(TASK_LOCK)
        else await write.make(proxmox, signal)
        expect(sent(write)).to.equal(isTold ? 1 : 2)
      })
    } else
      it(`${doing}: a worker is nothing that it could want for`, async () => {
        const { proxmox, signal } = await open(write, [NO_WORKER, write.answer])
        await failing(write.make(proxmox, signal))
        expect(sent(write)).to.equal(1)
      })

    it(`${doing}: a host that refuses the connection is passed over`, async () => {
      const dead = await fakeApi()
      await dead.close()
      const { proxmox, signal } = await open(write, [write.answer], [dead.url])
      await write.make(proxmox, signal)
      expect(sent(write)).to.equal(1)
    })
  }

  it('a clone whose task ended for want of a lock tells its storage that there are too many at once', async () => {
    const clone = WRITES.find(({ sent: call }) => call.endsWith('/clone'))!
    const { api, deps, signal } = await open(clone, [clone.answer, clone.answer], [], [TASK_LOCK, 'OK'])
    const isCongestion = sinon.spy((error: unknown) => error instanceof LockTimeout)
    const proxmox = connectProxmox(
      { hosts: [api.url], token: `${TOKEN_ID}=${SECRET}`, tls: { kind: 'fingerprint', sha256: api.fingerprint } },
      { ...deps, lanes: createLanes({ ...deps, isCongestion }) },
    )
    await clone.make(proxmox, signal)
    proxmox.close()
    expect(isCongestion.returned(true)).to.equal(true)
  })
})
