import { expect } from 'chai'
import { guestBench, type Bench } from './bench.ts'

const config = '/nodes/pve1/qemu/301/config'

describe('the configuration of a simulated guest', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = guestBench()
    await bench.run('POST', '/nodes/pve1/qemu/9000/clone', { newid: 301, name: 'vm301' })
  })
  afterEach(() => bench.close())

  const put = (params: Record<string, string | number>, as?: string): ReturnType<Bench['ask']> =>
    bench.ask('PUT', config, params, as)
  const value = (key: string): unknown => bench.guest(301).config.get(key)

  const wrong: readonly (readonly [string, string, string])[] = [
    ['memory', 'lots', "format error\nmemory.current: type check ('integer') failed - got 'lots'"],
    ['memory', '8', 'format error\nmemory.current: value must have a minimum value of 16'],
    ['net0', 'virtio,bridge=vmbr0,tag=5000', 'format error\nnet0.tag: value must have a maximum value of 4094'],
    ['net0', 'bridge=vmbr0', 'format error\nnet0.model: property is missing and it is not optional'],
    ['net0', 'virtio,nosuch=1', 'invalid key in comma-separated list property: nosuch'],
    ['net0', 'virtio,virtio', 'duplicate key in comma-separated list property: model'],
    [
      'net0',
      'virtio=BC:24:11:00:00:0g,bridge=vmbr0',
      'format error\nnet0.macaddr: invalid format - value does not look like a valid unicast MAC address',
    ],
    ['scsi0', 'shared', "format error\nscsi0.file: invalid format - unable to parse volume ID 'shared'"],
    [
      'scsi0',
      'shared:1,cache=fast',
      "format error\nscsi0.cache: value 'fast' does not have a value in the enumeration 'none, writethrough, writeback, unsafe, directsync'",
    ],
    ['boot', 'order=floppy0', "format error\nboot.order: invalid format - invalid boot device 'floppy0'"],
    ['hotplug', 'network,teleport', "invalid hotplug feature 'teleport'"],
    ['startup', 'soon', 'unable to parse startup options'],
    ['tags', 'good;b@d', 'invalid characters in tag'],
    ['name', 'under_score', 'value does not look like a valid DNS name'],
  ]
  for (const [key, given, problem] of wrong)
    it(`refuses ${key}=${given}`, async () => {
      const reply = await put({ [key]: given })
      expect(reply.status).to.equal(400)
      expect(reply.errors).to.deep.equal({ [key]: `invalid format - ${problem}\n` })
    })

  const limits: readonly (readonly [string, string | number, string])[] = [
    ['cores', 0, 'value must have a minimum value of 1'],
    ['cores', 'two', "type check ('integer') failed - got 'two'"],
    ['onboot', 'true', "type check ('boolean') failed - got 'true'"],
    ['ostype', 'w11', 'does not have a value in the enumeration'],
    ['net32', 'virtio', 'property is not defined in schema and the schema does not allow additional properties'],
    ['description', 'x'.repeat(8193), 'value may only be 8192 characters long'],
  ]
  for (const [key, given, problem] of limits)
    it(`refuses ${key}=${String(given).slice(0, 10)}`, async () => {
      const reply = await put({ [key]: given })
      expect(reply.status).to.equal(400)
      expect(reply.errors[key]).to.contain(problem)
    })

  it('keeps tags lower-cased, once each and sorted', async () => {
    await put({ tags: 'zz,Aa;aa zz' })
    expect(value('tags')).to.equal('aa;zz')
    await put({ tags: '' })
    expect(value('tags')).to.equal(' ')
    await put({ delete: 'tags' })
    expect(value('tags')).to.equal(undefined)
  })

  it('gives numbers back as numbers and property strings as text', async () => {
    await put({ cores: '4', memory: '2048', balloon: '0', onboot: '1', cpulimit: '1.5', agent: '1' })
    const { data } = await bench.ask('GET', config)
    expect(data).to.include({ cores: 4, memory: '2048', balloon: 0, onboot: 1, cpulimit: '1.5', agent: '1' })
  })

  it('makes a MAC up for a NIC without one and sorts what follows', async () => {
    await put({ net1: 'virtio,tag=7,firewall=on,bridge=nosuch' })
    expect(value('net1')).to.match(/^virtio=BC:24:11(:[0-9A-F]{2}){3},bridge=nosuch,firewall=1,tag=7$/)
  })

  it('is changed under a digest only when nobody else has changed it', async () => {
    const { data } = await bench.ask('GET', config)
    const digest = typeof data === 'object' && data !== null && 'digest' in data ? String(data.digest) : ''
    expect((await put({ name: 'first', digest })).status).to.equal(200)
    expect((await put({ name: 'second', digest })).reason).to.equal('checksum mismatch (file change by other user?)')
    expect(value('name')).to.equal('first')
  })

  it('knows what it can delete', async () => {
    expect((await put({ delete: 'nosuch' })).errors).to.deep.equal({ delete: `unknown option 'nosuch'` })
    expect((await put({ delete: 'net9' })).status).to.equal(200)
    expect((await put({})).reason).to.equal('no options specified')
    expect((await put({ delete: 'name', name: 'x' })).errors).to.have.all.keys('delete')
  })

  it('refuses more balloon than memory', async () => {
    expect((await put({ memory: 1024, balloon: 2048 })).reason).to.equal(
      'balloon value too large (must be smaller than assigned memory)',
    )
  })

  it('tells the task what POST changes', async () => {
    const task = await bench.run('POST', config, { cores: 3, name: 'posted' })
    expect(task.type).to.equal('qmconfig')
    expect(task.log[0]).to.equal('update VM 301: -cores 3 -name posted')
    expect(value('cores')).to.equal(3)
  })

  const rights: readonly (readonly [string, string | number, string])[] = [
    ['cores', 2, 'VM.Config.CPU'],
    ['memory', 1024, 'VM.Config.Memory'],
    ['balloon', 0, 'VM.Config.Memory'],
    ['net0', 'virtio,bridge=vmbr0', 'VM.Config.Network'],
    ['boot', 'order=scsi0', 'VM.Config.Disk'],
    ['tablet', 1, 'VM.Config.HWType'],
    ['name', 'x', 'VM.Config.Options'],
    ['tags', 'x', 'VM.Config.Options'],
    ['ide2', 'none', 'VM.Config.CDROM'],
    ['scsi1', 'shared:1', 'VM.Config.Disk'],
  ]
  for (const [key, given, privilege] of rights)
    it(`needs ${privilege} for ${key}`, async () => {
      const other = privilege === 'VM.Config.CPU' ? 'VM.Config.Options' : 'VM.Config.CPU'
      const base = { '/storage': 'Datastore.AllocateSpace', '/sdn/zones': 'SDN.Use' }
      const without = bench.tokenWith('without', { '/vms': other, ...base })
      const having = bench.tokenWith('having', { '/vms': privilege, ...base })
      const refused = await put({ [key]: given }, without)
      expect([refused.status, refused.reason]).to.deep.equal([403, `Permission check failed (/vms/301, ${privilege})`])
      expect((await put({ [key]: given }, having)).status).to.equal(200)
    })

  it('needs SDN.Use on the vnet, or on the one VLAN of it', async () => {
    const { configured } = bench.world.sdn
    bench.world.sdn.configured = { ...configured, vnets: new Map([['r1', { type: 'vnet', zone: 'ludus', tag: 1 }]]) }
    const token = bench.tokenWith('vlan', {
      '/vms': 'VM.Config.Network',
      '/sdn/zones/ludus/r1/10': 'SDN.Use',
      '/sdn/zones/localnetwork': 'SDN.Use',
    })
    expect((await put({ net0: 'virtio,bridge=r1' }, token)).reason).to.equal(
      'Permission check failed (/sdn/zones/ludus/r1, SDN.Use)',
    )
    expect((await put({ net0: 'virtio,bridge=r1,tag=11' }, token)).reason).to.equal(
      'Permission check failed (/sdn/zones/ludus/r1/11, SDN.Use)',
    )
    expect((await put({ net0: 'virtio,bridge=r1,tag=10' }, token)).status).to.equal(200)
  })

  it('may be changed in the background, with an answer when it is done in time', async () => {
    expect((await bench.ask('POST', config, { cores: 3, background_delay: 5 })).data).to.equal(null)
    expect(value('cores')).to.equal(3)
    const refused = await bench.ask('POST', config, { scsi9: 'shared:iso/none.iso,media=cdrom', background_delay: 5 })
    expect(refused.reason).to.equal(`failed to update VM 301: volume 'shared:iso/none.iso' does not exist`)
  })

  it('tells in the task which right was missing', async () => {
    const token = bench.tokenWith('disks', { '/vms': 'VM.Config.Disk' })
    const task = await bench.run('POST', config, { ide2: 'none' }, token)
    expect(task.end?.status).to.equal('403 Permission check failed (/vms/301, VM.Config.CDROM)')
  })

  const hostDevices: readonly (readonly [string, string, string])[] = [
    ['usb0', 'host=1234:5678', `only root can set 'usb0' config for real devices`],
    ['hostpci0', '0000:01:00.0', `only root can set 'hostpci0' config for non-mapped devices`],
    ['serial0', '/dev/ttyS0', `only root can modify 'serial0' config for real devices`],
  ]
  for (const [key, given, reason] of hostDevices)
    it(`leaves ${key}=${given} to root with a password`, async () => {
      expect((await put({ [key]: given })).reason).to.equal(reason)
    })

  it('leaves args and the like to root with a password', async () => {
    expect((await put({ args: '-nodefaults' })).reason).to.equal(`only root can set 'args' config`)
  })
})
