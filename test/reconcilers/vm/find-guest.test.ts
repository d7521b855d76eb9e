import { expect } from 'chai'
import fc from 'fast-check'
import type { GuestSeen } from '../../../model/snapshot.ts'
import { findGuest, guestsOfRange, indexGuests } from '../../../reconcilers/vm/find-guest.ts'
import { guest, rangeGuest } from '../../builders/cluster.ts'

const OLD_NAME = 'JD-DC01-of-old'
const NAME = 'JD-DC01'
const VMID = 1_010_011
/** A second VM of the range, which is not the one looked for. */
const OTHER_VMID = 1_010_012
const own = (vmid: number, traits: Partial<GuestSeen> = {}) => rangeGuest(vmid, 'JD', NAME, traits)
const nameless = (vmid: number, traits: Partial<GuestSeen> = {}) =>
  guest(vmid, { name: undefined, status: 'unknown', pool: 'JD', ...traits })

const rows: readonly [string, readonly GuestSeen[], string, RegExp?][] = [
  ['is absent from an empty cluster', [], 'absent'],
  ['is found by pool and name', [own(VMID)], `guest ${VMID}`],
  ['is found by pool and name whatever its VMID, as Ludus made it', [own(105)], 'guest 105'],
  ['is found although a stranger has its VMID', [own(105), guest(VMID)], 'guest 105'],
  ['is not a template of that name', [own(105, { template: true })], 'absent'],
  ['is not a VM of another name in the pool', [own(105, { name: 'JD-DC02' })], 'absent'],
  ['is not one of two with that name', [own(106), own(105)], 'DuplicateName', /VMIDs 105, 106/],
  ['is found by VMID while it has no name yet', [nameless(VMID)], `guest ${VMID}`],
  [
    'is found by VMID while it is being cloned, before it is in the pool',
    [nameless(VMID, { pool: undefined, lock: 'clone' })],
    `guest ${VMID}`,
  ],
  [
    'is not yet to be told from a stranger, nameless and in no pool',
    [nameless(VMID, { pool: undefined })],
    `unclear ${VMID}`,
    /in no pool, has no name yet/,
  ],
  [
    'is found by VMID while a long clone is told by its VMID',
    [nameless(VMID, { pool: undefined, lock: 'clone', name: `VM ${VMID}`, status: 'stopped' })],
    `guest ${VMID}`,
  ],
  [
    'is found by VMID just after a long clone, while it is still told by its VMID',
    [nameless(VMID, { name: `VM ${VMID}`, status: 'stopped' })],
    `guest ${VMID}`,
  ],
  [
    'is found by VMID while a clone of several disks goes on, which has its name already',
    [own(VMID, { pool: undefined, lock: 'clone', status: 'stopped' })],
    `guest ${VMID}`,
  ],
  [
    'may have what a clone left in its place',
    [nameless(VMID, { pool: undefined, name: `VM ${VMID}`, status: 'stopped' })],
    `leftover ${VMID}`,
  ],
  [
    'is not one without a name that runs in its place',
    [nameless(VMID, { pool: undefined, name: `VM ${VMID}`, status: 'running' })],
    'VmidTaken',
  ],
  [
    'may be a VM in the pool that is told by its VMID, as its clone took long',
    [nameless(105, { name: 'VM 105', status: 'stopped' })],
    'unclear 105',
    /give it one if it stays without/,
  ],
  ['is not one without a name in the pool that runs', [nameless(105, { name: 'VM 105', status: 'running' })], 'absent'],
  ["is not a nameless guest of its VMID in another range's pool", [nameless(VMID, { pool: 'KL' })], 'VmidTaken'],
  [
    "is not what is being cloned to its VMID in another range's pool",
    [nameless(VMID, { pool: 'KL', lock: 'clone' })],
    'VmidTaken',
  ],
  [
    "is not a clone of its VMID and name that has got into another range's pool",
    [own(VMID, { pool: 'KL', lock: 'clone', status: 'stopped' })],
    'VmidTaken',
  ],
  ['is not a container of its VMID', [nameless(VMID, { kind: 'lxc' })], 'VmidTaken', /nameless guest/],
  [
    'is not a template of its VMID',
    [own(VMID, { template: true })],
    'VmidTaken',
    /another VMID or set lanista.vmid_base/,
  ],
  [
    'is not a guest of its VMID and another name',
    [guest(VMID, { name: 'web' })],
    'VmidTaken',
    /web on pve1, in no pool/,
  ],
  [
    'is not a VM of its VMID and name that somebody took out of the pool',
    [own(VMID, { pool: undefined })],
    'VmidTaken',
    /move it into pool JD if it is the range's/,
  ],
  ['is not a VM of its name in no pool', [own(105, { pool: undefined })], 'NameTaken', /VM 105 on pve1 .* in no pool/],
  ["is not a VM of its name in another range's pool", [own(105, { pool: 'KL' })], 'NameTaken', /is in pool KL/],
  [
    'may be a nameless VM in the pool with a VMID of its own',
    [nameless(105)],
    'unclear 105',
    /VM 105 on pve1, in pool JD/,
  ],
  ['is not a nameless VM whose VMID spells another of the range', [nameless(OTHER_VMID)], 'absent'],
  ['is a VM in the pool under another of its names', [guest(105, { name: OLD_NAME, pool: 'JD' })], 'guest 105'],
  [
    'is not one outside of its pool under such a name, nor is it made beside that',
    [guest(105, { name: OLD_NAME, pool: undefined })],
    'NameTaken',
    /would be it by its name JD-DC01-of-old and is in no pool, not in pool JD; rename it, or move/,
  ],
  [
    "is not what has its VMID and such a name in no pool, and may be the range's",
    [guest(VMID, { name: OLD_NAME, pool: undefined })],
    'VmidTaken',
    /move it into pool JD if it is the range's/,
  ],
  [
    'is its clone under way, which is called by another of its names already',
    [guest(VMID, { name: OLD_NAME, pool: undefined, lock: 'clone' })],
    `guest ${VMID}`,
  ],
  [
    'is not chosen among two in the pool that are it by their names',
    [guest(105, { name: NAME, pool: 'JD' }), guest(106, { name: OLD_NAME, pool: 'JD' })],
    'DuplicateName',
    /2 VMs that are it by their names \(VMIDs 105, 106\)/,
  ],
  ['is not a nameless VM in another pool', [nameless(105, { pool: 'KL' })], 'absent'],
]

