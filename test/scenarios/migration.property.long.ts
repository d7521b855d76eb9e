import { expect } from 'chai'
import fc from 'fast-check'
import type { Fault } from '../../adapters/simulator/faults.ts'
import type { World } from '../../adapters/simulator/world.ts'
import {
  anyInstallation,
  type Installation,
  lockedIn,
  machinesOf,
  movedConfig,
  NEXUS,
  offIn,
  worldOf,
} from './any-installation.ts'
import { vmidsOf } from './bridge-installation.ts'
import { lanistaHere, startHere } from './command-line.ts'
import { personIn } from './person.ts'
import { runs } from '../runner/long-runs.ts'
import { openSite, type Site } from './site.ts'

interface Case {
  readonly its: Installation
  /** How the first run ends, after so many writes. `killed`: nothing of it is sent from then on, and it cleans nothing up. */
  readonly end: { readonly after: number; readonly how: 'stopped' | 'killed' }
  readonly trouble: {
    readonly kind: 'none' | 'refused' | 'answer lost' | 'never sent' | 'tap lost' | 'reload fails'
    /** At which write. */
    readonly at: number
  }
  /** What comes during the first run, at a write, and goes after it. */
  readonly meanwhile: { readonly kind: 'none' | 'lock' | 'node off'; readonly at: number; readonly vm: number }
}

const anyCase: fc.Arbitrary<Case> = fc.record({
  its: anyInstallation,
  end: fc.record({
    after: fc.integer({ min: 1, max: 25 }),
    how: fc.constantFrom('stopped' as const, 'killed' as const),
  }),
  trouble: fc.record({
    kind: fc.constantFrom('none', 'refused', 'answer lost', 'never sent', 'tap lost', 'reload fails'),
    at: fc.integer({ min: 0, max: 12 }),
  }),
  meanwhile: fc.record({
    kind: fc.constantFrom('none', 'none', 'lock', 'node off'),
    at: fc.integer({ min: 0, max: 12 }),
    vm: fc.integer({ min: 0, max: 8 }),
  }),
})

/** Mishaps are those of what is tried, not of the persons beside it. */
const LANISTA = 'lanista@pve!lanista'

function faultsOf({ kind, at: skip }: Case['trouble'], vmids: readonly number[]): readonly Fault[] {
  const on = ['POST', 'PUT', 'DELETE'].map(
    (method) => ({ on: 'request', match: { method, user: LANISTA }, skip }) as const,
  )
  switch (kind) {
    case 'none':
      return []
    case 'refused':
      return on.map((each) => ({ ...each, at: 'before', effect: { kind: 'answer', status: 500, message: 'no luck' } }))
    case 'answer lost':
      return on.map((each) => ({ ...each, at: 'after', effect: { kind: 'reset' } }))
    case 'never sent':
      return on.map((each) => ({ ...each, at: 'before', effect: { kind: 'reset' } }))
    case 'reload fails':
      return [{ on: 'reload', node: `pve${(skip % 3) + 1}`, fails: true }]
    case 'tap lost':
      return vmids.slice(skip, skip + 1).map((vmid) => ({
        on: 'request',
        match: { method: 'PUT', path: new RegExp(`/qemu/${vmid}/config$`) },
        at: 'after',
        effect: { kind: 'edit', edit: ({ guests }: World) => void guests.get(vmid)?.running?.loose.add('net0') },
      }))
  }
}

const configsOf = ({ guests }: World): ReadonlyMap<number, Readonly<Record<string, unknown>>> =>
  new Map([...guests].map(([vmid, { config }]) => [vmid, Object.fromEntries(config)]))

const writesOf = (site: Site): number =>
  site.simulator.journal.entries().filter(({ method }) => method !== 'GET').length

describe('a move of any installation, ended and troubled anywhere', function () {
  this.timeout(600_000)

  it('comes to its end when it is run again, touches nothing else, and can be taken back to the letter', async () => {
    await fc.assert(fc.asyncProperty(anyCase, tryCase), { numRuns: runs(30) })
  })
})

