import type { Clock } from '../../model/clock.ts'
import type { MachineRead, Machines } from '../../model/machine-ports.ts'
import type { Reboots, VmTask } from '../../model/reboot-ports.ts'
import type { VmFinder } from './vm-finder.ts'

/** A VM when Proxmox has done with it what it does. */
export type Standstill =
  /** `tasks`: those of it, the latest first; empty where nobody had asked for anything. */
  | { readonly kind: 'seen'; readonly read: MachineRead; readonly inPool: boolean; readonly tasks: readonly VmTask[] }
  /** Nobody has it any more. */
  | { readonly kind: 'gone' }
  /** The end of a sentence about it. */
  | { readonly kind: 'unclear'; readonly why: string }

/** After a guest has gone down Proxmox puts its disks away before it starts it anew, and nothing tells of that; HA takes longer. */
const QUIET = 30_000
const LOOK_EVERY = 2000
/** Proxmox itself gives a start no more than that, and a cleanup half of it. */
const PATIENCE = 300_000

/** Waits until Proxmox does nothing with a VM any more. */
export class VmWatch {
  readonly #machines: Pick<Machines, 'read'>
  readonly #reboots: Pick<Reboots, 'tasksOf'>
  readonly #finder: VmFinder
  readonly #clock: Pick<Clock, 'now' | 'sleep'>
  readonly #signal: AbortSignal

  constructor(
    machines: Pick<Machines, 'read'>,
    reboots: Pick<Reboots, 'tasksOf'>,
    finder: VmFinder,
    clock: Pick<Clock, 'now' | 'sleep'>,
    signal: AbortSignal,
  ) {
    this.#machines = machines
    this.#reboots = reboots
    this.#finder = finder
    this.#clock = clock
    this.#signal = signal
  }

  /** As it is now, whatever goes on. */
  async look(pool: string, vmid: number): Promise<Standstill> {
    const inPool = await this.#finder.inPool(pool, vmid)
    const node = inPool ?? (await this.#finder.anywhere(pool, vmid))
    if (node === undefined) return { kind: 'gone' }
    const read = await this.#machines.read(node, vmid, this.#signal)
    return read === undefined
      ? { kind: 'unclear', why: 'it is on its way to another node; run this again when it is there' }
      : { kind: 'seen', read, inPool: inPool !== undefined, tasks: [] }
  }

  /** Once no task is at work on it, and, while it is off, none has come for a while: one that is started is still off. */
  async settled(pool: string, vmid: number): Promise<Standstill> {
    const until = this.#clock.now() + PATIENCE
    let offSince: number | undefined
    for (;;) {
      const seen = await this.look(pool, vmid)
      if (seen.kind !== 'seen') return seen
      const { running, node } = seen.read
      const tasks = await this.#reboots.tasksOf(node, vmid, this.#signal)
      const now = this.#clock.now()
      if (running || tasks.some(({ end }) => end === undefined)) offSince = undefined
      else offSince ??= now
      const isQuiet = running ? !isUnderWay(seen.read, tasks) : offSince !== undefined && now - offSince >= QUIET
      if (isQuiet) return { ...seen, tasks }
      if (now >= until)
        return {
          kind: 'unclear',
          why: `Proxmox has been at work on it for ${PATIENCE / 60_000} minutes; look at its tasks`,
        }
      await this.#clock.sleep(LOOK_EVERY, this.#signal)
    }
  }
}

/** QEMU of a start that failed by time-out goes on for a while, and all call that running. */
function isUnderWay({ uptimeSeconds }: MachineRead, tasks: readonly VmTask[]): boolean {
  if (tasks.some(({ end }) => end === undefined)) return true
  const end = tasks.find(({ type }) => type === 'qmstart')?.end ?? 'OK'
  const isWell = end === 'OK' || /^WARNINGS: \d+$|already running/.test(end)
  return !isWell && uptimeSeconds * 1000 < QUIET
}
