import { expect } from 'chai'
import { guestBench, type Bench } from './bench.ts'

const path = '/nodes/pve1/qemu'

describe('a created simulated guest', () => {
  let bench: Bench
  beforeEach(() => {
    bench = guestBench()
    bench.world.pools.set('R1', { poolid: 'R1', comment: undefined, vms: new Set(), storages: new Set() })
  })
  afterEach(() => bench.close())

  it('gets what Proxmox adds: MAC, boot order, UUID, generation id and birth mark', async () => {
    const task = await bench.run('POST', path, {
      vmid: 200,
      name: 'router',
      memory: 256,
      net0: 'virtio,bridge=vmbr0',
      scsi0: 'shared:1,format=qcow2',
      tags: 'b;A',
      pool: 'R1',
    })
    expect(task.log.at(-1)).to.equal('TASK OK')
    expect(task.log.at(-2)).to.equal(`scsi0: successfully created disk 'shared:200/vm-200-disk-0.qcow2,size=1G'`)
    const { config } = bench.guest(200)
    expect(config.get('scsi0')).to.equal('shared:200/vm-200-disk-0.qcow2,size=1G')
    expect(config.get('boot')).to.equal('order=scsi0;net0')
    expect(config.get('tags')).to.equal('a;b')
    expect(config.get('meta')).to.match(/^creation-qemu=10\.0\.13,ctime=\d+$/)
    expect([...config.keys()]).to.include.members(['smbios1', 'vmgenid'])
    expect(config.has('lock')).to.equal(false)
    expect(bench.world.pools.get('R1')?.vms.has(200)).to.equal(true)
  })

  it('of Windows is pinned to a machine version', async () => {
    await bench.run('POST', path, { vmid: 201, ostype: 'win10' })
    expect(bench.guest(201).config.get('machine')).to.equal('pc-i440fx-10.0+pve1')
    await bench.run('POST', path, { vmid: 202, ostype: 'win11', machine: 'q35' })
    expect(bench.guest(202).config.get('machine')).to.equal('pc-q35-10.0+pve1')
    await bench.run('POST', path, { vmid: 203, ostype: 'l26' })
    expect(bench.guest(203).config.has('machine')).to.equal(false)
  })

  it('may have CD and cloud-init drives', async () => {
    await bench.run('POST', path, { vmid: 204, ide2: 'none', ide0: 'shared:cloudinit', scsi0: 'shared:2' })
    const { config } = bench.guest(204)
    expect(config.get('ide2')).to.equal('none,media=cdrom')
    expect(config.get('ide0')).to.equal('shared:204/vm-204-cloudinit.qcow2,media=cdrom')
    expect(config.get('boot')).to.equal('order=scsi0;ide0')
  })

  const refusals: readonly (readonly [string, Record<string, string | number>, number, string])[] = [
    [
      'a VMID another node has',
      { vmid: 9000 },
      500,
      `unable to create VM 9000 - VM 9000 already exists on node 'pve1'`,
    ],
    ['an unknown storage', { vmid: 200, scsi0: 'nosuch:1' }, 500, `storage 'nosuch' does not exist`],
    [
      'a disk on no storage',
      { vmid: 200, scsi0: 'shared:nosuch' },
      500,
      `unable to parse directory volume name 'nosuch'`,
    ],
    ['an unknown pool', { vmid: 200, pool: 'gone' }, 403, `Permission check failed (pool 'gone' does not exist)`],
    ['a serial port of the host', { vmid: 200, args: '-s' }, 500, `only root can set 'args' config`],
  ]
  for (const [what, params, status, reason] of refusals)
    it(`is refused for ${what}`, async () => {
      const reply = await bench.ask('POST', '/nodes/pve2/qemu', params)
      expect([reply.status, reply.reason]).to.deep.equal([status, reason])
    })

  it('that is too big for its format fails in the task and leaves nothing', async () => {
    const task = await bench.run('POST', path, { vmid: 204, scsi0: 'shared:999999,format=raw' })
    expect(task.end?.status).to.contain('unable to create image: qemu-img: ')
    expect(task.end?.status).to.contain(`The image size is too large for file format 'raw'`)
    expect(bench.world.guests.has(204)).to.equal(false)
    expect(bench.world.storages.get('shared')?.volumes.some((volume) => volume.vmid === 204)).to.equal(false)
  })

  it('needs VM.Allocate on it or on its pool', async () => {
    const token = bench.tokenWith('maker', { '/pool/R1': 'VM.Allocate' })
    const refused = await bench.ask('POST', path, { vmid: 200 }, token)
    expect([refused.status, refused.reason]).to.deep.equal([403, 'Permission check failed'])
    expect((await bench.ask('POST', path, { vmid: 200, pool: 'R1' }, token)).status).to.equal(200)
  })

  it('may start right away', async () => {
    await bench.run('POST', path, { vmid: 200, start: 1 })
    await bench.until(Promise.all(bench.world.tasks.map((task) => task.done)))
    expect(bench.world.tasks.map((task) => task.type)).to.deep.equal(['qmcreate', 'qmstart'])
    expect(bench.guest(200).running).not.to.equal(undefined)
  })

  it('becomes a template once, when it is off', async () => {
    await bench.run('POST', path, { vmid: 200, scsi0: 'shared:1' })
    await bench.run('POST', `${path}/200/template`)
    expect(bench.guest(200).config.get('template')).to.equal(1)
    expect(bench.guest(200).config.get('scsi0')).to.equal('shared:200/base-200-disk-0.qcow2,size=1G')
    expect((await bench.ask('POST', `${path}/200/template`)).reason).to.equal(
      `you can't convert a template to a template`,
    )
    expect((await bench.run('POST', `${path}/200/clone`, { newid: 201 })).end?.status).to.equal('OK')
  })

  it('keeps snapshots and comes back to them', async () => {
    await bench.run('POST', path, { vmid: 200, scsi0: 'shared:1', cores: 1 })
    expect((await bench.run('POST', `${path}/200/snapshot`, { snapname: 's1' })).end?.status).to.equal('OK')
    expect((await bench.run('POST', `${path}/200/snapshot`, { snapname: 's1' })).end?.status).to.equal(
      `snapshot name 's1' already used`,
    )
    await bench.ask('PUT', `${path}/200/config`, { cores: 2 })
    await bench.run('POST', `${path}/200/snapshot/s1/rollback`)
    expect(bench.guest(200).config.get('cores')).to.equal(1)
    expect((await bench.run('DELETE', `${path}/200/snapshot/s1`)).end?.status).to.equal('OK')
    expect((await bench.run('DELETE', `${path}/200/snapshot/s1`)).end?.status).to.equal(`snapshot 's1' does not exist`)
  })
})
