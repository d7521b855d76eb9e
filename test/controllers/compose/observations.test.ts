import { expect } from 'chai'
import { watchObservations } from '../../../controllers/compose/observations.ts'
import { cluster } from '../../builders/cluster.ts'
import { FakeProxmox } from '../../builders/fake-proxmox.ts'

const LIMIT = 90_000

describe('what is told of a Proxmox that is out of reach', () => {
  const open = () => {
    const fake = new FakeProxmox(cluster())
    let [now, why]: [number, string | undefined] = [0, undefined]
    const observe = async () => {
      if (why !== undefined) throw new Error(why)
      return cluster()
    }
    const clock = { now: () => now, steady: () => now, sleep: () => Promise.resolve() }
    const watched = watchObservations(Object.assign(fake, { observe }), { observed: () => undefined }, clock)
    const look = (): Promise<unknown> => watched.proxmox.observe(new AbortController().signal).catch(() => undefined)
    return {
      silence: () => watched.silence(LIMIT),
      /** Looks, and tells of it so much later. */
      look: async (failure: string | undefined, later: number) => {
        why = failure
        await look()
        now += later
      },
    }
  }

  it('is why, as soon as it has lasted, and nothing once it can be read again', async () => {
    const { silence, look } = open()
    expect(silence()).to.equal('Proxmox has not been read yet')
    await look(undefined, 5000)
    expect(silence()).to.equal(undefined)
    await look('no API host answers', 5000)
    expect(silence()).to.equal(undefined)
    await look('no API host answers', 7000)
    expect(silence()).to.equal('Proxmox could not be read for 12 s: no API host answers')
    await look(undefined, 1000)
    expect(silence()).to.equal(undefined)
  })

  it('is that nobody has looked for long', async () => {
    const { silence, look } = open()
    await look(undefined, LIMIT + 1000)
    expect(silence()).to.equal('Proxmox was last read 91 s ago; see the log for why')
  })
})
