import type { Clock } from '../../model/clock.ts'
import type { LanistaApi } from '../../model/api/lanista-api.ts'
import { serverConfigSchema } from '../../model/server-config.ts'
import { type Ended, type Started, startHere, type StartOptions } from '../scenarios/command-line.ts'
import { VIEWS_NOW } from './views.ts'

const config = serverConfigSchema.parse({
  proxmox_node: 'pve1',
  lanista: { ranges: '/etc/lanista/ranges', state_dir: '/var/lib/lanista' },
})

/** Time stands still but for what a test has pass. */
export class StoppedClock implements Clock {
  readonly #sleepers = new Set<{ readonly until: number; readonly wake: () => void }>()
  #now = VIEWS_NOW

  now(): number {
    return this.#now
  }

  steady(): number {
    return this.#now
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const sleeper = { until: this.#now + milliseconds, wake: resolve }
      this.#sleepers.add(sleeper)
      signal?.addEventListener('abort', () => {
        this.#sleepers.delete(sleeper)
        reject(new Error('aborted'))
      })
    })
  }

  pass(milliseconds: number): void {
    this.#now += milliseconds
    for (const sleeper of this.#sleepers) {
      if (sleeper.until > this.#now) continue
      this.#sleepers.delete(sleeper)
      sleeper.wake()
    }
  }
}

/** Has so much time pass in each turn of the event loop until a command has ended. */
export async function passUntilEnded(clock: StoppedClock, { ended }: Started, milliseconds: number): Promise<Ended> {
  const ending = { isOver: false }
  void ended.finally(() => (ending.isOver = true))
  while (!ending.isOver) {
    clock.pass(milliseconds)
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  }
  return await ended
}

/** Starts a command that finds this Lanista at work, at the time of the views. */
export const startWith = (api: LanistaApi | undefined, args: readonly string[], options: StartOptions = {}): Started =>
  startHere(args, {
    ...options,
    composition: {
      clock: new StoppedClock(),
      loadConfig: () => Promise.resolve(config),
      lanista: () => Promise.resolve(api),
      ...options.composition,
    },
  })
