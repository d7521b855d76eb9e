import path from 'node:path'
import type { Guest, World } from '../../adapters/simulator/world.ts'
import { destroyOrderFiles } from '../../adapters/state/destroy-order-files.ts'
import type { Lab } from '../scenarios/lab.ts'
import { rangeText } from '../scenarios/ranges.ts'

/** The range file of every course, the same range asked for in other words in the end, and what is written in between. */
const RANGE = rangeText([{ name: 'a', vlan: 10, octet: 1 }])
export const AGAIN = `${RANGE}    ansible_groups: [again]\n`
const lanista = (keys: string): string => `${RANGE}ludus_extensions: { lanista: { ${keys} } }\n`
export const SUSPENDED = lanista('suspend: { reason: exam }')

/** The VM that people work on. */
export const NAME = 'JD-a'
export const VMID = 1_010_001
export const ROUTER = 1_001_254
export const VNET = 'r1'

/** What is written about a VM. */
export type VmWrite = 'configure' | 'start' | 'shutdown' | 'stop' | 'destroy'
export const ENDS: readonly VmWrite[] = ['shutdown', 'stop', 'destroy']
const ALL: readonly VmWrite[] = ['configure', 'start', ...ENDS]

/** Something that Lanista does in several requests, because of one reason. */
export interface Course {
  /** About so many requests Lanista makes for it when nothing comes in between. */
  readonly requests: number
  /** The file before; undefined: none. */
  readonly before: string | undefined
  /** Gives the reason. */
  readonly begin: (lab: Lab) => Promise<void>
  /** How it ends when nothing comes in between. */
  readonly isOver: (lab: Lab) => boolean
  /** The file that takes the reason back; undefined: none at all. */
  readonly back: string | undefined
  /** What is not to be written any more once that was done. */
  readonly withoutReason: readonly (VmWrite | 'clone' | 'remove network' | 'remove pool' | 'make network')[]
  /** What a VM must not be written that is not marked as the range's any more, or is protected. */
  readonly unmarked: readonly VmWrite[]
  readonly protected: readonly VmWrite[]
}

const REMOVAL = {
  requests: 140,
  before: RANGE,
  back: RANGE,
  withoutReason: [...ENDS, 'remove network', 'remove pool'],
  unmarked: ENDS,
  protected: ENDS,
} as const
const isOff = ({ simulator: { world } }: Lab): boolean =>
  [VMID, ROUTER].every((vmid) => world.guests.get(vmid)?.running === undefined)
const isForgotten = (lab: Lab): boolean =>
  lab.controller.board.get('JD') === undefined && !lab.simulator.world.pools.has('JD')
const guestIn = ({ simulator: { world } }: Lab): Guest | undefined => world.guests.get(VMID)

export const COURSES = {
  'a range is built': {
    requests: 107,
    before: undefined,
    begin: (lab) => lab.drop('JD.yml', RANGE),
    isOver: (lab) => lab.ready('JD'),
    back: undefined,
    withoutReason: [...ALL, 'clone', 'make network', 'remove network', 'remove pool'],
    unmarked: [],
    protected: [],
  },
  'a range goes': {
    ...REMOVAL,
    begin: (lab) => lab.drop('JD.yml', lanista('state: absent')),
    isOver: (lab) => lab.controller.board.get('JD')?.conditions.at(-1)?.reason === 'Absent',
  },
  'a range is destroyed': {
    ...REMOVAL,
    begin: async (lab) => {
      const vms = [VMID, ROUTER].map((vmid) => ({
        vmid,
        name: String(lab.simulator.world.guests.get(vmid)?.config.get('name')),
      }))
      await lab.remove('JD.yml')
      const order = { rangeId: 'JD', at: 0, vms, file: undefined, carriedOut: false }
      await destroyOrderFiles(path.join(lab.folder, '..', 'state')).write(order)
      lab.controller.ranges.trigger('JD')
    },
    isOver: isForgotten,
  },
  'a range is pruned': { ...REMOVAL, begin: (lab) => lab.remove('JD.yml'), isOver: isForgotten },
  'a range is switched off': {
    requests: 28,
    before: RANGE,
    begin: (lab) => lab.drop('JD.yml', lanista('power: off')),
    isOver: (lab) => isOff(lab) && lab.ready('JD'),
    back: RANGE,
    withoutReason: ['shutdown', 'stop'],
    unmarked: ENDS,
    protected: [],
  },
  'a NIC is put back': {
    requests: 23,
    before: RANGE,
    begin: async (lab) => {
      const { config } = guestIn(lab)!
      config.set('net0', String(config.get('net0')).replace(/bridge=\w+/, 'bridge=vmbr0'))
    },
    isOver: (lab) => String(guestIn(lab)?.config.get('net0')).includes(`bridge=${VNET}`),
    back: lanista('drift: { networks: report }'),
    withoutReason: ['configure'],
    unmarked: ['configure'],
    protected: [],
  },
} as const satisfies Readonly<Record<string, Course>>
export type CourseName = keyof typeof COURSES
export const isCourse = (text: string): text is CourseName => text in COURSES

/** What happens in between, so that the reason is gone, or holds for one VM no more. */
export const CHANGES = [
  'taken back',
  'suspended',
  'out of the pool',
  'renamed',
  'untagged',
  'protected',
  'locked',
] as const
export type Change = (typeof CHANGES)[number]
export const isChange = (text: string): text is Change => CHANGES.some((each) => each === text)

/** Makes the change; resolves with what undoes it, or with nothing where there is nothing to change. */
export async function make(change: Change, course: Course, lab: Lab, world: World): Promise<(() => void) | undefined> {
  const guest = world.guests.get(VMID)
  switch (change) {
    case 'taken back':
      if (course.back === undefined) await lab.remove('JD.yml')
      else await lab.drop('JD.yml', course.back)
      return () => undefined
    case 'suspended':
      await lab.drop('JD.yml', SUSPENDED)
      return () => undefined
    case 'out of the pool':
      if (world.pools.get('JD')?.vms.delete(VMID) !== true) return undefined
      return () => void (world.guests.has(VMID) && world.pools.get('JD')?.vms.add(VMID))
    case 'renamed':
      return settled(guest, 'name', 'precious')
    case 'untagged':
      return settled(guest, 'tags', 'theirs')
    case 'protected':
      return settled(guest, 'protection', 1)
    case 'locked':
      return settled(guest, 'lock', 'backup')
  }
}

/** Of a VM that nobody is making just now. */
function settled(guest: Guest | undefined, key: string, value: string | number): (() => void) | undefined {
  if (guest === undefined || guest.config.has('lock') || !guest.config.has('tags')) return undefined
  const before = guest.config.get(key)
  guest.config.set(key, value)
  return () => {
    if (before === undefined) guest.config.delete(key)
    else guest.config.set(key, before)
  }
}
