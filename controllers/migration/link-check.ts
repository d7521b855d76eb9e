import type { Clock } from '../../model/clock.ts'
import type { AgentInterface, GuestAgents } from '../../model/guest-agent.ts'
import { lostAddresses, type LostAddresses } from '../../reconcilers/migration/lost-addresses.ts'
import type { MovedVm } from './moved-vm.ts'
import type { VmFinder } from './vm-finder.ts'
import { sideBySide } from './side-by-side.ts'

/** A system that lost its link needs a moment to find that its address is not good any more, in milliseconds. */
const FIRST_LOOK = 5000
const LOOK_EVERY = 5000
/** DHCP renews within that. */
const PATIENCE = 30_000
const AT_ONCE = 4

/**
 * Compares what guest agents tell before the first write to a VM and after the last. No agent tells whether a link is up; an interface that
 * had an address and has none any more tells that something is wrong. Nothing is put back for it, as nobody knows what.
 */
export class LinkCheck {
  readonly #agents: GuestAgents
  readonly #finder: VmFinder
  readonly #clock: Pick<Clock, 'now' | 'sleep'>
  readonly #signal: AbortSignal
  readonly #before = new Map<number, readonly AgentInterface[]>()
  /** Pool -> why its agents can't be asked, so that each is not asked in vain. */
  readonly #forbidden = new Map<string, string>()

  constructor(agents: GuestAgents, finder: VmFinder, clock: Pick<Clock, 'now' | 'sleep'>, signal: AbortSignal) {
    this.#agents = agents
    this.#finder = finder
    this.#clock = clock
    this.#signal = signal
  }

  /** Why agents were not asked, as a sentence; the first reason does for all. */
  get unasked(): string | undefined {
    return [...this.#forbidden.values()][0]
  }

  /** Notes what the agent of a running VM tells. */
  async before({ pool, vmid }: MovedVm, node: string): Promise<void> {
    if (this.#forbidden.has(pool)) return
    const answer = await this.#agents.interfaces(node, vmid, this.#signal)
    if (answer.kind === 'answered') this.#before.set(vmid, answer.interfaces)
    if (answer.kind === 'forbidden') this.#forbidden.set(pool, answer.why)
  }

  /** Sentences about interfaces that have lost their addresses. Takes a moment, and up to half a minute where there are some. */
  async after(vms: readonly MovedVm[]): Promise<readonly string[]> {
    const asked = vms.filter(({ vmid }) => this.#before.has(vmid))
    const lost: string[] = []
    await sideBySide(asked, AT_ONCE, async (vm) => {
      lost.push(...(await this.#lostOf(vm)).map((each) => sentenceOf(vm, each)))
    })
    return lost
  }

  /** An agent that does not answer any more tells nothing: it may be asked after a person's shutdown. */
  async #lostOf({ pool, vmid, nics }: MovedVm): Promise<readonly LostAddresses[]> {
    const until = this.#clock.now() + PATIENCE
    await this.#clock.sleep(FIRST_LOOK, this.#signal)
    for (;;) {
      const node = await this.#finder.inPool(pool, vmid)
      const answer = node === undefined ? undefined : await this.#agents.interfaces(node, vmid, this.#signal)
      if (answer?.kind !== 'answered') return []
      const lost = lostAddresses(nics, this.#before.get(vmid) ?? [], answer.interfaces)
      if (lost.length === 0 || this.#clock.now() >= until) return lost
      await this.#clock.sleep(LOOK_EVERY, this.#signal)
    }
  }
}

const sentenceOf = ({ name }: MovedVm, { key, name: inside, had }: LostAddresses): string =>
  `vm ${name}: ${key} (${inside} by its guest agent) had ${had.join(', ')} before it moved and has no address since; look into the VM, and if nothing is wrong there, put it back: lanista migrate rollback`
