import { expect } from 'chai'
import { standingText } from '../../../controllers/terminal/migration-standing-text.ts'
import type { NicStanding } from '../../../model/migration-standing.ts'

const nic = (state: NicStanding['state']): NicStanding => ({
  pool: 'AB',
  vmid: 100,
  name: 'AB-a',
  key: 'net0',
  from: 'vmbr1001',
  to: 'r1',
  state,
  oldMtu: false,
})

describe('standingText', () => {
  it('counts a NIC that is gone neither as moved nor as one that is to move', () => {
    const standing = { nics: [nic('moved'), nic('gone'), nic('to move')], snapshots: [], untold: [], going: [] }
    expect(standingText(standing, (_, text) => text).at(-1)).to.equal('1 of 2 NICs are moved, and 1 more are gone')
  })
})
