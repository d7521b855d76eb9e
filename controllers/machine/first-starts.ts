import type { LastStart, Machines } from '../../model/machine-ports.ts'

/**
 * VMs that were made and have not been started yet: `power: keep` leaves only others as they are. Nothing in Proxmox tells
 * them from those that somebody stopped, but that Proxmox remembers who was started last. Remembers in memory.
 */
export class FirstStarts {
  readonly #machines: Pick<Machines, 'lastStart'>
  /** VMID -> its last start when one of ours had failed; undefined before that. */
  readonly #open = new Map<number, { readonly after: LastStart | undefined } | undefined>()

  constructor(machines: Pick<Machines, 'lastStart'>) {
    this.#machines = machines
  }

  get vmids(): ReadonlySet<number> {
    return new Set(this.#open.keys())
  }

  /** It was made, or is about to be. */
  opened(vmid: number): void {
    if (!this.#open.has(vmid)) this.#open.set(vmid, undefined)
  }

  /** It has had its first start, or is not to have one. */
  closed(vmid: number): void {
    this.#open.delete(vmid)
  }

  /**
   * Its first start has failed: whoever starts it later is somebody else. Where its last start can't be read just now, nobody will
   * count as having done so. Throws only when aborted.
   */
  async failed(node: string, vmid: number, signal: AbortSignal): Promise<void> {
    if (!this.#open.has(vmid)) return
    try {
      this.#open.set(vmid, { after: await this.#machines.lastStart(node, vmid, signal) })
    } catch {
      signal.throwIfAborted()
      this.#open.set(vmid, undefined)
    }
  }

  /**
   * Whether somebody has started it since its first start failed, so that it is off because they stopped it again. Throws what
   * Proxmox refuses: then it is not known.
   */
  async isStartedByOthers(node: string, vmid: number, signal: AbortSignal): Promise<boolean> {
    const known = this.#open.get(vmid)
    if (known === undefined) return false
    const last = await this.#machines.lastStart(node, vmid, signal)
    return last !== undefined && last.isWell && last.upid !== known.after?.upid
  }
}
