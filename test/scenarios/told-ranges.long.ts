import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { controllerToken } from '../../adapters/simulator/cluster-from.ts'
import { commitSdn, writeSdn } from '../../adapters/simulator/sdn-state.ts'
import type { World } from '../../adapters/simulator/world.ts'
import { destroyOrderFiles } from '../../adapters/state/destroy-order-files.ts'
import { sdnLockFile } from '../../adapters/state/sdn-lock-file.ts'
import { statusFiles } from '../../adapters/state/status-files.ts'
import { FakeHostRoutes } from '../builders/fake-host-routes.ts'
import { type Life, startLife } from './life.ts'
import { rangeText } from './ranges.ts'
import { openSite, type Site } from './site.ts'

const VALID = rangeText([{ name: 'a', vlan: 10, octet: 1 }])
const BROKEN = 'ludus: [\n'

/** Of XX there is never a valid file, so that nothing of it ever comes to be on the cluster. */
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      id: fc.constant('JD'),
      does: fc.constantFrom('write', 'break', 'misname', 'move', 'remove', 'remove', 'wipe'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ id: fc.constant('XX'), does: fc.constantFrom('break', 'misname', 'remove', 'remove') }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      id: fc.constant('JD'),
      does: fc.constantFrom('restart', 'restart without state', 'go while nobody watches'),
    }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** The ways in which a range's file may lie in the folder, the first of which is the usual one. */
const placesOf = (range: string): readonly string[] => [`${range}.yml`, `${range}/range-config.yml`, `${range} old.yml`]

/** What of the cluster proves that Lanista looked after a range, by the world itself. */
function markedIn({ sdn, pools, guests }: World): readonly string[] {
  const aliases = [...sdn.configured.vnets.values(), ...sdn.running.vnets.values()].map(({ alias }) => String(alias))
  const ofPools = [...pools.values()].flatMap(({ poolid, comment, vms }) => {
    const tagged = [...vms].some((vmid) => String(guests.get(vmid)?.config.get('tags')).split(';').includes('lanista'))
    return comment === `Ludus range ${poolid}` || tagged ? [poolid] : []
  })
  return [...aliases.flatMap((alias) => /^lanista range (\S+)$/.exec(alias)?.[1] ?? []), ...ofPools]
}

describe('the ranges that are told of', () => {
  it('are those with a file or with something marked on the cluster, whatever files do and whoever restarts', async function () {
    this.timeout(120_000)
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 12 }), async (steps) => {
        const history = await History.open()
        try {
          for (const each of steps) {
            await history.live(each)
            await history.agrees(JSON.stringify(each))
          }
        } finally {
          await history.close()
        }
      }),
      { numRuns: 15, examples: [[KNOWN]], endOnFailure: true },
    )
  })
})

/** All that was once wrong, one after the other. */
const KNOWN: Step[] = [
  { id: 'XX', does: 'break' },
  { id: 'JD', does: 'write' },
  { id: 'XX', does: 'remove' },
  { id: 'XX', does: 'misname' },
  { id: 'JD', does: 'remove' },
  { id: 'JD', does: 'restart' },
  { id: 'XX', does: 'remove' },
  { id: 'JD', does: 'restart without state' },
  { id: 'JD', does: 'wipe' },
  { id: 'XX', does: 'break' },
  { id: 'JD', does: 'write' },
  { id: 'JD', does: 'go while nobody watches' },
]

class History {
  readonly #site: Site
  #life: Life

  private constructor(site: Site) {
    this.#site = site
    this.#life = this.#born()
  }

  static async open(): Promise<History> {
    return new History(await openSite({}))
  }

