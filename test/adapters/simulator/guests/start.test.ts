import { expect } from 'chai'
import { guestBench, type Bench } from './bench.ts'

const path = '/nodes/pve1/qemu/301'

describe('a start of a simulated guest', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = guestBench()
    const { sdn } = bench.world
    sdn.running = { ...sdn.running, vnets: new Map([['r3', { type: 'vnet', zone: 'ludus', tag: 3 }]]) }
    sdn.configured = sdn.running
    bench.addBridge('pve1', 'r3', false)
    await bench.run('POST', '/nodes/pve1/qemu/9000/clone', { newid: 301 })
  })
  afterEach(() => bench.close())

  const startWith = async (options: Record<string, string | number>): ReturnType<Bench['run']> => {
    expect((await bench.ask('PUT', `${path}/config`, options)).status).to.equal(200)
    return bench.run('POST', `${path}/status/start`)
  }

  it('makes it run, which status/current says at once', async () => {
    const task = await bench.run('POST', `${path}/status/start`)
    expect(task.end?.status).to.equal('OK')
    const { data } = await bench.ask('GET', `${path}/status/current`)
    expect(data).to.include({ status: 'running', qmpstatus: 'running', agent: 1 })
    expect(data).to.have.property('pid').that.is.a('number')
    expect(data).to.have.property('nics').that.has.all.keys('tap301i0')
  })

  it('fails on a bridge that this node does not have', async () => {
    bench.addBridge('pve2', 'only2', true)
    expect((await startWith({ net0: 'virtio,bridge=only2' })).end?.status).to.equal(`bridge 'only2' does not exist`)
    expect(bench.guest(301).running).to.equal(undefined)
  })

  it('finds a missing bridge out from the script where the card is no virtio one', async () => {
    const task = await startWith({ net0: 'e1000,bridge=nosuch' })
    expect(task.end?.status).to.equal('start failed: QEMU exited with code 1')
    expect(task.log).to.include(`bridge 'nosuch' does not exist`)
  })

  it('fails on a VLAN tag on a vnet that knows no VLANs', async () => {
    const task = await startWith({ net0: 'virtio,bridge=r3,tag=10' })
    expect(task.end?.status).to.equal('start failed: QEMU exited with code 1')
    expect(task.log[0]).to.contain('vm vlans are not allowed on vnet r3')
  })

  it('takes the same tag once the vnet knows VLANs, and on any Linux bridge', async () => {
    bench.addBridge('pve1', 'r3', true)
    expect((await startWith({ net0: 'virtio,bridge=r3,tag=10' })).end?.status).to.equal('OK')
    await bench.run('POST', `${path}/status/stop`)
    expect((await startWith({ net0: 'virtio,bridge=vmbr0,tag=10' })).end?.status).to.equal('OK')
  })

  it('takes thirteen NICs under a long VMID, but not with a firewall on the eleventh', async () => {
    await bench.run('POST', '/nodes/pve1/qemu/9000/clone', { newid: 153_001_254 })
    const long = '/nodes/pve1/qemu/153001254'
    const nics = Object.fromEntries(Array.from({ length: 13 }, (_, index) => [`net${index}`, 'virtio,bridge=vmbr0']))
    await bench.ask('PUT', `${long}/config`, nics)
    expect((await bench.run('POST', `${long}/status/start`)).end?.status).to.equal('OK')
    await bench.run('POST', `${long}/status/stop`)
    await bench.ask('PUT', `${long}/config`, { net9: 'virtio,bridge=vmbr0,firewall=1' })
    expect((await bench.run('POST', `${long}/status/start`)).end?.status).to.equal('OK')
    await bench.run('POST', `${long}/status/stop`)
    await bench.ask('PUT', `${long}/config`, { net10: 'virtio,bridge=vmbr0,firewall=1' })
    const task = await bench.run('POST', `${long}/status/start`)
    expect(task.end?.status).to.equal('start failed: QEMU exited with code 1')
    expect(task.log.join('\n')).to.contain('fwbr153001254i10')
  })

  it('fails when the VM has more processors or memory than its host', async () => {
    expect((await startWith({ cores: 9 })).end?.status).to.equal('MAX 8 vcpus allowed per VM on this node')
    const task = await startWith({ cores: 1, memory: 20_480 })
    expect(task.end?.status).to.equal('start failed: QEMU exited with code 1')
    expect(task.log.join('\n')).to.contain('Cannot allocate memory')
  })

  it('fails for a template, and for a VM that is not there', async () => {
    expect((await bench.run('POST', '/nodes/pve1/qemu/9000/status/start')).end?.status).to.equal(
      `you can't start a vm if it's a template`,
    )
    expect((await bench.run('POST', '/nodes/pve1/qemu/9999/status/start')).end?.status).to.equal(
      `Configuration file 'nodes/pve1/qemu-server/9999.conf' does not exist`,
    )
  })

  it('needs VM.PowerMgmt, and root itself for root-only options', async () => {
    const token = bench.tokenWith('looker', { '/vms': 'VM.Audit' })
    expect((await bench.ask('POST', `${path}/status/start`, {}, token)).reason).to.equal(
      'Permission check failed (/vms/301, VM.PowerMgmt)',
    )
    expect((await bench.ask('POST', `${path}/status/start`, { skiplock: 1 })).errors).to.deep.equal({
      skiplock: 'Only root may use this option.',
    })
  })
})
