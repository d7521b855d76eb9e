import { expect } from 'chai'
import { RangeSight } from '../../../controllers/range/range-sight.ts'
import { cluster, rangeGuest } from '../../builders/cluster.ts'
import { FakeMachines } from '../../builders/fake-machines.ts'
import { vmStatus } from '../../builders/status.ts'

describe('a look at a range for which nothing is planned', () => {
  it('calls no VM absent that is listed and not on its node any more: it may be on its way to another', async () => {
    const guests = [rangeGuest(1_010_011, 'JD', 'JD-DC01', { status: 'stopped' })]
    const machines = new FakeMachines()
    const sight = new RangeSight(() => Promise.resolve(cluster({ guests })), {
      read: (node, vmid) => machines.read(node, vmid),
    })
    const told = [vmStatus('JD-DC01', { vmid: 1_010_011, phase: 'running' })]
    const { byNode } = await sight.now('JD', told, new AbortController().signal)
    expect([...byNode]).to.deep.equal([[1_010_011, 'unknown']])
  })
})
