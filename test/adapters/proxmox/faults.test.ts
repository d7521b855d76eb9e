import { expect } from 'chai'
import type { Proxmox } from '../../../model/ports.ts'
import type { ProxmoxErrorKind } from '../../../model/proxmox-error.ts'
import { connected, taskRow, UPID, type Connected } from './connected.ts'
import { failing } from './failing.ts'
import { fakeApi, refusal, type Reply } from './fake-api.ts'
import { always } from '../../../model/permit.ts'

interface Write {
  readonly call: string
  readonly answer: Reply
  readonly make: (proxmox: Proxmox, signal: AbortSignal) => Promise<unknown>
}

const TASK: Reply = { data: UPID }
const DONE: Reply = { data: null }
const VNET = { zone: 'ludus', tag: 3, alias: 'lanista range JD', vlanAware: true }
const CLONE = {
  template: { vmid: 9000, node: 'pve1' },
  vmid: 100,
  name: 'vm',
  pool: 'JD',
  description: '',
  target: 'pve1',
  full: { storage: 'shared', format: undefined },
}

/** Every write that the client can make. */
const WRITES: Readonly<Record<string, Write>> = {
  'create a VNet': {
    call: 'POST /cluster/sdn/vnets',
    answer: DONE,
    make: (proxmox, signal) => proxmox.sdn.createVnet('r3', VNET, undefined, always(signal)),
  },
  'change a VNet': {
    call: 'PUT /cluster/sdn/vnets/r3',
    answer: DONE,
    make: (proxmox, signal) => proxmox.sdn.updateVnet('r3', { tag: 5 }, undefined, always(signal)),
  },
  'apply the SDN': {
    call: 'PUT /cluster/sdn',
    answer: TASK,
    make: (proxmox, signal) => proxmox.sdn.apply(undefined, always(signal)),
  },
  'make a pool': {
    call: 'POST /pools',
    answer: DONE,
    make: (proxmox, signal) => proxmox.pools.create('JD', '', always(signal)),
  },
  'grant a role': {
    call: 'PUT /access/acl',
    answer: DONE,
    make: (proxmox, signal) =>
      proxmox.access.grant({ path: '/sdn/zones/ludus/r3', group: 'g', role: 'r' }, always(signal)),
  },
  'clone a VM': {
    call: 'POST /nodes/pve1/qemu/9000/clone',
    answer: TASK,
    make: (proxmox, signal) => proxmox.machines.clone(CLONE, always(signal)),
  },
  'configure a VM': {
    call: 'PUT /nodes/pve1/qemu/100/config',
    answer: DONE,
    make: (proxmox, signal) =>
      proxmox.machines.configure('pve1', 100, { set: { memory: 512 }, delete: [], digest: 'aa' }, always(signal)),
  },
  'start a VM': {
    call: 'POST /nodes/pve1/qemu/100/status/start',
    answer: TASK,
    make: (proxmox, signal) => proxmox.machines.start('pve1', 100, always(signal)),
  },
}

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

describe('every write meets every fault', () => {
  let at: Connected
  const open = async (
    write: Write,
    replies: readonly Reply[],
    otherHosts: readonly string[] = [],
  ): Promise<Connected> => {
    at = await connected(
      {
        [write.call]: [...replies],
        'GET /cluster/tasks': { data: [taskRow(UPID, 'OK')] },
        [`GET /nodes/pve1/tasks/${UPID}/log`]: { data: [] },
      },
      {},
      otherHosts,
    )
    return at
  }
  const sent = (write: Write): number =>
    at.api.got.filter(({ method, path }) => `${method} ${path}` === write.call).length
  afterEach(() => at.close())

  for (const [doing, write] of Object.entries(WRITES)) {
    it(`${doing}: the faults after which it may have happened are told, and it is sent once`, async () => {
      for (const [fault, reply, kind] of TOLD) {
        const { proxmox, signal } = await open(write, [reply, write.answer])
        const error = await failing(write.make(proxmox, signal))
        expect(error.kind, fault).to.equal(kind)
        expect(error.message, fault).to.include(write.call)
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

    const startsBefore = write.call === 'PUT /cluster/sdn'
    if (write.answer === TASK)
      it(`${doing}: a worker that did not start is ${startsBefore ? 'told, as the call did its part before' : 'overcome'}`, async () => {
        const { proxmox, signal } = await open(write, [NO_WORKER, write.answer])
        if (startsBefore) expect((await failing(write.make(proxmox, signal))).kind).to.equal('timeout-unknown-outcome')
        else await write.make(proxmox, signal)
        expect(sent(write)).to.equal(startsBefore ? 1 : 2)
      })

    it(`${doing}: a host that refuses the connection is passed over`, async () => {
      const dead = await fakeApi()
      await dead.close()
      const { proxmox, signal } = await open(write, [write.answer], [dead.url])
      await write.make(proxmox, signal)
      expect(sent(write)).to.equal(1)
    })
  }
})
