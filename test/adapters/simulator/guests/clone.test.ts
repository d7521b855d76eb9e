import { expect } from 'chai'
import { guestBench, type Bench, usualCluster } from './bench.ts'

const clone9000 = '/nodes/pve1/qemu/9000/clone'
const clone9001 = '/nodes/pve1/qemu/9001/clone'

describe('a simulated clone', () => {
  let bench: Bench
  beforeEach(() => {
    bench = guestBench()
    bench.world.pools.set('R1', { poolid: 'R1', comment: undefined, vms: new Set(), storages: new Set() })
  })
  afterEach(() => bench.close())

  it('is linked from a template, with its own MAC, UUID and generation id', async () => {
    const task = await bench.run('POST', clone9000, { newid: 301, name: 'c301', description: 'a clone' })
    expect(task.end?.status).to.equal('OK')
    const [source, made] = [bench.guest(9000).config, bench.guest(301).config]
    expect(made.get('scsi0')).to.match(/^shared:9000\/base-9000-disk-0\.\w+\/301\/vm-301-disk-0\.\w+,size=1G$/)
    expect(made.get('name')).to.equal('c301')
    expect(made.get('description')).to.equal('a clone')
    expect(made.has('template')).to.equal(false)
    expect(made.get('memory')).to.equal(source.get('memory'))
    for (const key of ['net0', 'smbios1', 'vmgenid']) expect(made.get(key), key).not.to.equal(source.get(key))
    expect(made.get('net0')).to.match(/^virtio=BC:24:11(:[0-9A-F]{2}){3},bridge=vmbr0$/)
  })

  it('is named after its source when nobody names it', async () => {
    await bench.run('POST', clone9000, { newid: 301 })
    expect(bench.guest(301).config.get('name')).to.equal('Copy-of-VM-debian')
  })

  it('has no name and carries lock: clone until its disk is there', async () => {
    const { data } = await bench.ask('POST', clone9001, { newid: 460, full: 1, pool: 'R1' })
    await bench.clock.advance(500)
    const config = await bench.ask('GET', '/nodes/pve1/qemu/460/config')
    expect(config.data).to.have.all.keys('lock', 'description', 'digest')
    expect(config.data).to.include({ lock: 'clone', description: ' qmclone temporary file' })
    const status = await bench.ask('GET', '/nodes/pve1/qemu/460/status/current')
    expect(status.data).to.include({ lock: 'clone', name: 'VM 460', status: 'stopped' })
    expect(bench.world.pools.get('R1')?.vms.has(460)).to.equal(false)
    await bench.until(bench.world.tasks.find((task) => task.upid === data)?.done ?? Promise.resolve())
    expect(bench.guest(460).config.has('lock')).to.equal(false)
    expect(bench.world.pools.get('R1')?.vms.has(460)).to.equal(true)
  })

  it('takes longer besides its disks where it is told to, and is locked as long', async () => {
    bench.close()
    bench = guestBench(usualCluster, { cloneBesides: 8000 })
    const { data } = await bench.ask('POST', clone9000, { newid: 301 })
    await bench.clock.advance(8000)
    expect(bench.guest(301).config.get('lock')).to.equal('clone')
    await bench.clock.advance(1000)
    expect(bench.world.tasks.find((task) => task.upid === data)?.end?.status).to.equal('OK')
    expect(bench.guest(301).config.has('lock')).to.equal(false)
  })

  it('lands on its target when all disks are on shared storage', async () => {
    const task = await bench.run('POST', clone9000, { newid: 302, target: 'pve2' })
    expect(task.node).to.equal('pve1')
    expect(bench.guest(302).node).to.equal('pve2')
    expect((await bench.ask('GET', '/nodes/pve1/qemu/302/config')).reason).to.equal(
      `Configuration file 'nodes/pve1/qemu-server/302.conf' does not exist`,
    )
  })

  it('of a full kind may go to another storage in another format', async () => {
    const task = await bench.run('POST', clone9001, { newid: 461, full: 1, storage: 'shared', format: 'raw' })
    expect(task.end?.status).to.equal('OK')
    expect(bench.guest(461).config.get('scsi0')).to.equal('shared:461/vm-461-disk-0.raw,size=1G')
    expect(task.log.at(-2)).to.equal('transferred 1.0 GiB of 1.0 GiB (100.00%)')
  })

  it('takes room on its storage, little of it when it is linked, and gives it back', async () => {
    const used = (): number => bench.world.storages.get('shared')?.capacity.used ?? 0
    const before = used()
    await bench.run('POST', clone9000, { newid: 301 })
    const linked = used() - before
    await bench.run('POST', clone9000, { newid: 302, full: 1 })
    expect(used() - before - linked).to.be.greaterThan(100 * linked)
    await bench.run('DELETE', '/nodes/pve1/qemu/301')
    await bench.run('DELETE', '/nodes/pve1/qemu/302')
    expect(used()).to.equal(before)
  })

  it('of a full kind fails on a full storage and leaves nothing', async () => {
    const shared = bench.world.storages.get('shared')
    if (shared !== undefined) shared.capacity = { ...shared.capacity, available: 1_000_000 }
    const task = await bench.run('POST', clone9000, { newid: 301, full: 1 })
    expect(task.end?.status).to.contain('clone failed: copy failed: ')
    expect(task.log.join('\n')).to.contain('No space left on device')
    expect(bench.world.guests.has(301)).to.equal(false)
  })

  const refusals: readonly (readonly [string, string, Record<string, string | number>, number, string])[] = [
    ['a VMID this node has', clone9000, { newid: 9001 }, 500, 'unable to create VM 9001: config file already exists'],
    ['an unknown target', clone9000, { newid: 301, target: 'pve9' }, 500, `no such cluster node 'pve9'`],
    [
      'a target for local disks',
      clone9001,
      { newid: 301, full: 1, target: 'pve2', storage: 'shared' },
      500,
      `can't clone VM to node 'pve2' (VM uses local storage)`,
    ],
    [
      'a local storage for another node',
      clone9000,
      { newid: 301, full: 1, target: 'pve2', storage: 'local' },
      500,
      `can't clone to non-shared storage 'local'`,
    ],
    [
      'a storage for a linked clone',
      clone9000,
      { newid: 301, storage: 'shared' },
      500,
      `parameter 'storage' not allowed for linked clones`,
    ],
    [
      'a format for a linked clone',
      clone9000,
      { newid: 301, format: 'raw' },
      500,
      `parameter 'format' not allowed for linked clones`,
    ],
    [
      'an unknown storage',
      clone9000,
      { newid: 301, full: 1, storage: 'nosuch' },
      500,
      `storage 'nosuch' does not exist`,
    ],
    [
      'an unknown pool',
      clone9000,
      { newid: 301, pool: 'nosuch' },
      403,
      `Permission check failed (pool 'nosuch' does not exist)`,
    ],
    ['an unknown snapshot', clone9000, { newid: 301, snapname: 'gone' }, 500, `snapshot 'gone' does not exist`],
    [
      'a source that is elsewhere',
      '/nodes/pve2/qemu/9000/clone',
      { newid: 301 },
      500,
      `unable to find configuration file for VM 9000 on node 'pve2'`,
    ],
  ]
  for (const [what, path, params, status, reason] of refusals)
    it(`is refused at once for ${what}`, async () => {
      const reply = await bench.ask('POST', path, params)
      expect([reply.status, reply.reason]).to.deep.equal([status, reason])
      expect(bench.world.tasks).to.deep.equal([])
    })

  it('cannot be linked from what is no template', async () => {
    await bench.run('POST', clone9000, { newid: 301 })
    const reply = await bench.ask('POST', '/nodes/pve1/qemu/301/clone', { newid: 302, full: 0 })
    expect(reply.reason).to.match(/^Linked clone feature is not supported for 'shared:9000\/.*' \(scsi0\)$/)
  })

  it('onto a VMID that another node has fails in the task and harms nobody', async () => {
    await bench.run('POST', clone9000, { newid: 302, name: 'winner', target: 'pve2' })
    const task = await bench.run('POST', clone9000, { newid: 302, name: 'loser' })
    expect(task.end?.status).to.equal(
      `close (rename) atomic file '/etc/pve/nodes/pve1/qemu-server/302.conf' failed: File exists`,
    )
    expect(bench.guest(302).config.get('name')).to.equal('winner')
    expect(bench.guest(302).node).to.equal('pve2')
  })

  it('that is stopped leaves neither configuration nor disk', async () => {
    const { data } = await bench.ask('POST', clone9001, { newid: 511, full: 1 })
    await bench.clock.advance(300)
    await bench.ask('DELETE', `/nodes/pve1/tasks/${encodeURIComponent(String(data))}`)
    expect(bench.world.tasks.at(-1)?.end?.status).to.equal('clone failed: interrupted by signal')
    expect(bench.world.guests.has(511)).to.equal(false)
    expect(bench.world.storages.get('local')?.volumes.filter((volume) => volume.vmid === 511)).to.deep.equal([])
  })

  it('needs SDN.Use on the bridge of the template', async () => {
    const token = bench.tokenWith('cloner', {
      '/vms': 'VM.Clone VM.Allocate',
      '/storage': 'Datastore.AllocateSpace',
    })
    expect((await bench.ask('POST', clone9000, { newid: 301 }, token)).reason).to.equal(
      'Permission check failed (/sdn/zones/localnetwork/vmbr0, SDN.Use)',
    )
  })

  it('of a template with linked clones left keeps the template from being deleted', async () => {
    await bench.run('POST', clone9000, { newid: 301 })
    const kept = await bench.run('DELETE', '/nodes/pve1/qemu/9000')
    expect(kept.end?.status).to.match(
      /^base volume 'shared:9000\/base-9000-disk-0\.\w+' is still in use by linked cloned$/,
    )
    await bench.run('DELETE', '/nodes/pve1/qemu/301')
    expect((await bench.run('DELETE', '/nodes/pve1/qemu/9000')).end?.status).to.equal('OK')
  })
})
