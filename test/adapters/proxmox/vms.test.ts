import { expect } from 'chai'
import { connected, taskRow, UPID, type Connected } from './connected.ts'
import { failing } from './failing.ts'
import { refusal, type Reply } from './fake-api.ts'
import { always, Withdrawn } from '../../../model/permit.ts'

const CONFIG = {
  name: 'JD-DC01',
  memory: '4096',
  cores: 2,
  net0: 'virtio=BC:24:11:FE:FA:70,bridge=r3,tag=10',
  tags: 'lanista;windows',
  digest: '853dcf43c7701c61d70b3b5ed49e720b655ed847',
}
const VM = '/nodes/pve1/qemu/3010011'
const TEMPLATE = { vmid: 9000, node: 'pve1' }
const CLONE = {
  template: TEMPLATE,
  vmid: 3_010_011,
  name: 'JD-DC01',
  pool: 'JD',
  description: 'a; b & c = d',
  target: 'pve1',
  full: undefined,
}
const TEMPLATE_CONFIG = { data: { scsi0: 'shared:9000/base-9000-disk-0.qcow2,size=1G', template: 1, digest: 'aa' } }
const LOCK_TIMEOUT = "clone failed: cfs-lock 'storage-shared' error: got lock request timeout"

describe('machines', () => {
  let at: Connected
  const start = async (script: Readonly<Record<string, Reply | Reply[]>>): Promise<Connected> => {
    at = await connected(script)
    return at
  }
  afterEach(() => at.close())

  it('reads configuration and status of a VM, values as text', async () => {
    const { proxmox, signal } = await start({
      [`GET ${VM}/config`]: { data: CONFIG },
      [`GET ${VM}/status/current`]: { data: { status: 'running', vmid: 3_010_011, uptime: 60 } },
    })
    expect(await proxmox.machines.read('pve1', 3_010_011, signal)).to.deep.equal({
      vmid: 3_010_011,
      node: 'pve1',
      name: 'JD-DC01',
      running: true,
      uptimeSeconds: 60,
      pid: undefined,
      paused: false,
      template: false,
      lock: undefined,
      tags: ['lanista', 'windows'],
      config: {
        name: 'JD-DC01',
        memory: '4096',
        cores: '2',
        net0: 'virtio=BC:24:11:FE:FA:70,bridge=r3,tag=10',
        tags: 'lanista;windows',
      },
      digest: CONFIG.digest,
    })
  })

  it('tells a paused VM by the one word that tells', async () => {
    const { proxmox, signal } = await start({
      [`GET ${VM}/config`]: { data: CONFIG },
      [`GET ${VM}/status/current`]: { data: { status: 'running', qmpstatus: 'paused', vmid: 3_010_011 } },
    })
    expect(await proxmox.machines.read('pve1', 3_010_011, signal)).to.include({ running: true, paused: true })
  })

  it('tells which changes of a running VM wait for its next boot, removals too', async () => {
    const { proxmox, signal, api } = await start({
      [`GET ${VM}/config`]: { data: CONFIG },
      [`GET ${VM}/status/current`]: [{ data: { status: 'running' } }, { data: { status: 'stopped' } }],
      [`GET ${VM}/pending`]: {
        data: [
          { key: 'cores', value: 1 },
          { key: 'memory', value: '128', pending: '256' },
          { key: 'net1', value: 'virtio=BC:24:11:FE:FA:71,bridge=r3', delete: 1 },
          { key: 'net2', pending: 'virtio=BC:24:11:FE:FA:72,bridge=r3' },
        ],
      },
    })
    expect((await proxmox.machines.audit('pve1', 3_010_011, [], always(signal)))?.waiting).to.deep.equal([
      'memory',
      'net1',
      'net2',
    ])
    expect((await proxmox.machines.audit('pve1', 3_010_011, [], always(signal)))?.waiting).to.deep.equal([])
    expect(api.got.filter(({ path }) => path.endsWith('/pending'))).to.have.length(1)
  })

  it('takes a VM for absent only when Proxmox itself says so', async () => {
    const missing = refusal(500, "Configuration file 'nodes/pve1/qemu-server/3010011.conf' does not exist")
    const { proxmox, signal, api } = await start({
      [`GET ${VM}/config`]: missing,
      [`GET ${VM}/status/current`]: missing,
    })
    expect(await proxmox.machines.read('pve1', 3_010_011, signal)).to.equal(undefined)
    for (const [reply, kind] of [
      [refusal(403, 'Permission check failed (/vms/3010011, VM.Audit)'), 'forbidden'],
      [{ status: 595, reason: 'No route to host' }, 'node-unreachable'],
      [{ status: 401, reason: 'Authentication failed!' }, 'unauthorized'],
      ['reset', 'transport'],
    ] as const) {
      api.replies.set(`GET ${VM}/config`, [reply])
      const error = await failing(proxmox.machines.read('pve1', 3_010_011, signal))
      expect(error.kind).to.equal(kind)
    }
  })

  it('clones without a target on the template node, and percent-encodes what it sends', async () => {
    const { proxmox, signal, api } = await start({
      'GET /nodes/pve1/qemu/9000/config': TEMPLATE_CONFIG,
      'POST /nodes/pve1/qemu/9000/clone': { data: UPID },
      'GET /cluster/tasks': [{ data: [taskRow(UPID)] }, { data: [taskRow(UPID, 'OK')] }],
    })
    await proxmox.machines.clone(CLONE, always(signal))
    const sent = api.got.find((request) => request.method === 'POST')
    expect(sent?.params).to.deep.equal({
      newid: '3010011',
      name: 'JD-DC01',
      pool: 'JD',
      description: 'a; b & c = d',
      full: '0',
    })
    expect(sent?.raw).to.include('description=a%3B%20b%20%26%20c%20%3D%20d')
    expect(api.got.filter((request) => request.path === '/cluster/tasks')).to.have.length(2)
  })

  it('names target, storage and format for a full clone to another node', async () => {
    const { proxmox, signal, api } = await start({
      'POST /nodes/pve1/qemu/9000/clone': { data: UPID },
      'GET /cluster/tasks': { data: [taskRow(UPID, 'WARNINGS: 1')] },
    })
    await proxmox.machines.clone(
      { ...CLONE, target: 'pve2', full: { storage: 'shared', format: 'qcow2' } },
      always(signal),
    )
    expect(api.got[0]?.params).to.include({ target: 'pve2', full: '1', storage: 'shared', format: 'qcow2' })
    expect(at.logged.join()).to.include('warnings: 1')
  })

  it('asks whether a clone is still wanted each time before it is sent, and sends none that is not', async () => {
    const { proxmox, signal, api } = await start({
      'GET /nodes/pve1/qemu/9000/config': TEMPLATE_CONFIG,
      'POST /nodes/pve1/qemu/9000/clone': { data: UPID },
      'GET /cluster/tasks': { data: [taskRow(UPID, LOCK_TIMEOUT)] },
      [`GET /nodes/pve1/tasks/${UPID}/log`]: { data: [] },
    })
    const posts = (): number => api.got.filter(({ method }) => method === 'POST').length
    const sentBefore: number[] = []
    const withdrawn = new Withdrawn('the file says something else')
    const check = (): Promise<void> => {
      sentBefore.push(posts())
      return sentBefore.length < 3 ? Promise.resolve() : Promise.reject(withdrawn)
    }
    const ended = await proxmox.machines.clone(CLONE, { ...always(signal), check }).catch((error: unknown) => error)
    expect(ended).to.equal(withdrawn)
    expect([sentBefore, posts()]).to.deep.equal([[0, 1, 2], 2])
  })

  it('asks the same before each other write, also when it is sent again for want of a lock', async () => {
    const { proxmox, signal, api } = await start({})
    const withdrawn = new Withdrawn('the file says something else')
    const permit = { ...always(signal), check: () => Promise.reject(withdrawn) }
    const { machines } = proxmox
    const patch = { set: { memory: 512 }, delete: [], digest: 'aa' }
    for (const write of [
      machines.configure('pve1', 3_010_011, patch, permit),
      machines.start('pve1', 3_010_011, permit),
      machines.shutdown('pve1', 3_010_011, 60, permit),
      machines.stop('pve1', 3_010_011, permit),
      machines.destroy('pve1', 3_010_011, permit),
    ])
      expect(await write.catch((error: unknown) => error)).to.equal(withdrawn)
    expect(api.got).to.deep.equal([])
  })

  it('clones again when the storage lock was not had in time, without an error', async () => {
    const { proxmox, signal, api } = await start({
      'GET /nodes/pve1/qemu/9000/config': TEMPLATE_CONFIG,
      'POST /nodes/pve1/qemu/9000/clone': { data: UPID },
      'GET /cluster/tasks': [{ data: [taskRow(UPID, LOCK_TIMEOUT)] }, { data: [taskRow(UPID, 'OK')] }],
      [`GET /nodes/pve1/tasks/${UPID}/log`]: { data: [] },
    })
    await proxmox.machines.clone(CLONE, always(signal))
    expect(api.got.filter((request) => request.method === 'POST')).to.have.length(2)
  })

  it('tells a conflict when the VMID is taken, at once or at the end of the task', async () => {
    const { proxmox, signal, api } = await start({
      'GET /nodes/pve1/qemu/9000/config': TEMPLATE_CONFIG,
      'POST /nodes/pve1/qemu/9000/clone': [
        refusal(500, 'unable to create VM 3010011: config file already exists'),
        { data: UPID },
      ],
      'GET /cluster/tasks': {
        data: [
          taskRow(
            UPID,
            "close (rename) atomic file '/etc/pve/nodes/pve1/qemu-server/3010011.conf' failed: File exists",
          ),
        ],
      },
      [`GET /nodes/pve1/tasks/${UPID}/log`]: { data: [{ n: 1, t: 'creating a clone' }] },
    })
    expect((await failing(proxmox.machines.clone(CLONE, always(signal)))).kind).to.equal('conflict')
    const late = await failing(proxmox.machines.clone(CLONE, always(signal)))
    expect(late.kind).to.equal('conflict')
    expect(late.message).to.include('creating a clone')
    expect(api.got.filter((request) => request.method === 'POST')).to.have.length(2)
  })

  it('writes a configuration against the digest it was computed from', async () => {
    const { proxmox, signal, api } = await start({ [`PUT ${VM}/config`]: { data: null } })
    const patch = { set: { tags: 'lanista;x', memory: 2048 }, delete: ['ide2', 'ide3'], digest: 'abc' }
    await proxmox.machines.configure('pve1', 3_010_011, patch, always(signal))
    expect(api.got[0]?.raw).to.equal('tags=lanista%3Bx&memory=2048&delete=ide2%2Cide3&digest=abc')
  })

  it('asks a guest to shut down in its time, never by force, and tells when it did not', async () => {
    const { proxmox, signal, api } = await start({
      [`POST ${VM}/status/shutdown`]: { data: UPID },
      'GET /cluster/tasks': { data: [taskRow(UPID, 'OK')] },
      [`GET /nodes/pve1/tasks/${UPID}/log`]: { data: [] },
    })
    await proxmox.machines.shutdown('pve1', 3_010_011, 60, always(signal))
    expect(api.got[0]?.raw).to.equal('timeout=60')
    api.replies.set('GET /cluster/tasks', [{ data: [taskRow(UPID, 'VM quit/powerdown failed - got timeout')] }])
    const error = await failing(proxmox.machines.shutdown('pve1', 3_010_011, 60, always(signal)))
    expect(error.kind).to.equal('task-failed')
  })

  it('stops a VM and deletes it, and leaves backup jobs and disks that it does not name as they are', async () => {
    const { proxmox, signal, api } = await start({
      [`POST ${VM}/status/stop`]: { data: UPID },
      [`DELETE ${VM}`]: [{ data: UPID }, refusal(500, 'VM 3010011 is running - destroy failed')],
      'GET /cluster/tasks': { data: [taskRow(UPID, 'OK')] },
    })
    await proxmox.machines.stop('pve1', 3_010_011, always(signal))
    await proxmox.machines.destroy('pve1', 3_010_011, always(signal))
    const writes = api.got.filter(({ method }) => method !== 'GET')
    expect(writes.map(({ method, params }) => [method, params])).to.deep.equal([
      ['POST', {}],
      ['DELETE', {}],
    ])
    expect((await failing(proxmox.machines.destroy('pve1', 3_010_011, always(signal)))).kind).to.equal('conflict')
  })

  it('deletes disks with the VMID that a VM does not name, where that is asked for', async () => {
    const { proxmox, signal, api } = await start({
      [`DELETE ${VM}`]: { data: UPID },
      'GET /cluster/tasks': { data: [taskRow(UPID, 'OK')] },
    })
    await proxmox.machines.destroy('pve1', 3_010_011, always(signal), { unreferencedDisks: true })
    const write = api.got.find(({ method }) => method === 'DELETE')
    expect(write?.params).to.deep.equal({ 'destroy-unreferenced-disks': '1' })
  })

  it('counts the start of a running VM as a success, and no other failed start', async () => {
    const { proxmox, signal, api } = await start({
      [`POST ${VM}/status/start`]: { data: UPID },
      'GET /cluster/tasks': { data: [taskRow(UPID, 'VM 3010011 already running')] },
      [`GET /nodes/pve1/tasks/${UPID}/log`]: { data: [] },
    })
    await proxmox.machines.start('pve1', 3_010_011, always(signal))
    api.replies.set('GET /cluster/tasks', [{ data: [taskRow(UPID, "bridge 'r3' does not exist")] }])
    const error = await failing(proxmox.machines.start('pve1', 3_010_011, always(signal)))
    expect(error.kind).to.equal('task-failed')
    expect(error.message).to.include("bridge 'r3' does not exist")
  })
})
