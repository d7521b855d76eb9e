import { expect } from 'chai'
import { RangeNetworks } from '../../../controllers/range/range-networks.ts'
import type { NodeNetworkState } from '../../../model/node-network-state.ts'

type State = NodeNetworkState['state']
const is = (state: State): NodeNetworkState => ({ node: 'pve1', state, message: state })

/** What is told of a node that had a state at the last look, and has another by this one. */
const told = (before: State, now: State, traits = { busy: false, hangs: false }): string => {
  const networks = new RangeNetworks()
  networks.seen([is(before)])
  return networks
    .stillInForce({ nodes: [is(now)], ...traits })
    .map(({ state }) => state)
    .join()
}

describe("what a node has of a range's networks", () => {
  it('is what it had, while it reloads or is to reload', () => {
    for (const state of ['reloading', 'hanging'] as const) expect(told('available', state)).to.equal('available')
    expect(told('available', 'pending', { busy: true, hangs: false })).to.equal('available')
    expect(told('available', 'pending', { busy: false, hangs: true })).to.equal('available')
  })

  it('is not what it had, once it lacks them', () => {
    for (const state of ['failed', 'absent', 'excluded', 'offline', 'pending'] as const)
      expect(told('available', state)).to.equal(state)
    expect(told('available', 'failed', { busy: true, hangs: true })).to.equal('failed')
  })

  it('is nothing that it did not have', () => {
    for (const before of ['absent', 'failed', 'pending', 'offline', 'hanging'] as const)
      expect(told(before, 'hanging')).to.equal('hanging')
  })

  it('keeps a VM from starting until this node has them, whatever others have', async () => {
    const networks = new RangeNetworks()
    networks.seen([is('absent')])
    let isInForce = (): void => undefined
    const inForce = new Promise<void>((resolve) => (isInForce = resolve))
    networks.making(new Promise(() => undefined), (nodes) =>
      nodes.has('pve1') ? inForce : new Promise(() => undefined),
    )
    let isClosed: string | undefined | null = null
    const closed = networks.closed('pve1').then((why) => (isClosed = why))
    await new Promise((resolve) => setImmediate(resolve))
    expect(isClosed, 'not known yet').to.equal(null)
    isInForce()
    expect(await closed).to.equal(undefined)
    // A later look counts more than what an apply has told.
    networks.seen([is('failed')])
    expect(await networks.closed('pve1')).to.equal('failed')
    networks.making(Promise.resolve(undefined), () => new Promise(() => undefined))
    expect(await networks.closed('pve1')).to.match(/could not be made/)
  })
})
