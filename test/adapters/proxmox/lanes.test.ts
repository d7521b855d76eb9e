import { expect } from 'chai'
import { createLanes, type LaneLimits } from '../../../adapters/proxmox/lanes.ts'
import { virtualClock, type VirtualClock } from '../../../adapters/simulator/clock.ts'
import { always, type Permit, Withdrawn } from '../../../model/permit.ts'
import { cases, every, isLong, itLong } from '../../runner/long-runs.ts'

class Congested extends Error {}

const isCongestion = (error: unknown): boolean => error instanceof Congested
const signal = new AbortController().signal

/** The same "random" numbers on every run. */
const randomFrom = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Moves the clock from wake to wake until the work is done. */
const runToEnd = async <T>(clock: VirtualClock, work: Promise<T>): Promise<T> => {
  const state = { done: false }
  const finished = work.finally(() => {
    state.done = true
  })
  finished.catch(() => undefined)
  while (!state.done) {
    const next = clock.wakes()[0]
    await clock.advance(next === undefined ? 0 : Math.max(0, next - clock.now()))
  }
  return finished
}

interface Storage {
  readonly clone: () => Promise<void>
  readonly timeouts: () => number
}

/**
 * A storage as Proxmox locks it: a clone holds the lock for 170 ms, the others look again once a second, each at its own
 * moment, and give up after ten looks. The client sees an end only when it next asks, up to 500 ms later.
 */
const lockingStorage = (clock: VirtualClock, random: () => number): Storage => {
  let held = false
  let timeouts = 0
  const take = async (): Promise<boolean> => {
    for (let look = 0; look < 10; look += 1) {
      if (!held) {
        held = true
        return true
      }
      await clock.sleep(1000 + (look === 0 ? Math.floor(random() * 400) : 0))
    }
    return false
  }
  return {
    timeouts: () => timeouts,
    clone: async () => {
      const got = await take()
      if (got) {
        await clock.sleep(170)
        held = false
      } else {
        timeouts += 1
        await clock.sleep(1000)
      }
      await clock.sleep(random() * 500)
      if (!got) throw new Congested('got lock request timeout')
    },
  }
}

/** Milliseconds until so many clones on one storage are done. */
const timeOf = async (
  clones: number,
  seed: number,
  { limits, spacing = 0 }: { limits?: LaneLimits | undefined; spacing?: number | undefined } = {},
): Promise<{ took: number; timeouts: number }> => {
  const clock = virtualClock()
  const random = randomFrom(seed)
  const storage = lockingStorage(clock, random)
  const lanes = createLanes({
    clock,
    random,
    isCongestion,
    storageSpacing: spacing,
    ...(limits ? { storageLimits: limits } : {}),
  })
  const started = clock.now()
  const all = Array.from({ length: clones }, () => lanes.onStorage('shared', storage.clone, always(signal)))
  await runToEnd(clock, Promise.all(all))
  return { took: clock.now() - started, timeouts: storage.timeouts() }
}

