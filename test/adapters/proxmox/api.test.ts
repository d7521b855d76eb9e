import { expect } from 'chai'
import { always, Withdrawn } from '../../../model/permit.ts'
import { connected, taskRow, UPID, type Connected } from './connected.ts'
import { failing } from './failing.ts'
import { fakeApi, refusal, type FakeApi, type Reply } from './fake-api.ts'
import { UNWATCHED } from '../../builders/unwatched.ts'

const VNET = { zone: 'ludus', tag: 3, alias: 'lanista range JD', vlanAware: true }
const OK: Reply = { data: null }
const LOCK = refusal(500, "create sdn vnet object failed: cfs-lock 'domain-sdn' error: got lock request timeout")
const CREATE = 'POST /cluster/sdn/vnets'
const VM = '/nodes/pve1/qemu/100'
const START = `POST ${VM}/status/start`
const CONFIG = `GET ${VM}/config`
const VM_REPLIES = {
  [CONFIG]: { data: { digest: 'aa' } },
  [`GET ${VM}/status/current`]: { data: { status: 'stopped' } },
}

/** What two nodes tell, which are asked in turn: as many requests as one host gets at once. */
const GUESTS = { 'GET /nodes/pve1/qemu': { data: [] }, 'GET /nodes/pve2/qemu': { data: [] } }
const nodeOf = (nth: number): string => `pve${1 + (nth % 2)}`

