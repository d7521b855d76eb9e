import { expect } from 'chai'
import { patienceAt, ReloadWatch } from '../../../controllers/network/reload-watch.ts'
import type { ClusterSnapshot } from '../../../model/snapshot.ts'
import { reloadPatience } from '../../../reconcilers/reload-patience.ts'
import { cluster } from '../../builders/cluster.ts'

type Traits = Partial<ClusterSnapshot>

const upidOf = (type: string, node: string, nth = 0): string =>
  `UPID:${node}:00000001:0000000${nth}:000000${nth}0:${type}::root@pam:`
const task = (type: string, node: string, nth = 0) => ({ upid: upidOf(type, node, nth), node, type, id: '' })
const APPLY = task('reloadnetworkall', 'pve1')
const ANOTHER = task('reloadnetworkall', 'pve2', 3)
const OWN = task('srvreload', 'pve3')
const running = (...runningTasks: ReturnType<typeof task>[]): Traits => ({ runningTasks })
const NOTHING = running()

/** Looks 20 s apart, and before which of them an apply was left at a node. */
async function told(looks: readonly Traits[], left: Readonly<Record<number, string>> = {}): Promise<readonly string[]> {
  let now = 0
  const watch = new ReloadWatch({ now: () => now })
  const waiting = [...looks]
  const observer = watch.observing({ observe: async () => cluster(waiting.shift()) })
  let last: ClusterSnapshot['hangingReloads']
  for (const [index] of looks.entries()) {
    const at = left[index]
    if (at !== undefined) watch.heldUp({ upid: APPLY.upid, at })
    last = (await observer.observe(new AbortController().signal)).hangingReloads
    now += 20_000
  }
  return [...(last ?? [])].map(
    ([upid, at]) => `${upid.split(':')[5]} ${upid.split(':')[1]}${at === undefined ? '' : ` at ${at}`}`,
  )
}

const ended = (seconds: number, failure?: string): ClusterSnapshot['reloads'] => [
  { upid: upidOf('srvreload', 'pve2'), node: 'pve2', endedAt: seconds * 1000, failure },
]

describe('which reloads of networks hang', () => {
  const rows: readonly [string, readonly Traits[], Readonly<Record<number, string>>, readonly string[]][] = [
    ['is not told of one at once', [running(OWN), running(OWN)], {}, []],
    [
      'is told of one that runs for longer than 30 s',
      [running(OWN), running(OWN), running(OWN)],
      {},
      ['srvreload pve3'],
    ],
    ['is not told of one that has ended', [running(OWN), running(OWN), running(OWN), NOTHING], {}, []],
    [
      'is told of an apply that goes to no other node',
      [running(APPLY), running(APPLY), running(APPLY)],
      {},
      ['reloadnetworkall pve1'],
    ],
    [
      'is not told of an apply that goes on',
      [running(APPLY), running(APPLY), running(APPLY, OWN), running(APPLY, task('srvreload', 'pve2'))],
      {},
      [],
    ],
    [
      'is told at once of an apply that was left, and of the reload that it waits for',
      [running(APPLY, OWN), running(APPLY, OWN)],
      { 1: 'pve3' },
      ['srvreload pve3', 'reloadnetworkall pve1'],
    ],
    [
      'is told where an apply stands that was left before it had a node reload',
      [running(APPLY), running(APPLY)],
      { 1: 'pve3' },
      ['reloadnetworkall pve1 at pve3'],
    ],
    [
      'is not told of an apply that goes on once the reload has ended that it waited for',
      [running(APPLY, OWN), running(APPLY, OWN), running(APPLY, task('srvreload', 'pve2'))],
      { 1: 'pve3' },
      [],
    ],
    [
      'is not told of an apply that has got a node to reload which did not answer',
      [running(APPLY), running(APPLY), running(APPLY, OWN)],
      { 1: 'pve3' },
      [],
    ],
    [
      'is not told of another reload of the node at which one was left',
      [running(APPLY, OWN), running(APPLY, OWN), running(APPLY, task('srvreload', 'pve3', 7))],
      { 1: 'pve3' },
      [],
    ],
    [
      'is told still of an apply that hangs while another one goes from node to node',
      [running(APPLY), running(APPLY), running(APPLY), running(APPLY, ANOTHER, OWN), running(APPLY, ANOTHER)],
      {},
      ['reloadnetworkall pve1'],
    ],
    [
      'waits three times as long as reloads that went well were seen to take',
      [1, 2, 3].map(() => ({ ...running(OWN), reloads: ended(20) })),
      {},
      [],
    ],
  ]
  for (const [situation, looks, left, expected] of rows)
    it(situation, async () => expect(await told(looks, left)).to.deep.equal(expected))

  it('has a node on which one hangs waited for no longer than a moment, and every other as long as usual', () => {
    const seen = cluster({ ...running(APPLY), hangingReloads: new Map([[APPLY.upid, 'pve3']]) })
    expect(['pve3', 'pve2', undefined].map((at) => patienceAt(at, seen))).to.deep.equal([5000, 30_000, 30_000])
  })

  it('waits for no longer than five minutes, however long one took that hung or whose node set its date', () => {
    expect(reloadPatience({ reloads: ended(3 * 3600) })).to.equal(300_000)
    expect(reloadPatience({ reloads: ended(Number.NaN) })).to.equal(30_000)
  })

  it('is judged by reloads that went well alone', () => {
    expect(reloadPatience({ reloads: ended(100, 'exit code 1') })).to.equal(30_000)
    expect(reloadPatience({ reloads: ended(50) })).to.equal(150_000)
  })
})
