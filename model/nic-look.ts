import type { VmProcess } from './migration-journal.ts'
import type { Permit } from './permit.ts'

/** The NICs of a VM just now, and what a write to them depends on. */
export interface NicLook {
  readonly running: boolean
  /** What it runs as; undefined while it is off. */
  readonly process?: VmProcess | undefined
  readonly lock: string | undefined
  /** Proxmox' digest of the configuration, to write against exactly this version. */
  readonly digest: string
  /** Such as `net0` -> its text, with changes that wait for the next boot. */
  readonly nics: Readonly<Record<string, string>>
  /** NICs with changes that wait for the next boot. */
  readonly waiting: readonly string[]
  /** NICs of the running VM that hang on no bridge of the zones asked about. */
  readonly unplugged: readonly string[]
  /** NICs of the running VM of which its node does not tell that. */
  readonly untold: readonly string[]
  /** Whether the VM has a guest agent by its configuration. */
  readonly agent: boolean
}

/** Looks at the NICs of single VMs, with as few requests as it takes. */
export interface NicLooks {
  /**
   * Undefined when Proxmox says that there is no such VM on that node.
   *
   * @param zones whose bridges are asked for; none: nothing is told of taps
   * @param since what a node has told of its bridges from then on does, in milliseconds of `now`; left out: only what it tells now
   */
  look(
    node: string,
    vmid: number,
    zones: readonly string[],
    wanted: Pick<Permit, 'signal' | 'withdrawn'>,
    since?: number,
  ): Promise<NicLook | undefined>
  /** A clock for `since`. */
  now(): number
}
