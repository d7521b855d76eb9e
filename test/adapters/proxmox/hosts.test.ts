import { expect } from 'chai'
import { createHosts } from '../../../adapters/proxmox/hosts.ts'
import { quickClock } from './quick-clock.ts'

const A = { url: 'https://a:8006' }
const B = { url: 'https://b:8006' }

describe('the choice of API hosts', () => {
  const clock = quickClock()
  const hostsOf = () => createHosts([A, B], { clock, random: () => 0.5 })

  it('begins with the first, and stays with the one that worked last', async () => {
    const hosts = hostsOf()
    expect(hosts.candidates()).to.deep.equal([A, B])
    hosts.failed(A, 'refused')
    hosts.worked(B)
    await clock.sleep(60_000)
    expect(hosts.candidates()).to.deep.equal([B, A])
  })

  it('does not go back to one that was passed over for answering to something else, for a minute', async () => {
    const hosts = hostsOf()
    hosts.passOver(A)
    hosts.worked(A)
    expect(hosts.candidates()).to.deep.equal([B, A])
    await clock.sleep(60_000)
    hosts.worked(A)
    expect(hosts.candidates()).to.deep.equal([A, B])
  })

  it('stays with the one after it, however many find the same together', () => {
    const C = { url: 'https://c:8006' }
    const hosts = createHosts([A, B, C], { clock, random: () => 0.5 })
    hosts.passOver(A)
    hosts.passOver(B)
    hosts.passOver(A)
    expect(hosts.candidates()).to.deep.equal([C, A, B])
  })

  it('leaves a host alone for longer each time it fails in a row, but not for more than half a minute', async () => {
    const hosts = hostsOf()
    const aside: number[] = []
    for (let times = 0; times < 8; times += 1) {
      hosts.failed(A, 'refused')
      const since = clock.now()
      while (!hosts.candidates().includes(A)) await clock.sleep(250)
      aside.push(clock.now() - since)
    }
    expect(aside).to.deep.equal([750, 1500, 3000, 6000, 12_000, 22_500, 22_500, 22_500])
  })

  it('counts requests that fail together as one failure', async () => {
    const hosts = hostsOf()
    for (let times = 0; times < 10; times += 1) hosts.failed(A, 'refused')
    await clock.sleep(1000)
    expect(hosts.candidates()).to.include(A)
  })

  it('forgets failures once a host works again', async () => {
    const hosts = hostsOf()
    for (let times = 0; times < 5; times += 1) {
      hosts.failed(A, 'refused')
      await clock.sleep(30_000)
    }
    hosts.worked(A)
    hosts.failed(A, 'refused')
    await clock.sleep(1000)
    expect(hosts.candidates()).to.include(A)
  })

  it('tells what was wrong with each', () => {
    const hosts = hostsOf()
    hosts.failed(A, 'connect ECONNREFUSED')
    expect(hosts.complaint()).to.equal('https://a:8006: connect ECONNREFUSED; https://b:8006: not tried')
  })
})
