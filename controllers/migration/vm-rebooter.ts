import type { Clock } from '../../model/clock.ts'
import type { MachineRead, Machines } from '../../model/machine-ports.ts'
import { always, Outdated, type Permit, provided } from '../../model/permit.ts'
import { isProxmoxError, type ProxmoxErrorKind } from '../../model/proxmox-error.ts'
import type { Reboots } from '../../model/reboot-ports.ts'
import { heldBy } from '../../reconcilers/migration/held-by.ts'
import { whyOff } from '../../reconcilers/migration/off-after-reboot.ts'
import { runsWithOldMtu } from '../../reconcilers/migration/old-mtu.ts'
import type { JournalKeeper } from './journal-keeper.ts'
import type { MovedVm } from './moved-vm.ts'
import type { VmFinder } from './vm-finder.ts'
import { VmWatch } from './vm-watch.ts'

/** What came of a VM that may have to be rebooted. */
export type Rebooted =
  /** It runs with the new MTU, since this or since an earlier life asked for it. */
  | { readonly kind: 'rebooted' }
  /** It is off, gone, or was started since its NICs moved. */
  | { readonly kind: 'not needed' }
  /** `why`: the end of a sentence about it, with what to do. */
  | { readonly kind: 'failed'; readonly why: string; readonly isOff: boolean }

export interface RebooterParts {
  readonly machines: Pick<Machines, 'read' | 'start'>
  readonly reboots: Reboots
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  readonly signal: AbortSignal
  /** Told of each wait that takes minutes. */
  readonly say: (line: string) => void
}

/** What a guest gets to go down in: Windows with an update takes minutes, and then it is told rather than waited for. */
const SECONDS = 180

/**
 * Reboots single VMs that run with the MTU of their bridge, and sees to it that they are up again. Nothing is believed of a task: one
 * that ended well leaves a VM off, and one that failed leaves one that may go down later. What is asked for is in the journal
 * before, so that a VM that is off for that is brought up by whoever runs next; how long it runs tells who was rebooted.
 */
export class VmRebooter {
  readonly #parts: RebooterParts
  readonly #keeper: JournalKeeper
  readonly #watch: VmWatch
  readonly #mtu: number | undefined

  /** @param mtu of the new networks, in bytes; undefined where it is not known: then nobody is rebooted */
  constructor(parts: RebooterParts, finder: VmFinder, keeper: JournalKeeper, mtu: number | undefined) {
    this.#parts = parts
    this.#keeper = keeper
    this.#watch = new VmWatch(parts.machines, parts.reboots, finder, parts.clock, parts.signal)
    this.#mtu = mtu
  }

  /** @param didNot what an earlier call came to, where it goes on running: it is not asked once more, and started if it is off by now */
  async reboot(vm: MovedVm, didNot?: string): Promise<Rebooted> {
    try {
      return await this.#goOn(vm, didNot)
    } catch (error) {
      this.#parts.signal.throwIfAborted()
      if (isProxmoxError(error) && error.kind !== 'unauthorized') return failed(error.message)
      throw error
    }
  }

