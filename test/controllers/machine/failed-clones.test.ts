import { expect } from 'chai'
import { virtualClock } from '../../../adapters/simulator/clock.ts'
import { FailedClones } from '../../../controllers/machine/failed-clones.ts'

describe('nodes on which clones fail', () => {
  it('are avoided until one goes well there, or for ten minutes after the last', async () => {
    const clock = virtualClock()
    const clones = new FailedClones(clock)
    for (const node of ['pve1', 'pve2', 'pve3']) clones.failed(node, 'no space')
    clones.succeeded('pve1')
    await clock.advance(400_000)
    clones.failed('pve3', 'no space left')
    expect([...clones.avoided().keys()]).to.deep.equal(['pve2', 'pve3'])
    await clock.advance(200_000)
    expect([...clones.avoided()]).to.deep.equal([['pve3', 'failed a clone lately: no space left']])
  })
})
