import { expect } from 'chai'
import { guestBench, type Bench } from './bench.ts'

const path = '/nodes/pve1/qemu/301'

describe('a running simulated guest', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = guestBench()
    await bench.run('POST', '/nodes/pve1/qemu/9000/clone', { newid: 301 })
    await bench.run('POST', `${path}/status/start`)
  })
  afterEach(() => bench.close())

  const put = (params: Record<string, string | number>): ReturnType<Bench['ask']> =>
    bench.ask('PUT', `${path}/config`, params)
  const pendingOf = async (key: string): Promise<unknown> => {
    const { data } = await bench.ask('GET', `${path}/pending`)
    return Array.isArray(data) ? data.find((row: { key?: string }) => row.key === key) : undefined
  }

  it('keeps a change of memory pending until it starts again', async () => {
    await put({ memory: 4096 })
    expect(await pendingOf('memory')).to.deep.equal({ key: 'memory', value: '2048', pending: '4096' })
    expect((await bench.ask('GET', `${path}/config`)).data).to.include({ memory: '4096' })
    expect((await bench.ask('GET', `${path}/config`, { current: 1 })).data).to.include({ memory: '2048' })
    await bench.run('POST', `${path}/status/stop`)
    await bench.run('POST', `${path}/status/start`)
    expect((await bench.ask('GET', `${path}/config`, { current: 1 })).data).to.include({ memory: '4096' })
    expect(await pendingOf('memory')).to.deep.equal({ key: 'memory', value: '4096' })
  })

  it('forgets a pending change when asked to, or when it is taken back', async () => {
    await put({ cores: 4 })
    expect(await pendingOf('cores')).to.have.property('pending', 4)
    await put({ revert: 'cores' })
    expect(await pendingOf('cores')).not.to.have.property('pending')
    await put({ cores: 4 })
    await put({ cores: 2 })
    expect(await pendingOf('cores')).to.deep.equal({ key: 'cores', value: 2 })
  })

  it('shows what will be deleted', async () => {
    await put({ delete: 'agent' })
    expect(await pendingOf('agent')).to.deep.equal({ key: 'agent', value: '1', delete: 1 })
    expect((await bench.ask('GET', `${path}/config`)).data).not.to.have.property('agent')
  })

  for (const [key, text] of [
    ['name', 'renamed'],
    ['tags', 'live'],
    ['description', 'now'],
    ['protection', '1'],
  ] as const)
    it(`takes ${key} at once`, async () => {
      await put({ [key]: text })
      expect(String(bench.guest(301).config.get(key))).to.equal(text)
    })

  it('changes the bridge of a NIC that keeps its MAC', async () => {
    bench.addBridge('pve1', 'vmbr7', true)
    const mac = /BC(:[0-9A-F]{2}){5}/.exec(String(bench.guest(301).config.get('net0')))?.[0] ?? ''
    expect((await put({ net0: `virtio=${mac},bridge=vmbr7,tag=3` })).status).to.equal(200)
    expect(bench.guest(301).config.get('net0')).to.equal(`virtio=${mac},bridge=vmbr7,tag=3`)
  })

  it('whose NIC is told to go to a bridge that is not there is left on none, until it is plugged anew', async () => {
    const [mac] = String(bench.guest(301).config.get('net0')).split(',')
    const { errors } = await put({ net0: `${mac},bridge=nosuch` })
    expect(errors).to.deep.equal({ net0: 'hotplug problem - interface nosuch does not exist\n' })
    expect([...(bench.guest(301).running?.loose ?? [])]).to.deep.equal(['net0'])
    await put({ revert: 'net0' })
    await put({ net0: `${mac},bridge=vmbr0` })
    expect([...(bench.guest(301).running?.loose ?? [])]).to.deep.equal(['net0'])
    await put({ net0: `${mac},bridge=vmbr0,tag=9` })
    expect([...(bench.guest(301).running?.loose ?? [])]).to.deep.equal([])
  })

  it('takes a NIC with a new MAC when its system lets the old one go', async () => {
    expect((await put({ net0: 'e1000,bridge=vmbr0' })).status).to.equal(200)
    expect(bench.guest(301).config.get('net0')).to.match(/^e1000=/)
  })

  it('answers 400 after six seconds when its system does not, and keeps the change pending', async () => {
    bench.world.guestsRespond = false
    const started = bench.clock.now()
    const reply = await put({ net0: 'virtio,bridge=vmbr0' })
    expect(bench.clock.now() - started).to.equal(6000)
    expect(reply.errors).to.deep.equal({
      net0: `hotplug problem - error on hot-unplugging device 'net0' - still busy in guest?\n`,
    })
    expect(await pendingOf('net0')).to.have.property('pending')
  })

  it('whose system lets no NIC go outlasts the proxy, with its lock held', async () => {
    await bench.run('POST', `${path}/status/stop`)
    const cards = Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`net${index}`, 'virtio,bridge=vmbr0']))
    await put(cards)
    await bench.run('POST', `${path}/status/start`)
    bench.world.guestsRespond = false
    const slow = bench.send('PUT', `${path}/config`, cards)
    await bench.clock.advance(1000)
    expect((await put({ name: 'x' })).reason).to.equal(
      `can't lock file '/var/lock/qemu-server/lock-301.conf' - got timeout`,
    )
    const reply = await bench.until(slow)
    expect([reply.status, reply.reason]).to.deep.equal([596, 'Connection timed out'])
    await bench.clock.advance(10_000)
    expect((await put({ name: 'x' })).status).to.equal(200)
  })

  it('is not deleted, but stopped ones are, with their disks', async () => {
    expect((await bench.ask('DELETE', path)).reason).to.equal('VM 301 is running - destroy failed')
    await bench.run('POST', `${path}/status/stop`)
    expect((await bench.run('DELETE', path)).end?.status).to.equal('OK')
    expect(bench.world.guests.has(301)).to.equal(false)
    expect(bench.world.storages.get('shared')?.volumes.some((volume) => volume.vmid === 301)).to.equal(false)
    expect((await bench.ask('DELETE', path)).reason).to.equal(
      `Configuration file 'nodes/pve1/qemu-server/301.conf' does not exist`,
    )
  })

  it('under protection is neither deleted nor robbed of a disk', async () => {
    await put({ protection: 1 })
    await bench.run('POST', `${path}/status/stop`)
    expect((await bench.ask('DELETE', path)).reason).to.equal(`can't remove VM 301 - protection mode enabled`)
    expect((await put({ delete: 'scsi0' })).reason).to.equal(`can't remove drive 'scsi0' - protection mode enabled`)
  })

  it('that loses a disk keeps it as unused, and out of the boot order', async () => {
    const { file } = { file: String(bench.guest(301).config.get('scsi0')).split(',')[0] }
    await put({ delete: 'scsi0' })
    expect(bench.guest(301).config.get('unused0')).to.equal(file)
    await bench.run('POST', `${path}/status/stop`)
    expect(bench.guest(301).config.get('boot')).to.equal('order=net0')
    await put({ delete: 'unused0' })
    expect(bench.world.storages.get('shared')?.volumes.some((volume) => volume.volid === file)).to.equal(false)
  })

  it('cannot be started twice, and stopping a stopped one is no mistake', async () => {
    expect((await bench.run('POST', `${path}/status/start`)).end?.status).to.equal('VM 301 already running')
    expect((await bench.run('POST', `${path}/status/stop`)).end?.status).to.equal('OK')
    expect((await bench.run('POST', `${path}/status/stop`)).end?.status).to.equal('OK')
    expect((await bench.run('POST', `${path}/status/shutdown`)).end?.status).to.equal('OK')
  })

  it('shuts down when its system reacts', async () => {
    expect((await bench.run('POST', `${path}/status/shutdown`)).end?.status).to.equal('OK')
    expect(bench.guest(301).running).to.equal(undefined)
  })

  it('goes on when its system ignores the shutdown, unless it is forced', async () => {
    bench.world.guestsRespond = false
    const ignored = await bench.run('POST', `${path}/status/shutdown`, { timeout: 3 })
    expect(ignored.end?.status).to.equal('VM quit/powerdown failed - got timeout')
    expect(bench.guest(301).running).not.to.equal(undefined)
    const forced = await bench.run('POST', `${path}/status/shutdown`, { timeout: 3, forceStop: 1 })
    expect(forced.log).to.include('VM still running - terminating now with SIGTERM')
    expect(forced.end?.status).to.equal('OK')
    expect(bench.guest(301).running).to.equal(undefined)
  })

  it('that is being shut down for long keeps a stop waiting until its ten seconds are over', async () => {
    bench.world.guestsRespond = false
    await bench.ask('POST', `${path}/status/reboot`)
    expect((await bench.run('POST', `${path}/status/stop`)).end?.status).to.equal(
      `can't lock file '/var/lock/qemu-server/lock-301.conf' - got timeout`,
    )
  })
})
