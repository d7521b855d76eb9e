import type { Clock } from '../../model/clock.ts'

/** Since when VMs wait, each for what it is said to wait for. Remembers in memory; after a restart the time begins anew. */
export class Waiting {
  readonly #clock: Pick<Clock, 'now'>
  /** By VMID. */
  readonly #since = new Map<number, { readonly what: string; readonly at: number }>()

  /** @param clock a steady one */
  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /** A VM waits for that; returns for how long it has, in milliseconds. */
  lasts(vmid: number, what: string): number {
    const now = this.#clock.now()
    const known = this.#since.get(vmid)
    if (known?.what === what) return now - known.at
    this.#since.set(vmid, { what, at: now })
    return 0
  }

  /** It does not wait any more. */
  end(vmid: number): void {
    this.#since.delete(vmid)
  }
}
