import { expect } from 'chai'
import type { ClusterSnapshot, GuestSeen } from '../../../model/snapshot.ts'
import {
  capacityAfter,
  capacityOf,
  freeSpace,
  promisedIn,
  type Reservation,
  showsInFigures,
} from '../../../reconcilers/placement/capacity.ts'
import { cluster, GIB, guest, node, storage } from '../../builders/cluster.ts'

const promise = (vmid: number, gib: number, ...at: readonly [node?: string | undefined]): Reservation => ({
  vmid,
  rangeId: 'JD',
  name: `vm${vmid}`,
  node: at.length === 0 ? 'pve1' : at[0],
  memoryBytes: gib * GIB,
  cores: 4,
  disk: undefined,
})

const roomsOf = (seen: ClusterSnapshot, reservations: readonly Reservation[]) =>
  capacityOf(seen, promisedIn(seen, reservations)).rooms
/** With a guest elsewhere that takes more than its core, each promised core counts in full. */
const BUSY = guest(999, { node: 'pve3', cores: 1, status: 'running', uptimeSeconds: 100 })

const OURS = { pool: 'JD', tags: ['jd', 'lanista'] }

/** pve1 has 64 GiB, 8 of them used, and 16 cores, all idle. */
interface Row {
  readonly situation: string
  readonly guests?: readonly GuestSeen[]
  readonly reservations?: readonly Reservation[]
  /** What is left on pve1: 56 GiB and 16 cores when nothing is promised. */
  readonly gib: number
  readonly cores: number
}

const rows: readonly Row[] = [
  { situation: 'is what Proxmox measures when nothing is promised', gib: 56, cores: 16 },
  { situation: 'is less what is reserved', reservations: [promise(1, 10)], gib: 46, cores: 12 },
  { situation: 'is not less for reservations elsewhere', reservations: [promise(1, 10, 'pve2')], gib: 56, cores: 16 },
  {
    situation: 'counts a reservation made twice once',
    reservations: [promise(1, 10), promise(1, 10)],
    gib: 46,
    cores: 12,
  },
  {
    situation: 'is less for a VM of ours that is configured and stopped',
    guests: [guest(1, { ...OURS })],
    gib: 52,
    cores: 14,
  },
  {
    situation: "is not less for a copy of a range's VM that a person keeps",
    guests: [guest(1, { tags: OURS.tags }), guest(2, { tags: OURS.tags, pool: 'of-ann' })],
    gib: 56,
    cores: 16,
  },
  { situation: "is not less for a stranger's stopped VM", guests: [guest(1)], gib: 56, cores: 16 },
  {
    situation: 'is not less for a template',
    guests: [guest(1, { ...OURS, template: true })],
    gib: 56,
    cores: 16,
  },
  {
    situation: 'leaves a running VM to the measurement',
    guests: [guest(1, { status: 'running', uptimeSeconds: 10, ...OURS })],
    gib: 56,
    cores: 16,
  },
  {
    situation: "is less for anybody's VM that started just now, by what it does not use yet",
    guests: [guest(1, { status: 'running', uptimeSeconds: 9, memoryUsedBytes: GIB })],
    gib: 53,
    cores: 14,
  },
  {
    situation: 'leaves a paused VM to the measurement, since its memory is in use',
    guests: [guest(1, { status: 'paused', uptimeSeconds: 100, ...OURS })],
    gib: 56,
    cores: 16,
  },
  {
    situation: 'counts a reserved VM that shows as stopped once, as reserved',
    guests: [guest(1, { ...OURS })],
    reservations: [promise(1, 10)],
    gib: 46,
    cores: 12,
  },
  {
    situation: 'counts a reserved VM that has started just now once',
    guests: [guest(1, { status: 'running', uptimeSeconds: 3, memoryUsedBytes: 3 * GIB })],
    reservations: [promise(1, 10)],
    gib: 49,
    cores: 12,
  },
  {
    situation: 'forgets a reservation once its VM runs and shows in the figures',
    guests: [guest(1, { status: 'running', uptimeSeconds: 60 })],
    reservations: [promise(1, 10)],
    gib: 56,
    cores: 16,
  },
  {
    situation: "counts a VM that is being cloned where it goes, and not on its template's node",
    guests: [guest(1, { node: 'pve2', lock: 'clone', status: 'unknown' })],
    reservations: [promise(1, 10)],
    gib: 46,
    cores: 12,
  },
  {
    situation: "counts nothing on a template's node for a VM that is being cloned to another",
    guests: [guest(1, { node: 'pve1', lock: 'clone', status: 'unknown' })],
    reservations: [promise(1, 10, 'pve2')],
    gib: 56,
    cores: 16,
  },
  {
    situation: 'counts on every node what is being cloned nobody knows whereto',
    guests: [guest(1, { node: 'pve2', lock: 'clone', status: 'unknown' })],
    reservations: [promise(1, 10, undefined)],
    gib: 46,
    cores: 12,
  },
  {
    situation: 'counts a reserved VM where it really is',
    guests: [guest(1, { node: 'pve2' })],
    reservations: [promise(1, 10)],
    gib: 56,
    cores: 16,
  },
]

