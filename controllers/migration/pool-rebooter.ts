import type { JournalKeeper } from './journal-keeper.ts'
import { isRouter, type MovedVm, vmsOf } from './moved-vm.ts'
import { sideBySide } from './side-by-side.ts'
import type { Rebooted, VmRebooter } from './vm-rebooter.ts'

/** What came of the VMs of pools. */
export interface PoolRebooted {
  readonly rebooted: readonly string[]
  /** Sentences. */
  readonly failed: readonly string[]
}

/** So many machines of a range boot at once: what they share are processors and disks of their nodes. */
const AT_ONCE = 4

/**
 * Reboots the VMs of a pool that run with the MTU of their bridges: its routers first, until they are up, so that machines that come up
 * find their gateway; then the others, some at once. While a router does not come up, nothing else of its range goes down.
 */
export class PoolRebooter {
  readonly #rebooter: Pick<VmRebooter, 'reboot'>
  readonly #keeper: JournalKeeper
  readonly #say: (line: string) => void

  constructor(rebooter: Pick<VmRebooter, 'reboot'>, keeper: JournalKeeper, say: (line: string) => void) {
    this.#rebooter = rebooter
    this.#keeper = keeper
    this.#say = say
  }

  async reboot(pool: string): Promise<PoolRebooted> {
    const rebooted: string[] = []
    const failed: string[] = []
    const take = (vm: MovedVm, result: Rebooted): void => {
      const what = `vm ${vm.name}`
      if (result.kind === 'rebooted') {
        rebooted.push(vm.name)
        this.#say(`  ~ ${what} is rebooted`)
      } else if (result.kind === 'failed') {
        failed.push(`${what}: ${result.why}`)
        this.#say(`  ! ${what}: ${result.why}`)
      }
    }
    const all = vmsOf(this.#keeper.of(pool))
    const [routers, others] = [all.filter(isRouter), all.filter((vm) => !isRouter(vm))]
    for (const router of routers) {
      const result = await this.#rebooter.reboot(router)
      take(router, result)
      if (result.kind !== 'failed' || !result.isOff) continue
      const line = `the other machines of ${pool} go on as they are, since its router is off; once it runs, run this again`
      this.#say(`  ! ${line}`)
      return { rebooted, failed: [...failed, line] }
    }
    const slow = new Map<MovedVm, string>()
    await sideBySide(others, AT_ONCE, async (vm) => {
      const result = await this.#rebooter.reboot(vm)
      if (result.kind === 'failed' && !result.isOff && this.#keeper.isRebooting(vm.vmid)) slow.set(vm, result.why)
      else take(vm, result)
    })
    // One that did not go down in time may have done so meanwhile, and nobody but us starts it then.
    for (const [vm, why] of slow) take(vm, await this.#rebooter.reboot(vm, why))
    return { rebooted, failed }
  }
}
