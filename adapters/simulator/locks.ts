import { failure } from './api-error.ts'
import type { SimClock } from './clock.ts'
import { type Random } from './random.ts'
import { isQuorate, type World } from './world.ts'

type Mode = 'exclusive' | 'shared'

interface Held {
  holders: number
  mode: Mode
}

/** Names of locks and who holds them: cluster-wide ones by their name, a node's files by `node:path`. */
export interface LockTable {
  /** Takes the lock if it is free at this moment; returns what gives it back, or undefined. */
  tryHold(name: string, mode?: Mode): (() => void) | undefined
  /** Resolves the next time the lock may have become free. */
  released(name: string): Promise<void>
}

/** An empty table. */
export const lockTable = (): LockTable => {
  const held = new Map<string, Held>()
  const waiting = new Map<string, (() => void)[]>()
  const release = (name: string): void => {
    const lock = held.get(name)
    if (lock === undefined) return
    lock.holders -= 1
    if (lock.holders === 0) held.delete(name)
    const wakers = waiting.get(name) ?? []
    waiting.delete(name)
    for (const wake of wakers) wake()
  }
  return {
    tryHold: (name, mode = 'exclusive') => {
      const lock = held.get(name)
      if (lock !== undefined && !(mode === 'shared' && lock.mode === 'shared')) return undefined
      if (lock === undefined) held.set(name, { holders: 1, mode })
      else lock.holders += 1
      let open = true
      return () => {
        if (open) release(name)
        open = false
      }
    },
    released: (name) =>
      new Promise((resolve) => {
        waiting.set(name, [...(waiting.get(name) ?? []), resolve])
      }),
  }
}

/** What taking a lock needs to know of the simulation. */
export interface LockScope {
  readonly world: World
  readonly clock: SimClock
  readonly locks: LockTable
  readonly random: Random
  readonly hold: number
}

const tries = 10

/**
 * Runs `work` under a lock of the cluster file system: `domain-sdn`, `file-user_cfg`, `storage-<id>`. Waiters look again
 * about once a second and give up after 10 s; without quorum nobody gets it. Held for at least `scope.hold`.
 *
 * @param onWait called before each further try; tasks log it
 */
export const withCfsLock = async <T>(
  scope: LockScope,
  name: string,
  work: () => T | Promise<T>,
  onWait: () => void = () => undefined,
  signal?: AbortSignal,
): Promise<T> => {
  const { world, clock, locks, random } = scope
  let release: (() => void) | undefined
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    if (isQuorate(world)) release = locks.tryHold(name)
    if (release !== undefined) break
    // Each process looks at its own moment of the second: real ones never start at the same one.
    await clock.sleep(attempt === 1 ? 500 + Math.floor(random() * 1000) : 1000, signal)
    if (attempt < tries) onWait()
  }
  if (release === undefined)
    throw failure(`cfs-lock '${name}' error: ${isQuorate(world) ? 'got lock request timeout' : 'no quorum!'}`)
  try {
    const result = await work()
    if (scope.hold > 0) await clock.sleep(scope.hold, signal)
    return result
  } finally {
    release()
  }
}

/** The file that guards a VM's configuration on its node. */
export const configLock = (vmid: number): string => `/var/lock/qemu-server/lock-${vmid}.conf`

/**
 * Runs `work` under a lock file of one node; gives up after `timeout` milliseconds. Shared holders don't exclude each
 * other: that is how many clones read one template.
 */
export const withFileLock = async <T>(
  scope: LockScope,
  node: string,
  path: string,
  timeout: number,
  work: () => T | Promise<T>,
  { mode = 'exclusive', onWait = () => undefined }: { mode?: Mode; onWait?: () => void } = {},
): Promise<T> => {
  const name = `${node}:${path}`
  const deadline = scope.clock.now() + timeout
  let release = scope.locks.tryHold(name, mode)
  if (release === undefined) onWait()
  while (release === undefined && scope.clock.now() < deadline) {
    const giveUp = new AbortController()
    await Promise.race([
      scope.locks.released(name),
      scope.clock.sleep(deadline - scope.clock.now(), giveUp.signal).catch(() => undefined),
    ])
    giveUp.abort()
    release = scope.locks.tryHold(name, mode)
  }
  if (release === undefined) throw failure(`can't lock file '${path}' - got timeout`)
  try {
    return await work()
  } finally {
    release()
  }
}
