import { expect } from 'chai'
import { watchClones } from '../../../controllers/machine/clone-watch.ts'
import type { ClusterSnapshot, GuestSeen } from '../../../model/snapshot.ts'
import { cluster, guest, node } from '../../builders/cluster.ts'

const VMID = 1_010_011
const MINUTE = 60_000
const cloning = (traits: Partial<GuestSeen> = {}) =>
  guest(VMID, { node: 'pve2', name: undefined, status: 'unknown', lock: 'clone', ...traits })
const stuck: Partial<ClusterSnapshot> = { guests: [cloning()] }
const taskOn = (at: string, type = 'qmclone') => ({
  ...stuck,
  runningTasks: [{ upid: `UPID:${at}:1`, node: at, type, id: '9000' }],
})

/** What is told after these looks, one each minute. */
async function lastOf(...looks: readonly Parameters<typeof cluster>[0][]): Promise<readonly number[]> {
  let told: ReadonlySet<number> | undefined
  const waiting = [...looks]
  const clock = { now: () => (looks.length - waiting.length) * MINUTE }
  const watched = watchClones({ observe: async () => cluster(waiting.shift()) }, clock)
  for (const _ of looks) told = (await watched.observe(new AbortController().signal)).interruptedClones
  return [...(told ?? [])]
}

describe('watchClones', () => {
  const rows: readonly [string, readonly Parameters<typeof cluster>[0][], readonly number[]][] = [
    ['tells a clone that nobody has worked on for two minutes', [stuck, stuck, stuck], [VMID]],
    ['tells none before', [stuck, stuck], []],
    ['tells none at the first look', [stuck], []],
    ['tells none because the date was set forward', [stuck, { ...stuck, takenAt: 86_400_000 }], []],
    ['counts from when its task was last seen', [stuck, stuck, taskOn('pve2'), stuck, stuck], []],
    ['tells none while a clone runs on its node', [taskOn('pve2'), taskOn('pve2'), taskOn('pve2')], []],
    ['is not misled by a clone on another node', [stuck, taskOn('pve1'), stuck], [VMID]],
    ['is not misled by other tasks on its node', [stuck, taskOn('pve2', 'qmstart'), stuck], [VMID]],
    [
      'tells none while nobody knows what runs on its node',
      Array.from({ length: 4 }, () => ({ ...stuck, nodes: [node('pve1'), node('pve2', { online: false })] })),
      [],
    ],
    [
      'counts anew when its node has been away',
      [stuck, { ...stuck, nodes: [node('pve1'), node('pve2', { online: false })] }, stuck, stuck],
      [],
    ],
    ['forgets a clone that has ended', [stuck, stuck, { guests: [cloning({ lock: undefined })] }, stuck], []],
    [
      'counts anew on another node',
      [stuck, { guests: [cloning({ node: 'pve1' })] }, { guests: [cloning({ node: 'pve1' })] }],
      [],
    ],
    ['tells of no other lock', [1, 2, 3].map(() => ({ guests: [cloning({ lock: 'backup' })] })), []],
    ['tells of no container', [1, 2, 3].map(() => ({ guests: [cloning({ kind: 'lxc' })] })), []],
  ]
  for (const [situation, looks, told] of rows)
    it(situation, async () => expect(await lastOf(...looks)).to.deep.equal(told))
})
