import { expect } from 'chai'
import { demoCluster } from '../../adapters/simulator/demo-cluster.ts'
import { commitSdn, writeSdn } from '../../adapters/simulator/sdn-state.ts'
import type { World } from '../../adapters/simulator/world.ts'
import type { RangeStatus } from '../../model/range-status.ts'
import { cases } from '../runner/long-runs.ts'
import { type Lab, openLab } from './lab.ts'
import { rangeText } from './ranges.ts'
import { ORPHANED_LOCK, type Trouble, TROUBLES, type Write, WRITES } from './write-troubles.ts'

const FILE = rangeText([{ name: 'a', vlan: 10, octet: 1, targetNode: 'pve2' }])

const isCorrection = ({ match }: Write): boolean => match.path === '/cluster/sdn/vnets/r1'

/** The range's VNet is there, with another tag than it should have. */
function worldWithWrongTag(): World {
  const world = demoCluster()
  const vnet = { type: 'vnet', zone: 'ludus', tag: 77, vlanaware: 1, alias: 'lanista range JD' }
  writeSdn(world, 'vnets', 'r1', vnet)
  commitSdn(world)
  return world
}

/** What the range must look like in the end, whatever happened on the way. */
function endState({ simulator: { world } }: Lab): unknown {
  return {
    vms: [...world.guests.values()]
      .filter(({ config }) => config.get('template') === undefined)
      .map(({ vmid, config, running }) => [
        vmid,
        config.get('name'),
        config.get('tags'),
        config.get('lock'),
        running !== undefined,
      ])
      .sort((a, b) => Number(a[0]) - Number(b[0])),
    pool: [...(world.pools.keys() ?? [])],
    vnets: [...world.sdn.running.vnets]
      .filter(([name]) => name !== 'theirs')
      .map(([name, { tag }]) => `${name} ${tag}`)
      .sort(),
    lock: world.sdn.lock,
  }
}

const EXPECTED = {
  vms: [
    [1001254, 'JD-router-debian12-x64', 'jd;lanista', undefined, true],
    [1010001, 'JD-a', 'jd;lanista', undefined, true],
  ],
  pool: ['JD'],
  vnets: ['ludusnat 16777215', 'r1 1'],
  lock: undefined,
}

const textsOf = ({ conditions, vms }: RangeStatus): readonly string[] => [
  ...conditions.map(({ message }) => message),
  ...vms.map(({ trouble }) => trouble ?? ''),
]

/** Resolves when the operator has been told of what is happening now: what was told before counts at the end of a pass. */
async function hear(lab: Lab, words: RegExp): Promise<void> {
  const { board, ranges } = lab.controller
  const status = board.get('JD')
  const before = new Set(status === undefined ? [] : textsOf(status))
  const told = new Set<string>()
  const stop = board.onChange((now) => {
    for (const text of textsOf(now)) if (!before.has(text)) told.add(text)
  })
  const isNew = (): boolean => [...told].some((text) => words.test(text))
  const isStillSo = (): boolean =>
    ranges.standings().get('JD')?.standing !== 'reconciling' &&
    textsOf(board.get('JD')!).some((text) => words.test(text))
  await lab.until(() => isNew() || isStillSo())
  stop()
}

/** Lets a trouble strike a write, and ends it when the operator knows. */
async function meet(lab: Lab, write: Write, { fault, strike, clear, told }: Trouble): Promise<void> {
  const { simulator } = lab
  let undo = async (): Promise<void> => undefined
  if (fault === undefined) {
    await simulator.journal.next(write.match, 'arrived')
    undo = (await strike?.(simulator)) ?? undo
  } else {
    const { hits } = simulator.arm(fault(write))
    await lab.until(() => hits() > 0)
  }
  const words = told?.(write)
  if (words !== undefined) await hear(lab, words)
  clear?.(simulator.world)
  await undo()
}

/** A person releases a lock that is left, as they are told to. */
function releaseOrphanedLocks({ controller, simulator }: Lab): void {
  controller.board.onChange((status) => {
    if (textsOf(status).some((text) => ORPHANED_LOCK.test(text))) simulator.world.sdn.lock = undefined
  })
}

/** Of an apply that is sent after a creation that failed nothing is told but the creation's failure: it is struck later. */
function inTurn(writes: readonly Write[]): readonly (readonly Write[])[] {
  const isSdnChange = ({ match }: Write): boolean => ['/cluster/sdn/vnets', '/cluster/sdn'].includes(String(match.path))
  return [writes.filter(isSdnChange), ...writes.filter((write) => !isSdnChange(write)).map((write) => [write])]
}

async function meetInTurn(lab: Lab, writes: readonly Write[], trouble: Trouble): Promise<void> {
  for (const write of writes) await meet(lab, write, trouble)
}

/** Lets a trouble strike these writes of one deployment. */
async function deployDespite(trouble: Trouble, writes: readonly Write[], world: World): Promise<void> {
  const lab = await openLab({ world })
  releaseOrphanedLocks(lab)
  try {
    const met = Promise.all(inTurn(writes).map((turn) => meetInTurn(lab, turn, trouble)))
    await lab.drop('JD.yml', FILE)
    await met
    await lab.until(() => lab.ready('JD'))
    expect(endState(lab)).to.deep.equal(EXPECTED)
  } finally {
    await lab.close()
  }
}

describe('every fault at every write', function () {
  this.timeout(300_000)
  for (const [index, trouble] of cases([...TROUBLES.entries()], ([at]) => at % 6 === 3)) {
    // In the short run every sixth one strikes, from a write on that is never answered, and only one of the writes.
    const met = WRITES.filter((write) => trouble.meets?.(write) !== false)
    const writes = cases(met, (_, at) => at === index % met.length)
    const [correction, others] = [writes.filter(isCorrection), writes.filter((write) => !isCorrection(write))]
    it(`${trouble.name}: each of ${writes.length} writes ends as asked, and says what happened`, async () => {
      if (others.length > 0) await deployDespite(trouble, others, demoCluster())
      // It is sent together with the creation of the others, and only one of two errors would be told.
      if (correction.length > 0) await deployDespite(trouble, correction, worldWithWrongTag())
    })
  }
})
