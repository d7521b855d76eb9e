import type { Clock } from '../../model/clock.ts'
import { nextChange } from '../../model/freeze/freeze-on.ts'
import type { FreezeWindow } from '../../model/freeze/freeze-window.ts'

/** A date may be set meanwhile, and a timer takes no more than 24 days: it is looked again after this, in milliseconds. */
const LONGEST_MS = 3_600_000

/** Rings when the next freeze window opens or ends: with a long resync nobody would notice for long. */
export class FreezeAlarm {
  readonly #windows: () => readonly FreezeWindow[]
  readonly #clock: Pick<Clock, 'now' | 'sleep'>
  readonly #signal: AbortSignal
  #over = new AbortController()

  /** @param signal nothing rings once it is aborted */
  constructor(windows: () => readonly FreezeWindow[], clock: Pick<Clock, 'now' | 'sleep'>, signal: AbortSignal) {
    this.#windows = windows
    this.#clock = clock
    this.#signal = signal
  }

  /** By the windows as they are now, in place of what was set before. Rings once, or not at all where nothing will change. */
  set(ring: () => void): void {
    this.#over.abort()
    this.#over = new AbortController()
    const now = this.#clock.now()
    const at = nextChange(this.#windows(), now)
    if (at === undefined || this.#signal.aborted) return
    const signal = AbortSignal.any([this.#signal, this.#over.signal])
    this.#clock.sleep(Math.min(Math.max(at - now, 0), LONGEST_MS), signal).then(ring, () => undefined)
  }
}
