import type { Permit } from './permit.ts'

/** A task of a VM, as its node remembers it, whoever's it is. */
export interface VmTask {
  /** Such as `qmreboot`. */
  readonly type: string
  /** How it has ended: `OK`, `WARNINGS: n` or the error; undefined while it runs. */
  readonly end: string | undefined
}

/** Reboots VMs. A port of its own, so that nobody can who is not given it: it is for `lanista migrate run --reboot` alone. */
export interface Reboots {
  /**
   * Asks the guest to go down and resolves when it is off, from where Proxmox starts it anew, in a task of its own: whether that
   * goes well nothing tells but a look. Nothing forces the guest. Throws `task-failed` when it has not gone down within so many
   * seconds; then it goes on running, but may go down later, and nobody starts it then (from the source of qemu-server).
   */
  reboot(node: string, vmid: number, seconds: number, permit: Permit): Promise<void>
  /** The tasks of a VM that its node remembers: those that run, then those that have ended, the latest first. */
  tasksOf(node: string, vmid: number, signal: AbortSignal): Promise<readonly VmTask[]>
}