  async #goOn(vm: MovedVm, didNot: string | undefined): Promise<Rebooted> {
    const { pool, vmid } = vm
    let wasAsked = didNot
    let wasStarted: string | undefined
    if (didNot === undefined && this.#keeper.isRebooting(vmid))
      this.#parts.say(`  . vm ${vm.name} was asked to reboot by an earlier run; first the end of that is waited for`)
    for (;;) {
      const isRebooting = this.#keeper.isRebooting(vmid)
      const seen = await (isRebooting ? this.#watch.settled(pool, vmid) : this.#watch.look(pool, vmid))
      if (seen.kind === 'unclear') return failed(seen.why)
      if (seen.kind === 'gone') return await this.#over(vm, 'not needed')
      const { read, inPool, tasks } = seen
      if (read.running && !this.#isOld(vm, read)) return await this.#over(vm, isRebooting ? 'rebooted' : 'not needed')
      if (read.running) {
        const hindrance = inPool ? whyNot(read) : outOfPool(pool, read)
        // What has kept it from being asked says more than that something has.
        if (wasAsked !== undefined && (isRebooting || hindrance === undefined)) return failed(wasAsked)
        if (hindrance !== undefined) return failed(hindrance)
        wasAsked = await this.#ask(vm, read)
        continue
      }
      if (!isRebooting) return { kind: 'not needed' }
      if (wasStarted !== undefined) return failed(`it is off, and ${wasStarted}; ${startIt(read)}`, true)
      const why = whyOff(tasks)
      if (why !== 'rebooting') {
        await this.#keeper.noteUp(vmid)
        return why === 'stopped since'
          ? { kind: 'not needed' }
          : failed(`it is off, and its node remembers no reboot of it; if it is to run: qm start ${vmid}`, true)
      }
      const hindrance = inPool ? whyNot(read) : outOfPool(pool, read)
      if (hindrance !== undefined) return failed(`it is off since it was to be rebooted; ${hindrance}`, true)
      wasStarted = await this.#start(vm, read)
    }
  }

  /** @returns what to say of it if it still runs as before */
  async #ask(vm: MovedVm, { node, vmid }: MachineRead): Promise<string> {
    const { clock, reboots, say } = this.#parts
    const since = `it goes on running with the MTU of its bridge; shut it down from the inside of it, then qm start ${vmid} (on ${node}); a reboot from the inside is not enough`
    try {
      await reboots.reboot(
        node,
        vmid,
        SECONDS,
        this.#permit(vm, async (read) => {
          if (!read.running || !this.#isOld(vm, read) || read.node !== node) throw new Outdated('it was rebooted')
          // Right before it is sent, as what is noted and was not sent needs a person.
          await this.#keeper.noteReboot(vmid, clock.now())
          say(`  . vm ${vm.name} is asked to reboot; it has ${SECONDS} s to go down`)
        }),
      )
      return `Proxmox says that it has rebooted, but ${since}`
    } catch (error) {
      this.#parts.signal.throwIfAborted()
      if (error instanceof Outdated) return `it changes all the time, and ${since}`
      if (!isProxmoxError(error) || error.kind === 'unauthorized') throw error
      if (/powerdown failed/.test(error.message))
        return `it did not go down within ${SECONDS} s, so ${since}; if it goes down later, run this again, and it is started`
      if (!MAY_HAVE_BEGUN.has(error.kind)) await this.#keeper.noteUp(vmid)
      return `${error.message}; ${since}`
    }
  }

  /** @returns what to say of it if it is still off */
  async #start(vm: MovedVm, { node, vmid }: MachineRead): Promise<string> {
    try {
      await this.#parts.machines.start(
        node,
        vmid,
        this.#permit(vm, (read) => {
          if (read.running || read.node !== node) throw new Outdated('it is up again')
        }),
      )
      return 'was started without avail'
    } catch (error) {
      this.#parts.signal.throwIfAborted()
      if (error instanceof Outdated) return 'changes all the time'
      if (!isProxmoxError(error) || error.kind === 'unauthorized') throw error
      return `does not start: ${error.message}`
    }
  }

  /** Asked right before a write: the VM is in its pool and nothing holds it, and what else it depends on. */
  #permit({ pool, vmid }: MovedVm, check: (read: MachineRead) => void | Promise<void>): Permit {
    return provided(async () => {
      const seen = await this.#watch.look(pool, vmid)
      if (seen.kind !== 'seen' || !seen.inPool || whyNot(seen.read) !== undefined) throw new Outdated('it has changed')
      await check(seen.read)
    }, always(this.#parts.signal))
  }

  #isOld({ nics }: MovedVm, read: MachineRead): boolean {
    const now = this.#parts.clock.now()
    return nics.some((nic) => runsWithOldMtu(nic, read, now, this.#mtu))
  }

  async #over({ vmid }: MovedVm, kind: 'rebooted' | 'not needed'): Promise<Rebooted> {
    await this.#keeper.noteUp(vmid)
    return { kind }
  }
}

/** It was sent, or may have been. */
const MAY_HAVE_BEGUN: ReadonlySet<ProxmoxErrorKind> = new Set(['task-failed', 'timeout-unknown-outcome'])

const failed = (why: string, isOff = false): Rebooted => ({ kind: 'failed', why, isOff })

const startIt = ({ vmid, node }: MachineRead): string => `see to that, then qm start ${vmid} (on ${node})`

/** Why Proxmox would not take it, or do harm with it: a paused guest goes down once it is resumed. */
function whyNot({ vmid, node, lock, paused }: MachineRead): string | undefined {
  if (lock !== undefined) return `${heldBy(lock, { vmid, node }, 'it')}; then run this again`
  return paused ? `it stands still (paused); resume it (qm resume ${vmid} on ${node}), then run this again` : undefined
}

const outOfPool = (pool: string, { vmid, node }: MachineRead): string =>
  `it is not in pool ${pool} any more, so it is left to whoever has it: qm reboot ${vmid} (on ${node})`
