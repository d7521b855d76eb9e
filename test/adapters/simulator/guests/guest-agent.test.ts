import { expect } from 'chai'
import { guestBench, type Bench } from './bench.ts'

const path = '/nodes/pve1/qemu/301'

const ip = (address: string, type: string, prefix: number) => ({
  'ip-address': address,
  'ip-address-type': type,
  prefix,
})
const statistics = {
  'rx-bytes': 0,
  'rx-packets': 0,
  'rx-errs': 0,
  'rx-dropped': 0,
  'tx-bytes': 0,
  'tx-packets': 0,
  'tx-errs': 0,
  'tx-dropped': 0,
}

/** What the software inside a VM tells of its NICs. */
describe("the simulator's guest agent", () => {
  let bench: Bench
  beforeEach(() => {
    bench = guestBench({
      nodes: [{ name: 'pve1' }],
      guests: [301, 302].map((vmid) => ({
        name: `vm${vmid}`,
        vmid,
        running: true,
        nics: ['virtio=02:00:00:00:00:01,bridge=vmbr0', 'e1000=02:00:00:00:00:02,bridge=vmbr0,link_down=1'],
        addresses: { net0: ['10.2.10.11/24'] },
      })),
    })
  })
  afterEach(() => bench.close())

  const interfaces = (vmid = 301) => bench.ask('GET', `/nodes/pve1/qemu/${vmid}/agent/network-get-interfaces`)

  it('tells each NIC with its MAC, addresses and counters, and nothing of its link', async () => {
    const before = (await interfaces()).data
    expect(before).to.deep.equal({
      result: [
        {
          name: 'lo',
          'hardware-address': '00:00:00:00:00:00',
          'ip-addresses': [ip('127.0.0.1', 'ipv4', 8), ip('::1', 'ipv6', 128)],
          statistics,
        },
        {
          name: 'eth0',
          'hardware-address': '02:00:00:00:00:01',
          'ip-addresses': [ip('10.2.10.11', 'ipv4', 24), ip('fe80::ff:fe00:1', 'ipv6', 64)],
          statistics,
        },
        {
          name: 'eth1',
          'hardware-address': '02:00:00:00:00:02',
          'ip-addresses': [ip('fe80::ff:fe00:2', 'ipv6', 64)],
          statistics,
        },
      ],
    })
    await bench.ask('PUT', `${path}/config`, { net0: 'virtio=02:00:00:00:00:01,bridge=nosuch' })
    expect([...(bench.guest(301).running?.loose ?? [])]).to.deep.equal(['net0'])
    expect((await interfaces()).data).to.deep.equal(before)
  })

  it('answers or does not, VM by VM', async () => {
    bench.guest(301).agentAnswers = false
    const since = bench.clock.now()
    expect((await interfaces()).reason).to.equal('QEMU guest agent is not running')
    expect(bench.clock.now() - since).to.equal(bench.sim.durations.agentTimeout)
    expect((await interfaces(302)).status).to.equal(200)
    bench.world.guestsRespond = false
    bench.guest(301).agentAnswers = true
    expect([(await interfaces()).status, (await interfaces(302)).status]).to.deep.equal([200, 500])
  })

  it('that does not answer leaves a shutdown to the power button', async () => {
    bench.guest(301).agentAnswers = false
    const { end, log } = await bench.run('POST', `${path}/status/shutdown`)
    expect(end?.status).to.equal('OK')
    expect(log[0]).to.equal("QEMU Guest Agent is not running - VM 301 qga command 'guest-ping' failed - got timeout")
  })

  it('is missed first, then the VM that is off, then what is switched off or paused', async () => {
    await bench.run('POST', `${path}/status/suspend`)
    expect((await interfaces()).reason).to.equal('QEMU guest agent is not running')
    await bench.run('POST', `${path}/status/stop`)
    expect((await interfaces()).reason).to.equal('VM 301 is not running')
    await bench.ask('PUT', `${path}/config`, { agent: 0 })
    await bench.run('POST', `${path}/status/start`)
    expect((await interfaces()).reason).to.equal('QEMU guest agent is not running')
    await bench.run('POST', `${path}/status/stop`)
    await bench.ask('PUT', `${path}/config`, { delete: 'agent' })
    expect((await interfaces()).reason).to.equal('No QEMU guest agent configured')
  })
})