describe('requests to Proxmox', () => {
  let at: Connected
  let second: FakeApi | undefined
  const start = async (script: Readonly<Record<string, Reply | Reply[]>>): Promise<Connected> => {
    const hangs = Object.values(script).flat().includes('hang')
    at = await connected(script, hangs ? { timeouts: { read: 1000, write: 1000 } } : {})
    return at
  }
  const count = (api: FakeApi, call: string): number =>
    api.got.filter(({ method, path }) => `${method} ${path}` === call).length

  afterEach(async () => {
    await at.close()
    await second?.close()
    second = undefined
  })

  for (const fault of ['reset', 'reset-mid-body', 'hang'] as const) {
    it(`reads again after a ${fault}`, async () => {
      const { proxmox, signal, api } = await start({ ...VM_REPLIES, [CONFIG]: [fault, { data: { digest: 'bb' } }] })
      expect((await proxmox.machines.read('pve1', 100, signal))?.digest).to.equal('bb')
      expect(count(api, CONFIG)).to.equal(2)
    })

    it(`never sends a write again after a ${fault}, and says that its outcome is unknown`, async () => {
      const { proxmox, signal, api } = await start({ [CREATE]: [fault, OK] })
      const error = await failing(proxmox.sdn.createVnet('r3', VNET, undefined, always(signal)))
      expect(error.kind).to.equal('timeout-unknown-outcome')
      expect(error.message).to.include('POST /cluster/sdn/vnets').and.include('may have happened')
      expect(count(api, CREATE)).to.equal(1)
    })
  }

  it('tells a look that was worth a moment only, and got no answer, as one of its own errors', async () => {
    at = await connected({ 'GET /nodes/pve1/network': 'hang' }, { timeouts: { peek: 50 } })
    const error = await failing(at.proxmox.bridges.look('pve1', at.signal))
    expect(error.kind).to.equal('transport')
    expect(error.message).to.contain('GET /nodes/pve1/network: no answer in time')
  })

  it('never sends a write again when pveproxy gave up waiting, and tells a read so differently', async () => {
    const { proxmox, signal, api } = await start({
      ...VM_REPLIES,
      [CREATE]: { status: 596, reason: 'Connection timed out' },
    })
    expect((await failing(proxmox.sdn.createVnet('r3', VNET, undefined, always(signal)))).kind).to.equal(
      'timeout-unknown-outcome',
    )
    expect(count(api, CREATE)).to.equal(1)
    api.replies.set(CONFIG, [{ status: 596, reason: 'Connection timed out' }])
    expect((await failing(proxmox.machines.read('pve1', 100, signal))).kind).to.equal('node-unreachable')
  })

  it('sends a write again when Proxmox says that nothing was started', async () => {
    const start500 = refusal(500, 'got no worker upid - start worker failed')
    const { proxmox, signal, api } = await start({
      [START]: [start500, start500, { data: UPID }],
      'GET /cluster/tasks': { data: [taskRow(UPID, 'OK')] },
      [`GET /nodes/pve1/tasks/${UPID}/log`]: { data: [] },
    })
    await proxmox.machines.start('pve1', 100, always(signal))
    expect(count(api, START)).to.equal(3)
  })

  it('does not apply again for want of a worker, as the first has committed by then', async () => {
    const noWorker = refusal(500, 'got no worker upid - start worker failed')
    const { proxmox, signal, api } = await start({ 'PUT /cluster/sdn': [noWorker, { data: UPID }] })
    const { kind, message } = await failing(proxmox.sdn.apply(undefined, always(signal), UNWATCHED))
    expect([kind, count(api, 'PUT /cluster/sdn')]).to.deep.equal(['timeout-unknown-outcome', 1])
    expect(message).to.match(/may have happened nevertheless/)
  })

  it('waits longer and longer for a lock, and gives up in the end', async () => {
    const { proxmox, signal, api, clock } = await start({ [CREATE]: [LOCK, LOCK, OK] })
    await proxmox.sdn.createVnet('r3', VNET, undefined, always(signal))
    expect(count(api, CREATE)).to.equal(3)
    expect(clock.slept).to.deep.equal([375, 750])
    api.replies.set(CREATE, [LOCK])
    const error = await failing(proxmox.sdn.createVnet('r3', VNET, undefined, always(signal)))
    expect(error.kind).to.equal('locked')
    expect(count(api, CREATE)).to.equal(3 + 12)
  })

  it('does not wait for the SDN lock that somebody holds, and says how to release it', async () => {
    const { proxmox, signal, api } = await start({
      [CREATE]: refusal(
        500,
        'create sdn vnet object failed: invalid lock token provided! at /usr/share/x.pm line 291.',
      ),
    })
    const error = await failing(proxmox.sdn.createVnet('r3', VNET, undefined, always(signal)))
    expect(error.kind).to.equal('locked')
    expect(error.message).to.include('pvesh delete /cluster/sdn/lock')
    expect(count(api, CREATE)).to.equal(1)
  })

  it('sends a write to the next host when the first refuses the connection, and stays there', async () => {
    const dead = await fakeApi()
    await dead.close()
    second = await fakeApi({ [CREATE]: OK, ...VM_REPLIES })
    at = await connected({}, { hosts: [dead.url, second.url], tls: { kind: 'insecure' } })
    await at.proxmox.sdn.createVnet('r3', VNET, undefined, always(at.signal))
    await at.proxmox.machines.read('pve1', 100, at.signal)
    expect(second.got).to.have.length(3)
    expect(at.seen.map(({ outcome }) => outcome)).to.deep.equal(['ok', 'ok', 'ok'])
  })

  it('sends a write to no further host once it is not wanted any more', async () => {
    const dead = await fakeApi()
    await dead.close()
    second = await fakeApi({ [START]: { data: UPID } })
    at = await connected({}, { hosts: [dead.url, second.url], tls: { kind: 'insecure' } })
    let asked = 0
    const check = (): Promise<void> => {
      asked += 1
      return asked === 1 ? Promise.resolve() : Promise.reject(new Withdrawn('it is to go'))
    }
    const started = at.proxmox.machines.start('pve1', 100, { ...always(at.signal), check })
    expect(await started.catch((error: unknown) => error)).to.be.instanceOf(Withdrawn)
    expect([asked, second.got.length]).to.deep.equal([2, 0])
  })

  it('fails a read over to the next host when the first hangs, and leaves that one alone for a while', async () => {
    second = await fakeApi({ ...VM_REPLIES, [CONFIG]: 'hang' })
    const slow = second
    at = await connected(VM_REPLIES, { tls: { kind: 'insecure' }, timeouts: { read: 1000 } }, [slow.url])
    expect((await at.proxmox.machines.read('pve1', 100, at.signal))?.digest).to.equal('aa')
    const asked = slow.got.length
    expect(asked).to.equal(2)
    expect((await at.proxmox.machines.read('pve1', 100, at.signal))?.digest).to.equal('aa')
    expect(slow.got).to.have.length(asked)
  })

  for (const [situation, sick] of [
    ['whose pvedaemon is down', { status: 595, reason: 'Connection refused' }],
    [
      'that the cluster has lost',
      refusal(500, "create sdn vnet object failed: cfs-lock 'domain-sdn' error: no quorum!"),
    ],
  ] as const)
    it(`sends what a host does not do ${situation} to the next, and stays there although the first answers to the rest`, async () => {
      second = await fakeApi({ [CREATE]: sick, ...VM_REPLIES })
      at = await connected({ [CREATE]: OK, ...VM_REPLIES }, { tls: { kind: 'insecure' } }, [second.url])
      const { proxmox, signal } = at
      await proxmox.machines.read('pve1', 100, signal)
      for (const vnet of ['r3', 'r4']) await proxmox.sdn.createVnet(vnet, VNET, undefined, always(signal))
      await proxmox.machines.read('pve1', 100, signal)
      expect([count(second, CREATE), count(at.api, CREATE)]).to.deep.equal([1, 2])
      expect([count(second, CONFIG), count(at.api, CONFIG)]).to.deep.equal([1, 1])
    })

  it('tells what no host does in the words of the last, and asks no host twice for it', async () => {
    const sick = refusal(500, 'cluster not ready - no quorum?')
    second = await fakeApi({ [CREATE]: sick })
    at = await connected({ [CREATE]: sick }, { tls: { kind: 'insecure' } }, [second.url])
    const error = await failing(at.proxmox.sdn.createVnet('r3', VNET, undefined, always(at.signal)))
    expect([error.kind, count(at.api, CREATE), count(second, CREATE)]).to.deep.equal(['no-quorum', 1, 1])
  })

  it('sends no write a second time that a host may have carried out before it broke off', async () => {
    second = await fakeApi({ [CREATE]: { status: 596, reason: 'Broken pipe' } })
    at = await connected({ [CREATE]: OK }, { tls: { kind: 'insecure' } }, [second.url])
    const create = (): Promise<void> => at.proxmox.sdn.createVnet('r3', VNET, undefined, always(at.signal))
    expect((await failing(create())).kind).to.equal('timeout-unknown-outcome')
    await create()
    expect([count(second, CREATE), count(at.api, CREATE)]).to.deep.equal([1, 1])
  })

  it('passes over no host for a node that it can not reach', async () => {
    const gone = { status: 595, reason: 'No route to host' }
    second = await fakeApi({ ...VM_REPLIES, [CONFIG]: gone, [START]: { status: 596, reason: 'Broken pipe' } })
    at = await connected({ ...VM_REPLIES, [START]: { data: UPID } }, { tls: { kind: 'insecure' } }, [second.url])
    const { proxmox, signal, api } = at
    expect((await failing(proxmox.machines.read('pve1', 100, signal))).kind).to.equal('node-unreachable')
    expect((await failing(proxmox.machines.start('pve1', 100, always(signal)))).kind).to.equal(
      'timeout-unknown-outcome',
    )
    expect((await failing(proxmox.machines.read('pve1', 100, signal))).kind).to.equal('node-unreachable')
    expect(api.got).to.deep.equal([])
  })

  it('asks once more for a write that had to wait for its turn, and sends none that is not wanted then', async () => {
    const { proxmox, signal, api } = await start({ ...GUESTS, [CREATE]: OK })
    const reads = Array.from({ length: 60 }, (_, nth) => proxmox.machines.told(nodeOf(nth), signal))
    let asked = 0
    const check = (): Promise<void> =>
      (asked += 1) === 1 ? Promise.resolve() : Promise.reject(new Withdrawn('it is to go'))
    const created = proxmox.sdn.createVnet('r3', VNET, undefined, { ...always(signal), check })
    expect(await created.catch((error: unknown) => error)).to.be.instanceOf(Withdrawn)
    await Promise.all(reads)
    expect(count(api, CREATE)).to.equal(0)
  })

  it('sends a write although reads come without end', async () => {
    const { proxmox, signal, api } = await start({ ...GUESTS, [CREATE]: OK })
    const load = { isOver: false }
    const reading = async (nth: number): Promise<void> => {
      while (!load.isOver && api.got.length < 600) await proxmox.machines.told(nodeOf(nth), signal)
    }
    const readers = Array.from({ length: 60 }, (_, nth) => reading(nth))
    await proxmox.machines.told('pve1', signal)
    await proxmox.sdn.createVnet('r3', VNET, undefined, always(signal))
    load.isOver = true
    await Promise.all(readers)
    expect(api.got.length).to.be.lessThan(600)
  })

  it('comes back after every host was down, without a word to the caller', async () => {
    const port = await fakeApi(VM_REPLIES)
    const { url } = port
    await port.close()
    at = await connected({}, { hosts: [url], tls: { kind: 'insecure' } })
    const error = await failing(at.proxmox.machines.read('pve1', 100, at.signal))
    expect(error.kind).to.equal('transport')
    expect(error.message).to.include(url).and.include('ECONNREFUSED')
    expect(error.cause).to.be.instanceOf(Error)
    expect(at.clock.slept.length).to.be.greaterThan(3)
  })

  it('does not try again what Proxmox refuses', async () => {
    const { proxmox, signal, api } = await start({
      [CREATE]: refusal(400, 'Parameter verification failed.', { tag: 'value must have a minimum value of 1' }),
    })
    const error = await failing(proxmox.sdn.createVnet('r3', VNET, undefined, always(signal)))
    expect(error.kind).to.equal('invalid-parameters')
    expect(error.message).to.include('tag: value must have a minimum value of 1')
    expect(count(api, CREATE)).to.equal(1)
  })

  it('stops at once when aborted, with the reason given', async () => {
    const { proxmox, api } = await start({ [CREATE]: 'hang' })
    const stop = new AbortController()
    const reason = new Error('SIGTERM')
    const work = proxmox.sdn.createVnet('r3', VNET, undefined, always(stop.signal)).catch((error: unknown) => error)
    while (api.got.length === 0) await new Promise((resolve) => setImmediate(resolve))
    stop.abort(reason)
    expect(await work).to.equal(reason)
    expect(at.seen.map(({ outcome }) => outcome)).to.deep.equal(['aborted'])
  })

  for (const [what, text] of [
    ['not JSON', '<html>'],
    ['without data', '{"x":1}'],
    ['of the wrong form', '{"data":{"digest":[]}}'],
  ] as const)
    it(`names the route of a reply that is ${what}`, async () => {
      const { proxmox, signal } = await start({ ...VM_REPLIES, [CONFIG]: { text } })
      const error = await failing(proxmox.machines.read('pve1', 100, signal))
      expect(error.kind).to.equal('unexpected-reply')
      expect(error.message).to.include('GET /nodes/pve1/qemu/100/config')
    })

  it('tells each request to the metrics, with a label that names no object', async () => {
    const { proxmox, signal } = await start({ ...VM_REPLIES, [CREATE]: LOCK })
    await proxmox.machines.read('pve1', 100, signal)
    expect(at.seen.map(({ call, outcome }) => [call, outcome])).to.have.deep.members([
      ['GET /nodes/{node}/qemu/{vmid}/config', 'ok'],
      ['GET /nodes/{node}/qemu/{vmid}/status/current', 'ok'],
    ])
    await failing(proxmox.sdn.createVnet('r3', VNET, undefined, always(signal)))
    expect(at.seen.at(-1)).to.include({ call: CREATE, outcome: 'locked' })
  })

  it('reuses connections', async () => {
    const { proxmox, signal, api } = await start(VM_REPLIES)
    for (let index = 0; index < 5; index += 1) await proxmox.machines.read('pve1', 100, signal)
    expect(new Set(api.got.map(({ port }) => port)).size).to.be.at.most(2)
  })
})