describe('capacityOf', () => {
  const nodes = [node('pve1'), node('pve2'), node('pve3', { cores: 100, cpuLoad: 1 })]
  for (const { situation, guests = [], reservations = [], gib, cores } of rows) {
    it(situation, () => {
      const [room] = roomsOf(cluster({ nodes, guests: [...guests, BUSY] }), reservations)
      expect(room?.freeMemoryBytes).to.equal(gib * GIB)
      expect(room?.freeCores).to.equal(cores)
    })
  }

  it('takes CPU load off the cores', () => {
    expect(roomsOf(cluster({ nodes: [node('pve1', { cpuLoad: 0.25 })] }), [])[0]?.freeCores).to.equal(12)
  })

  const loads: readonly (readonly [string, readonly GuestSeen[], number])[] = [
    [
      'with the load that running guests cause on average',
      [guest(1, { status: 'running', uptimeSeconds: 60, cores: 16 })],
      0.25,
    ],
    ['with no more than a whole core', [guest(1, { status: 'running', uptimeSeconds: 60, cores: 1 })], 1],
    ['with that of an idle guest where none runs', [], 0.03],
  ]
  for (const [situation, guests, load] of loads)
    it(`counts a promised core ${situation}`, () => {
      const seen = cluster({ nodes: [node('pve1', { cpuLoad: 0.25 })], guests })
      expect(capacityOf(seen, []).loadPerCore).to.equal(load)
      const freeCores = roomsOf(seen, [promise(7, 1)])[0]?.freeCores ?? 0
      expect(freeCores).to.be.closeTo(12 - 4 * load, 1e-9)
    })

  it('lists the nodes by name, whatever their order', () => {
    const rooms = roomsOf(cluster({ nodes: ['pve2', 'pve10', 'pve1'] }), [])
    expect(rooms.map((room) => room.node.name)).to.deep.equal(['pve1', 'pve10', 'pve2'])
  })

  it('tells of each promise why it counts, in order of VMIDs', () => {
    const guests = [
      guest(3, { ...OURS }),
      guest(2, { status: 'running', uptimeSeconds: 3 }),
      guest(4, { status: 'running', uptimeSeconds: 60 }),
    ]
    const told = promisedIn(cluster({ guests }), [promise(1, 1), promise(4, 1)])
    expect(told.map(({ vmid, why }) => [vmid, why])).to.deep.equal([
      [1, 'promised'],
      [2, 'just started'],
      [3, 'not running'],
    ])
  })
})

describe('capacityAfter', () => {
  const nodes = [node('pve1'), node('pve2')]
  const before = capacityOf(cluster({ nodes }), [])

  it('shrinks only on the node that takes a VM', () => {
    const after = capacityAfter(before, 'pve2', { memoryBytes: GIB, cores: 2, disk: undefined })
    expect(after.rooms[0]).to.equal(before.rooms[0])
    expect(after.rooms[1]?.freeMemoryBytes).to.equal(55 * GIB)
    expect(after.rooms[1]?.freeCores).to.be.closeTo(16 - 2 * 0.03, 1e-9)
  })
})

describe('the space of storages', () => {
  const disk = (name: string) => ({ memoryBytes: 0, cores: 0, disk: { storage: name, bytes: 32 * GIB } })
  const storages = [
    storage('shared', 'pve1', { usedBytes: 100 * GIB }),
    storage('shared', 'pve2', { usedBytes: 110 * GIB }),
    storage('fast', 'pve1', { shared: false }),
    storage('fast', 'pve2', { shared: false }),
    storage('old', 'pve1', { active: false }),
  ]
  const seen = cluster({ nodes: ['pve1', 'pve2'], storages })
  const left = (name: string, at: string, capacity = capacityOf(seen, [])) => {
    const bytes = freeSpace(capacity, name, at)
    return bytes === undefined ? undefined : bytes / GIB
  }

  it('is one for all nodes where it is shared, by the fuller of two tales', () => {
    expect([left('shared', 'pve1'), left('shared', 'pve2')]).to.deep.equal([890, 890])
    const after = capacityAfter(capacityOf(seen, []), 'pve1', disk('shared'))
    expect(left('shared', 'pve2', after)).to.equal(858)
  })

  it("is each node's own where it is local", () => {
    const after = capacityAfter(capacityOf(seen, []), 'pve1', disk('fast'))
    expect([left('fast', 'pve1', after), left('fast', 'pve2', after)]).to.deep.equal([868, 900])
  })

  it('is not known of a storage that is down or absent', () => {
    expect([left('old', 'pve1'), left('none', 'pve1')]).to.deep.equal([undefined, undefined])
  })

  it('counts full clones that are promised or under way, and no longer those that are done', () => {
    const full = (vmid: number) => ({ ...promise(vmid, 1), disk: { storage: 'fast', bytes: 32 * GIB } })
    const guests = [guest(2, { lock: 'clone' }), guest(3)]
    const promised = promisedIn({ ...seen, guests }, [full(1), full(2), full(3)])
    expect(left('fast', 'pve1', capacityOf({ ...seen, guests }, promised))).to.equal(900 - 64)
    const somewhere = (name: string) => [{ ...promise(2, 1, undefined), disk: { storage: name, bytes: 32 * GIB } }]
    const after = (name: string) => capacityOf({ ...seen, guests }, promisedIn({ ...seen, guests }, somewhere(name)))
    expect(['pve1', 'pve2'].map((at) => left('fast', at, after('fast')))).to.deep.equal([868, 868])
    expect(left('shared', 'pve1', after('shared'))).to.equal(858)
  })
})

describe('showsInFigures', () => {
  it('holds from the age of 10 s on', () => {
    const aged = (uptimeSeconds: number) => showsInFigures(guest(1, { status: 'running', uptimeSeconds }))
    expect([aged(9), aged(10)]).to.deep.equal([false, true])
  })
})