  async live({ id: range, does }: Step): Promise<void> {
    const [usual = '', nested = '', misnamed = ''] = placesOf(range).map((name) => path.join(this.#site.ranges, name))
    const place = async (at: string, text: string): Promise<void> => {
      for (const name of placesOf(range)) await rm(path.join(this.#site.ranges, name), { force: true })
      await mkdir(path.dirname(at), { recursive: true })
      await writeFile(`${at}.staged`, text)
      await rename(`${at}.staged`, at)
    }
    switch (does) {
      case 'write':
        return await place(usual, VALID)
      case 'break':
        return await place(usual, BROKEN)
      case 'misname':
        return await place(misnamed, VALID)
      case 'move':
        return await place(nested, VALID)
      case 'remove':
        for (const name of placesOf(range)) await rm(path.join(this.#site.ranges, name), { force: true })
        return
      case 'wipe':
        // While nobody works on it, as a person would who removes all of a range.
        return this.#wipe(range)
      case 'go while nobody watches':
      case 'restart without state':
      case 'restart':
        await this.#life.end()
        if (does === 'go while nobody watches') {
          for (const name of placesOf(range)) await rm(path.join(this.#site.ranges, name), { force: true })
          this.#wipe(range)
        }
        if (does === 'restart without state') await rm(this.#state, { recursive: true, force: true })
        this.#life = this.#born()
    }
  }

  /** In the end, as what is under way comes to its end first. */
  async agrees(after: string): Promise<void> {
    for (let waited = 0; waited < 60 && !(await this.#isToldRight()); waited += 1) await this.#sleep(5000)
    // It stays so.
    await this.#sleep(35_000)
    const [told, expected] = [await this.#told(), await this.#expected()]
    expect(told, after).to.deep.equal({ board: expected, actors: expected, files: expected })
  }

  async close(): Promise<void> {
    await this.#life.end()
    await this.#site.close()
  }

  get #state(): string {
    return path.join(path.dirname(this.#site.config), 'state')
  }

  async #isToldRight(): Promise<boolean> {
    const { board, actors, files } = await this.#told()
    const expected = (await this.#expected()).join()
    return [board, actors, files].every((each) => each.join() === expected)
  }

  async #told() {
    const { controller } = this.#life
    const files = await readdir(path.join(this.#state, 'status')).catch(() => [])
    return {
      board: controller.board.all().map((status) => status.id),
      actors: controller.ranges.ids().toSorted(),
      files: files.map((name) => name.replace(/\.json$/, '')).toSorted(),
    }
  }

  async #expected(): Promise<readonly string[]> {
    const names = await readdir(this.#site.ranges, { recursive: true })
    const ids = names.flatMap((name) => {
      if (name.endsWith('range-config.yml')) return [path.dirname(name)]
      return name.endsWith('.yml') ? [name.replace(/\.yml$/, '').replaceAll(' ', '%20')] : []
    })
    return [...new Set([...ids, ...markedIn(this.#site.simulator.world)])].toSorted()
  }

  #wipe(range: string): void {
    const { world } = this.#site.simulator
    for (const vmid of world.pools.get(range)?.vms ?? []) world.guests.delete(vmid)
    world.pools.delete(range)
    for (const [name, { alias }] of world.sdn.configured.vnets)
      if (alias === `lanista range ${range}`) writeSdn(world, 'vnets', name, undefined)
    commitSdn(world)
  }

  #sleep(milliseconds: number): Promise<void> {
    return this.#site.simulator.simulation.clock.sleep(milliseconds)
  }

  #born(): Life {
    const { simulator, ranges } = this.#site
    const store = statusFiles(this.#state)
    return startLife({
      hosts: Object.values(simulator.nodes),
      token: controllerToken(simulator.world) ?? '',
      fingerprint: simulator.fingerprint,
      ranges,
      lockStore: sdnLockFile(this.#state),
      destroyOrders: destroyOrderFiles(this.#state),
      hostRoutes: new FakeHostRoutes(),
      clock: simulator.simulation.clock,
      resyncMs: 30_000,
      store,
      readyBefore: () => store.readyBefore(),
    })
  }
}