function find(guests: readonly GuestSeen[]) {
  const found = findGuest(
    { name: NAME, otherNames: [OLD_NAME] },
    VMID,
    guestsOfRange('JD', new Set([VMID, OTHER_VMID]), indexGuests({ guests })),
  )
  switch (found.kind) {
    case 'absent':
      return { what: 'absent', message: '' }
    case 'guest':
      return { what: `guest ${found.guest.vmid}`, message: '' }
    case 'leftover':
      return { what: `leftover ${found.guest.vmid}`, message: '' }
    case 'unclear':
      return { what: `unclear ${found.guest.vmid}`, message: found.message }
    case 'conflict':
      return { what: found.finding.reason, message: found.finding.message }
  }
}

describe('findGuest: a VM', () => {
  for (const [situation, guests, what, message = /^/] of rows) {
    it(situation, () => {
      expect(find(guests).what).to.equal(what)
      expect(find(guests).message).to.match(message)
    })
  }

  const anyGuest = fc.record({
    vmid: fc.constantFrom(VMID, OTHER_VMID, 105, 106, 107),
    name: fc.constantFrom(undefined, NAME, 'JD-DC02', 'web', `VM ${VMID}`),
    pool: fc.constantFrom(undefined, 'JD', 'KL'),
    kind: fc.constantFrom('qemu', 'lxc'),
    template: fc.boolean(),
    lock: fc.constantFrom(undefined, 'clone'),
    status: fc.constantFrom('running', 'stopped', 'unknown'),
  })
  const anyGuests = fc
    .uniqueArray(anyGuest, { selector: ({ vmid }) => vmid })
    .map((all) => all.map((traits) => guest(traits.vmid, traits)))

  it("is never a guest outside the range's pool, except its own clone under way", () => {
    fc.assert(
      fc.property(anyGuests, (guests) => {
        const found = findGuest(
          { name: NAME, otherNames: [] },
          VMID,
          guestsOfRange('JD', new Set([VMID]), indexGuests({ guests })),
        )
        if (found.kind !== 'guest') return
        const { kind, template, pool, name, lock, vmid } = found.guest
        expect({ kind, template }).to.deep.equal({ kind: 'qemu', template: false })
        const itself = vmid === VMID && lock === 'clone' && [undefined, NAME, `VM ${VMID}`].includes(name)
        expect(pool === 'JD' || itself).to.equal(true)
      }),
    )
  })

  it('is the same whatever the order of guests', () => {
    fc.assert(
      fc.property(anyGuests, (guests) => {
        expect(find([...guests].reverse()).what).to.equal(find(guests).what)
      }),
    )
  })
})
