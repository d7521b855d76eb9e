import { expect } from 'chai'
import { virtualClock } from '../../../adapters/simulator/clock.ts'
import { clusterFrom } from '../../../adapters/simulator/cluster-from.ts'
import { configLock, lockTable, withCfsLock, withFileLock, type LockScope } from '../../../adapters/simulator/locks.ts'

describe("the simulator's locks", () => {
  const clock = virtualClock()
  const scope = (): LockScope => {
    const world = clusterFrom({})
    return { world, clock, locks: lockTable(), random: world.random, hold: 100 }
  }
  const reason = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'done',
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    )

  it('let many read one template at once, but nobody write it meanwhile', async () => {
    const { locks, ...rest } = scope()
    const path = configLock(9000)
    const done: string[] = []
    const read = (name: string) =>
      withFileLock({ locks, ...rest }, 'pve1', path, 1000, () => clock.sleep(500).then(() => done.push(name)), {
        mode: 'shared',
      })
    const all = [read('a'), read('b')]
    const write = reason(withFileLock({ locks, ...rest }, 'pve1', path, 1000, () => done.push('write')))
    await clock.advance(499)
    expect(done).to.deep.equal([])
    await clock.advance(1)
    await Promise.all(all)
    expect(await write).to.equal('done')
    expect(done).to.deep.equal(['a', 'b', 'write'])
  })

  it('time out a file lock after its own time, and are another on another node', async () => {
    const own = scope()
    const release = own.locks.tryHold(`pve1:${configLock(100)}`)
    const here = reason(withFileLock(own, 'pve1', configLock(100), 1000, () => 'x'))
    expect(await reason(withFileLock(own, 'pve2', configLock(100), 1000, () => 'x'))).to.equal('done')
    await clock.advance(1000)
    expect(await here).to.equal("can't lock file '/var/lock/qemu-server/lock-100.conf' - got timeout")
    release?.()
    expect(await reason(withFileLock(own, 'pve1', configLock(100), 1000, () => 'x'))).to.equal('done')
  })

  it('are looked at again once a second, nine more times', async () => {
    const own = scope()
    own.locks.tryHold('storage-shared')
    let waits = 0
    const waiting = reason(
      withCfsLock(
        own,
        'storage-shared',
        () => 'x',
        () => (waits += 1),
      ),
    )
    await clock.advance(12_000)
    expect(await waiting).to.equal("cfs-lock 'storage-shared' error: got lock request timeout")
    expect(waits).to.equal(9)
  })

  it('are given back when the work fails', async () => {
    const own = scope()
    const failing = withCfsLock(own, 'domain-sdn', () => Promise.reject(new Error('no')))
    expect(await reason(failing)).to.equal('no')
    expect(own.locks.tryHold('domain-sdn')).not.to.equal(undefined)
  })
})
