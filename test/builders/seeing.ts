import type { Clock } from '../../model/clock.ts'
import type { LanistaApi } from '../../model/api/lanista-api.ts'
import { serverConfigSchema } from '../../model/server-config.ts'
import { type Started, startHere, type StartOptions } from '../scenarios/command-line.ts'
import { VIEWS_NOW } from './views.ts'

const config = serverConfigSchema.parse({
  proxmox_node: 'pve1',
  lanista: { ranges: '/etc/lanista/ranges', state_dir: '/var/lib/lanista' },
})

/** Time stands still until a test says that it is over. */
export class StoppedClock implements Clock {
  readonly #sleepers = new Set<() => void>()
  #now = VIEWS_NOW

  now(): number {
    return this.#now
  }

  steady(): number {
    return this.#now
  }

  sleep(_milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const over = (): void => {
        this.#sleepers.delete(over)
        resolve()
      }
      this.#sleepers.add(over)
      signal?.addEventListener('abort', () => {
        this.#sleepers.delete(over)
        reject(new Error('aborted'))
      })
    })
  }

  /** Whoever sleeps has slept long enough. */
  wakeAll(): void {
    for (const sleeper of this.#sleepers) sleeper()
  }
}

/** Starts a command that finds this Lanista at work, at the time of the views. */
export const startWith = (api: LanistaApi | undefined, args: readonly string[], options: StartOptions = {}): Started =>
  startHere(args, {
    ...options,
    composition: {
      clock: new StoppedClock(),
      loadConfig: () => Promise.resolve(config),
      runningLanista: () => Promise.resolve(api),
      ...options.composition,
    },
  })
