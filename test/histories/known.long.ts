import { expect } from 'chai'
import { live } from './history.ts'
import type { Event } from './histories.ts'

/** Histories that once went wrong, as short as they can be told. */
const KNOWN: Readonly<Record<string, readonly Event[]>> = {
  'loses no lock when it is stopped while it asks for one': [
    { when: { request: 'lock', phase: 'arrived' }, step: { kind: 'restart', how: 'stopped' } },
  ],
  'compares a VM in its turn although the date was set back by a day': [
    { when: 'at rest', step: { kind: 'clock', minutes: -1440 } },
    { when: 'at rest', step: { kind: 'person', range: 'JD', vm: 'router', does: 'move a NIC' } },
  ],
  'is let repair the nodes that are behind, as a boot committed what a person had prepared, before it is called at rest':
    [
      { when: 'at rest', step: { kind: 'network', range: 'JD', does: 'make a VNet' } },
      { when: 'at rest', step: { kind: 'node', node: 'pve1', becomes: 'off' } },
    ],
  'repairs nothing after a node boots while nothing is pending': [
    { when: 'at rest', step: { kind: 'node', node: 'pve1', becomes: 'off' } },
  ],
}

describe('a history that once went wrong', function () {
  this.timeout(100_000)
  for (const [name, events] of Object.entries(KNOWN))
    it(name, async () => {
      expect(await live(events)).to.deep.equal([])
    })
})