async function tryCase(tried: Case): Promise<void> {
  const { its } = tried
  const world = worldOf(its)
  const own = machinesOf(its)
  const [locked, off] = [lockedIn(its), offIn(its)]
  const before = new Map(configsOf(world))
  const site = await openSite({}, world)
  const { simulator } = site
  const unlock = (vmid: number): void => {
    world.guests.get(vmid)?.config.delete('lock')
    before.set(vmid, Object.fromEntries(Object.entries(before.get(vmid) ?? {}).filter(([key]) => key !== 'lock')))
  }
  const migrate = (verb: string) => lanistaHere(['migrate', verb, '--config', site.config])
  try {
    if (off !== undefined) await simulator.powerOff(off)
    await site.nodesHaveTold()
    for (const fault of faultsOf(tried.trouble, own)) simulator.arm(fault)
    const over = comesAndGoes(tried, site)
    await endedAfter(tried.end, site)
    await over()
    if (locked !== undefined && its.locked.until === 'the second run') unlock(locked)
    if (off !== undefined && its.off.until === 'the second run') await simulator.powerOn(off)
    await site.nodesHaveTold()
    const said: string[] = []
    let isSilent = false
    for (let turn = 0; turn < 5 && !isSilent; turn += 1) {
      const count = writesOf(site)
      const { stdout, stderr } = await migrate('run')
      said.push(stdout + stderr)
      // Whose answer was lost nobody has the token of, and no lock is forced: a person releases it, as is said.
      if (/SDN lock is held, probably by Lanista/.test(stdout))
        await personIn(site.simulator)('DELETE', '/cluster/sdn/lock', { force: 1 })
      await site.nodesHaveTold()
      isSilent = writesOf(site) === count
    }
    expect(isSilent, `a further run writes nothing: ${said.join('\n')}`).to.equal(true)
    const after = configsOf(world)
    const stuck = new Set(
      own.filter(
        (vmid) =>
          (vmid === locked && its.locked.until === 'the end') ||
          (off === world.guests.get(vmid)?.node && its.off.until === 'the end'),
      ),
    )
    for (const range of its.ranges) {
      const machines = vmidsOf(range)
      const stays = machines.some((vmid) => stuck.has(vmid))
      for (const vmid of machines) {
        const was = before.get(vmid) ?? {}
        expect(after.get(vmid), `${range.id} ${vmid}${stays ? ', held' : ''}\n${said.join('\n')}`).to.deep.equal(
          stays ? was : movedConfig(was),
        )
        const { loose = [], unlinked = [] } = world.guests.get(vmid)?.running ?? {}
        expect([...loose, ...unlinked], `taps and links of ${vmid}`).to.deep.equal([])
      }
    }
    for (const [vmid, was] of before)
      if (!own.includes(vmid))
        expect(after.get(vmid), String(vmid)).to.deep.equal(vmid === NEXUS ? movedConfig(was) : was)
    // The mishap may strike here for the first time.
    const first = await migrate('rollback')
    const back = first.status === 0 ? first : await migrate('rollback')
    expect(back.status, back.stdout + back.stderr).to.equal(0)
    expect(configsOf(world), 'as it was, to the letter').to.deep.equal(before)
  } finally {
    await site.close()
  }
}

/** A lock, or a node without power, from some write of the first run on. @returns what ends it */
function comesAndGoes({ its, meanwhile: { kind, at, vm } }: Case, { simulator }: Site): () => Promise<void> {
  const own = machinesOf(its)
  const vmid = own[vm % own.length] ?? 0
  const guest = simulator.world.guests.get(vmid)
  const node = guest?.node ?? 'pve1'
  if (kind === 'none' || guest === undefined || guest.config.has('lock')) return () => Promise.resolve()
  if (kind === 'node off' && (its.zone === 'simple' || node === 'pve1' || node === offIn(its)))
    return () => Promise.resolve()
  let writes = 0
  let going: Promise<void> | undefined
  const stop = simulator.journal.listen(({ method }, phase) => {
    if (method === 'GET' || phase !== 'answered') return
    writes += 1
    if (writes <= at || going !== undefined) return
    if (kind === 'lock') guest.config.set('lock', 'backup')
    going = kind === 'lock' ? Promise.resolve() : Promise.resolve(simulator.powerOff(node))
  })
  return async () => {
    stop()
    await going
    if (going === undefined) return
    if (kind === 'lock') guest.config.delete('lock')
    else await simulator.powerOn(node)
  }
}

/** A run that is ended after so many writes, wherever that is. */
async function endedAfter({ after, how }: Case['end'], site: Site): Promise<void> {
  const { simulator } = site
  const running = startHere(['migrate', 'run', '--config', site.config])
  let silence: ReturnType<typeof simulator.arm> | undefined
  const stop = simulator.journal.listen(() => {
    if (silence !== undefined || writesOf(site) < after) return
    if (how === 'killed')
      silence = simulator.arm({ on: 'request', match: {}, at: 'before', effect: { kind: 'reset' }, times: Infinity })
    running.stop()
  })
  await running.ended.catch(() => undefined)
  stop()
  silence?.disarm()
}
