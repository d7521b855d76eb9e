import { expect } from 'chai'
import { createHosts } from '../../../adapters/proxmox/hosts.ts'
import { throughQuorateHost } from '../../../adapters/proxmox/quorate-host.ts'
import { cluster } from '../../builders/cluster.ts'
import { quickClock } from './quick-clock.ts'

/** Looks through hosts of which these have quorum; returns through which each look went. */
function looking(quorate: ReadonlySet<string>) {
  const clock = quickClock()
  const all = ['a', 'b', 'c'].map((url) => ({ url }))
  const hosts = createHosts(all, { clock, random: () => 0.5 })
  const asked: string[] = []
  const observer = {
    observe: async () => {
      const [host] = hosts.candidates()
      if (host === undefined) throw new Error('no host')
      hosts.worked(host)
      asked.push(host.url)
      return cluster({ quorate: quorate.has(host.url) })
    },
  }
  const { observe } = throughQuorateHost(observer, hosts, clock)
  return { asked, clock, look: async () => (await observe(new AbortController().signal)).quorate }
}

describe('a look through a host without quorum', () => {
  it('is made again through one that has it, which is stayed with', async () => {
    const { look, asked } = looking(new Set(['c']))
    expect([await look(), await look()]).to.deep.equal([true, true])
    expect(asked).to.deep.equal(['a', 'b', 'c', 'c'])
  })

  it('counts when none has it, and not each look asks all of them', async () => {
    const { look, asked, clock } = looking(new Set())
    expect([await look(), await look(), await look()]).to.deep.equal([false, false, false])
    expect(asked).to.have.length(5)
    await clock.sleep(60_000)
    await look()
    expect(asked).to.have.length(8)
  })
})
