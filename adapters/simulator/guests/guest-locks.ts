import { configLock, withCfsLock, withFileLock } from '../locks.ts'
import { lockScope, type Simulation } from '../simulation.ts'
import type { TaskRun } from '../tasks.ts'
import type { Storage } from '../world.ts'

/** Who waits for a lock: a task says so in its log, a plain call says nothing. */
export type LockWaiter = Pick<TaskRun, 'log' | 'signal'> | undefined

const fileLocked = <T>(
  sim: Simulation,
  node: string,
  path: string,
  timeout: number,
  mode: 'exclusive' | 'shared',
  waiter: LockWaiter,
  work: () => T | Promise<T>,
): Promise<T> => {
  let waited = false
  const onWait = (): void => {
    waited = true
    waiter?.log('trying to acquire lock...')
  }
  const locked = (): T | Promise<T> => {
    if (waited) waiter?.log(' OK')
    return work()
  }
  return withFileLock(lockScope(sim), node, path, timeout, locked, { mode, onWait })
}

/** Milliseconds a call waits for a VM's lock file unless it says otherwise. */
const usualWait = 10_000

/** Runs `work` under a VM's lock file on one node. A clone shares it with other clones of the same stopped VM. */
export const withGuestLock = <T>(
  sim: Simulation,
  node: string,
  vmid: number,
  waiter: LockWaiter,
  work: () => T | Promise<T>,
  { timeout = usualWait, mode = 'exclusive' }: { timeout?: number; mode?: 'exclusive' | 'shared' } = {},
): Promise<T> => fileLocked(sim, node, configLock(vmid), timeout, mode, waiter, work)

/**
 * Runs `work` under a storage's lock while a volume is made or removed: cluster-wide for shared storage, a file on the
 * node for a local one. Held for at least `hold` milliseconds.
 */
export const withStorageLock = async <T>(
  sim: Simulation,
  node: string,
  storage: Storage,
  waiter: LockWaiter,
  hold: number,
  work: () => T | Promise<T>,
): Promise<T> => {
  if (storage.shared) {
    const onWait = (): void => waiter?.log(`trying to acquire cfs lock 'storage-${storage.id}' ...`)
    return withCfsLock(lockScope(sim, hold), `storage-${storage.id}`, work, onWait, waiter?.signal ?? sim.closed)
  }
  const path = `/var/lock/pve-manager/pve-storage-${storage.id}`
  return fileLocked(sim, node, path, usualWait, 'exclusive', waiter, async () => {
    const result = await work()
    if (hold > 0) await sim.clock.sleep(hold, waiter?.signal ?? sim.closed)
    return result
  })
}
