import { expect } from 'chai'
import { RangesOnCluster } from '../../../controllers/range/ranges-on-cluster.ts'
import { cluster } from '../../builders/cluster.ts'

describe('the ranges of a cluster', () => {
  let looks: number
  let slept: ((reason?: unknown) => void)[]
  let stop: AbortController
  let ranges: RangesOnCluster
  beforeEach(() => {
    looks = 0
    slept = []
    stop = new AbortController()
    const observe = () => {
      looks += 1
      return Promise.resolve(cluster({ pools: ['JD'], poolComments: new Map([['JD', 'Ludus range JD']]) }))
    }
    const sleep = (_: number, signal?: AbortSignal): Promise<void> =>
      new Promise((resolve, reject) => {
        slept.push(() => resolve())
        signal?.addEventListener('abort', () => reject(new Error('woken')), { once: true })
      })
    ranges = new RangesOnCluster(observe, { sleep }, stop.signal)
  })

  it('are found by a look of its own where nobody is about to look', async () => {
    expect(await ranges.ids(false)).to.deep.equal(['JD'])
    expect(await ranges.ids(false)).to.deep.equal(['JD'])
    expect(looks).to.equal(1)
  })

  it('are found by the look that somebody makes within a moment', async () => {
    const ids = ranges.ids(true)
    await ranges.look()
    expect(await ids).to.deep.equal(['JD'])
    expect(looks).to.equal(1)
  })

  it('are found by a look of its own when nobody looked within that moment', async () => {
    const ids = ranges.ids(true)
    slept[0]?.()
    expect(await ids).to.deep.equal(['JD'])
    expect(looks).to.equal(1)
  })

  it('are not waited for when Lanista stops', async () => {
    const ids = ranges.ids(true)
    stop.abort()
    await ids
  })
})
