import { expect } from 'chai'
import type { GuestSeen } from '../../../model/snapshot.ts'
import { assignVmids } from '../../../reconcilers/vm/assign-vmids.ts'
import { indexGuests } from '../../../reconcilers/vm/find-guest.ts'
import { guest } from '../../builders/cluster.ts'
import { vm } from '../../builders/range.ts'

const at = (name: string, lastOctet: number) => vm(name, { address: { vlan: 10, lastOctet } })
/** `a` was made at .1 and has moved to .2 in its file since; `b` is new at .1. */
const MACHINES = [at('JD-a', 2), at('JD-b', 1)]
const A_THERE = guest(1_010_001, { name: 'JD-a', pool: 'JD' })
const vmidOfB = (...guests: readonly GuestSeen[]): number | undefined =>
  assignVmids('JD', MACHINES, 1, 0, indexGuests({ guests })).find(({ vm: { name } }) => name === 'JD-b')?.vmid

describe('the VMID of a VM whose address another VM of the range had before', () => {
  it('is 300 more than the address spells for as long as the other is there, and else what it spells', () => {
    expect(vmidOfB(A_THERE)).to.equal(1_010_301)
    expect(vmidOfB()).to.equal(1_010_001)
  })

  it('stays the same while its own clone is under way there, and has no name yet', () => {
    expect(vmidOfB(A_THERE, guest(1_010_301, { name: undefined, lock: 'clone' }))).to.equal(1_010_301)
  })

  it('is 600 more where a third one has that', () => {
    const third = guest(1_010_301, { name: 'JD-a', pool: 'JD' })
    expect(vmidOfB(A_THERE, third)).to.equal(1_010_601)
  })

  it('is what its address spells where a stranger has that, or a VM that the file names no more, which are told', () => {
    expect(vmidOfB(guest(1_010_001, { name: 'web' }))).to.equal(1_010_001)
    expect(vmidOfB(guest(1_010_001, { name: 'JD-a', pool: 'KT' }))).to.equal(1_010_001)
    expect(vmidOfB(guest(1_010_001, { name: 'JD-old', pool: 'JD' }))).to.equal(1_010_001)
    expect(vmidOfB(guest(1_010_001, { name: undefined, pool: 'JD' }))).to.equal(1_010_001)
  })

  it('does not matter for a VM that is there by its name', () => {
    expect(vmidOfB(A_THERE, guest(105, { name: 'JD-b', pool: 'JD' }))).to.equal(1_010_001)
  })
})