/** Work whose end the test decides, counting how much of it runs at once. */
const heldWork = () => {
  const running: { readonly name: string; readonly end: () => void; readonly fail: (error: Error) => void }[] = []
  const started: string[] = []
  return {
    started,
    running,
    named: (name: string) => (): Promise<string> => {
      started.push(name)
      return new Promise((resolve, reject) => {
        const leave = (): void => {
          running.splice(running.indexOf(work), 1)
        }
        const work = {
          name,
          end: () => {
            leave()
            resolve(name)
          },
          fail: (error: Error) => {
            leave()
            reject(error)
          },
        }
        running.push(work)
      })
    },
  }
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

describe('lanes', () => {
  const lanesOf = (start: number, most = start, spacing = 0) => {
    const clock = virtualClock()
    const storageLimits = { start, most }
    const lanes = createLanes({
      clock,
      random: () => 0.5,
      isCongestion,
      storageLimits,
      storageSpacing: spacing,
      nodeLimit: 2,
    })
    return { clock, lanes, ...heldWork() }
  }
  const enter = (at: ReturnType<typeof lanesOf>, count: number, storage = 'shared'): Promise<string>[] =>
    Array.from({ length: count }, (_, index) =>
      at.lanes.onStorage(storage, at.named(`${storage}${index}`), always(signal)),
    )

  it('start work in the order it came, and hold a slot until its promise settles', async () => {
    const at = lanesOf(2)
    const all = enter(at, 4)
    await settled()
    expect(at.started).to.deep.equal(['shared0', 'shared1'])
    at.running[1]?.end()
    await settled()
    expect(at.started).to.deep.equal(['shared0', 'shared1', 'shared2'])
    while (at.running.length > 0) {
      at.running[0]?.end()
      await settled()
    }
    expect(await Promise.all(all)).to.deep.equal(['shared0', 'shared1', 'shared2', 'shared3'])
  })

  it('let one more through after each success, up to the most', async () => {
    const at = lanesOf(1, 3)
    void Promise.all(enter(at, 10))
    for (const atOnce of [1, 2, 3, 3]) {
      await settled()
      expect(at.running).to.have.length(atOnce)
      at.running[0]?.end()
    }
  })

  it('do not let more through for successes that did not need it', async () => {
    const at = lanesOf(2, 9)
    for (const name of ['a', 'b', 'c', 'd']) {
      const one = at.lanes.onStorage('shared', at.named(name), always(signal))
      await settled()
      at.running[0]?.end()
      await one
    }
    void Promise.all(enter(at, 10))
    await settled()
    expect(at.running).to.have.length(2)
  })

  it('halve once for a burst of lock timeouts, not once for each', async () => {
    const at = lanesOf(8, 8)
    void Promise.all(enter(at, 20))
    await settled()
    for (const work of at.running.toReversed()) work.fail(new Congested())
    await settled()
    expect(at.running).to.have.length(4)
  })

  it('take no success of work begun before a lock timeout for a sign since', async () => {
    const at = lanesOf(4, 8)
    void Promise.all(enter(at, 12))
    await settled()
    at.running[0]?.fail(new Congested())
    await settled()
    at.running[0]?.end()
    await settled()
    expect(at.started, 'three still run, and two at once are allowed').to.have.length(4)
  })

  it('never fall below one at a time', async () => {
    const at = lanesOf(1)
    void Promise.all(enter(at, 3))
    for (let times = 0; times < 5; times += 1) {
      await at.clock.advance(10_000)
      expect(at.running).to.have.length(1)
      at.running[0]?.fail(new Congested())
    }
  })

  it('queue congested work again without an error, in its old place', async () => {
    const at = lanesOf(1)
    const all = enter(at, 3)
    await settled()
    at.running[0]?.fail(new Congested())
    await settled()
    expect(at.started).to.deep.equal(['shared0', 'shared1'])
    await at.clock.advance(10_000)
    at.running[0]?.end()
    await settled()
    expect(at.started).to.deep.equal(['shared0', 'shared1', 'shared0'])
    at.running[0]?.end()
    await settled()
    at.running[0]?.end()
    expect(await Promise.all(all)).to.deep.equal(['shared0', 'shared1', 'shared2'])
  })

  it('tell every other failure at once, and keep their limit', async () => {
    const at = lanesOf(4)
    const [first, ...others] = enter(at, 9)
    void Promise.all(others)
    await settled()
    at.running[0]?.fail(new Error('no space left'))
    expect(String(await first?.catch((error: unknown) => error))).to.include('no space left')
    await settled()
    expect(at.running).to.have.length(4)
  })

  it('give up in the end when a lock is never had', async () => {
    const at = lanesOf(1)
    let tries = 0
    const never = async (): Promise<void> => {
      tries += 1
      throw new Congested('held by a backup')
    }
    const failure: unknown = await runToEnd(at.clock, at.lanes.onStorage('shared', never, always(signal))).catch(
      (error: unknown) => error,
    )
    expect(failure).to.be.instanceOf(Congested)
    expect(tries).to.equal(50)
  })

  it('take work out of the queue when it is aborted, and leave the rest', async () => {
    const at = lanesOf(1)
    const stop = new AbortController()
    const all = enter(at, 1)
    const aborted = at.lanes
      .onStorage('shared', at.named('aborted'), always(stop.signal))
      .catch((error: unknown) => error)
    const last = at.lanes.onStorage('shared', at.named('last'), always(signal))
    const reason = new Error('SIGTERM')
    stop.abort(reason)
    expect(await aborted).to.equal(reason)
    await settled()
    at.running[0]?.end()
    await all[0]
    await settled()
    at.running[0]?.end()
    expect(await last).to.equal('last')
    expect(at.started).to.deep.equal(['shared0', 'last'])
  })

  it('begin work on one storage one after the other, and not later than that', async () => {
    const at = lanesOf(3, 3, 100)
    void Promise.all([...enter(at, 4, 'a'), ...enter(at, 1, 'b')])
    await settled()
    expect(at.started).to.have.members(['a0', 'b0'])
    await at.clock.advance(99)
    expect(at.started).to.have.length(2)
    await at.clock.advance(101)
    expect(at.started).to.have.members(['a0', 'b0', 'a1', 'a2'])
    at.running.find(({ name }) => name === 'a0')?.end()
    await at.clock.advance(100)
    expect(at.started.at(-1)).to.equal('a3')
    await at.clock.advance(60_000)
    at.running.find(({ name }) => name === 'a3')?.end()
    void Promise.all(enter(at, 1, 'a'))
    await settled()
    expect(at.started, 'long after the last').to.have.length(6)
  })

  it('take no work that is aborted while it waits for the one before', async () => {
    const at = lanesOf(2, 2, 100)
    const stop = new AbortController()
    void Promise.all(enter(at, 1))
    const aborted = at.lanes
      .onStorage('shared', at.named('aborted'), always(stop.signal))
      .catch((error: unknown) => error)
    await settled()
    const reason = new Error('SIGTERM')
    stop.abort(reason)
    expect(await aborted).to.equal(reason)
    await at.clock.advance(1000)
    expect(at.started).to.deep.equal(['shared0'])
  })

  for (const [place, enterLane] of [
    ['storage', (at, named, permit) => at.lanes.onStorage('shared', named, permit)],
    ['node', (at, named, permit) => at.lanes.onNode('pve1', named, permit)],
  ] as readonly (readonly [
    string,
    (at: ReturnType<typeof lanesOf>, named: () => Promise<unknown>, permit: Permit) => Promise<unknown>,
  ])[])
    it(`take no work of a ${place} that is withdrawn while it waits, and see to its end what has begun`, async () => {
      const at = lanesOf(1)
      const withdraw = new AbortController()
      const permit = { ...always(signal), withdrawn: withdraw.signal }
      const ends: unknown[] = []
      const works = ['first', 'second', 'third', 'fourth', 'fifth'].map((name) =>
        enterLane(at, at.named(name), permit).then(
          () => ends.push(name),
          (error: unknown) => ends.push(error),
        ),
      )
      await settled()
      const begun = at.started.length
      expect(begun).to.be.below(works.length)
      const reason = new Withdrawn('the file says something else')
      withdraw.abort(reason)
      await settled()
      expect(ends).to.deep.equal(works.slice(begun).map(() => reason))
      at.running.slice().forEach(({ end }) => end())
      await settled()
      expect(ends).to.have.length(works.length)
      expect(ends.filter((end) => end !== reason)).to.deep.equal(at.started)
      const late = await enterLane(at, at.named('late'), permit).catch((error: unknown) => error)
      expect(late).to.equal(reason)
    })

  it('wait less for the lock of a storage when they begin one after the other', async () => {
    for (const seed of [7, 8]) {
      const [together, spaced] = [await timeOf(60, seed), await timeOf(60, seed, { spacing: 120 })]
      expect(spaced.took).to.be.below(together.took)
      expect(spaced.timeouts).to.be.below(together.timeouts)
    }
  })

  it('keep storages apart, and nodes from storages', async () => {
    const at = lanesOf(1)
    void Promise.all([...enter(at, 2, 'a'), ...enter(at, 2, 'b')])
    for (const node of ['a', 'a', 'a', 'b']) void at.lanes.onNode(node, at.named(`node ${node}`), always(signal))
    await settled()
    expect(at.started).to.have.members(['a0', 'b0', 'node a', 'node a', 'node b'])
  })

  itLong('bring 200 clones through one storage nearly as fast as the best fixed number at once', async () => {
    const seeds = isLong ? [7, 8] : [7]
    const mean = async (limits?: LaneLimits): Promise<number> => {
      let sum = 0
      for (const seed of seeds) sum += (await timeOf(200, seed, { limits })).took
      return sum / seeds.length
    }
    const fixed: number[] = []
    for (const atOnce of cases([8, 24, 48, 100], every(2))) fixed.push(await mean({ start: atOnce, most: atOnce }))
    expect((await mean()) / Math.min(...fixed)).to.be.below(1.15)
    expect((await timeOf(200, 7)).timeouts, 'there were lock timeouts').to.be.greaterThan(0)
  })
})
