import { expect } from 'chai'
import type { GuestSeen } from '../../../model/snapshot.ts'
import { type Reservation, roomAfter, roomOf } from '../../../reconcilers/placement/capacity.ts'
import { cluster, GIB, guest, node } from '../../builders/cluster.ts'

const promise = (vmid: number, gib: number, at = 'pve1'): Reservation => ({
  vmid,
  name: `vm${vmid}`,
  node: at,
  memoryBytes: gib * GIB,
  cores: 4,
})

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
    guests: [guest(1, { tags: ['lanista'] })],
    gib: 52,
    cores: 14,
  },
  { situation: "is not less for a stranger's stopped VM", guests: [guest(1)], gib: 56, cores: 16 },
  {
    situation: 'is not less for a template',
    guests: [guest(1, { tags: ['lanista'], template: true })],
    gib: 56,
    cores: 16,
  },
  {
    situation: 'leaves a running VM to the measurement',
    guests: [guest(1, { status: 'running', uptimeSeconds: 10, tags: ['lanista'] })],
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
    guests: [guest(1, { status: 'paused', uptimeSeconds: 100, tags: ['lanista'] })],
    gib: 56,
    cores: 16,
  },
  {
    situation: 'counts a reserved VM that shows as stopped once, as reserved',
    guests: [guest(1, { tags: ['lanista'] })],
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
    situation: 'counts a reserved VM where it really is',
    guests: [guest(1, { node: 'pve2' })],
    reservations: [promise(1, 10)],
    gib: 56,
    cores: 16,
  },
]

describe('roomOf', () => {
  const nodes = [node('pve1'), node('pve2')]
  for (const { situation, guests = [], reservations = [], gib, cores } of rows) {
    it(situation, () => {
      const [room] = roomOf(cluster({ nodes, guests }), reservations)
      expect(room).to.include({ freeMemoryBytes: gib * GIB, freeCores: cores })
    })
  }

  it('takes CPU load off the cores', () => {
    const [room] = roomOf(cluster({ nodes: [node('pve1', { cpuLoad: 0.25 })] }), [promise(1, 1)])
    expect(room?.freeCores).to.equal(8)
  })

  it('shrinks only on the node that takes a VM', () => {
    const rooms = roomOf(cluster({ nodes }), [])
    const after = roomAfter(rooms, 'pve2', { memoryBytes: GIB, cores: 2 })
    expect(after[0]).to.deep.equal(rooms[0])
    expect(after[1]).to.include({ freeMemoryBytes: 55 * GIB, freeCores: 14 })
  })
})
