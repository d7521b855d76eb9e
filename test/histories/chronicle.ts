import type { Guest, World } from '../../adapters/simulator/world.ts'
import { poolOf } from '../../adapters/simulator/world.ts'
import { nameIn, type RangeFile } from './range-text.ts'
import type { RangeId } from './steps.ts'

/** A VM that the controller has cloned. */
export interface Made {
  readonly vmid: number
  readonly range: RangeId
  readonly name: string
  /** False once a person has renamed it or taken it out of its pool. */
  ours: boolean
}

/** What has happened so far, as far as it decides what the controller may do. */
export class Chronicle {
  readonly #world: World
  /** By VMID; the last that was cloned to it. */
  readonly made = new Map<number, Made>()
  /** The VMs that a file with `state: absent` has named at some time, by range. */
  readonly condemned = new Map<RangeId, Set<string>>()
  /** Ranges that are left alone from now on, as their files say nothing, nothing valid, or that they are suspended. */
  readonly frozen = new Set<RangeId>()
  readonly #strangers = new Map<number, string>()
  /** An answer about the SDN lock may have been lost, so that nobody knows its token. */
  lockMayBeLost = false
  /** What the controller did and should not have. */
  readonly violations: string[] = []

  constructor(world: World) {
    this.#world = world
    for (const guest of world.guests.values()) this.strange(guest)
  }

  /** A guest that is nobody's but its person's: it stays exactly as it is now. */
  strange(guest: Guest): void {
    if (this.made.get(guest.vmid)?.ours === true) this.made.delete(guest.vmid)
    this.#strangers.set(guest.vmid, printOf(guest, this.#world))
  }

  fileSaid(range: RangeId, file: RangeFile | undefined): void {
    if (file === undefined || file.broken || file.state !== 'absent') return
    const named = ['router', ...Object.keys(file.vms)].map((vm) => nameIn(range, vm))
    this.condemned.set(range, new Set([...(this.condemned.get(range) ?? []), ...named]))
  }

  /** The living guest of that name that the controller made for the range and that is still the range's. */
  ownOf(range: RangeId, name: string): Guest | undefined {
    const made = [...this.made.values()].find(
      (each) => each.ours && each.range === range && each.name === name && this.#world.guests.has(each.vmid),
    )
    return made && this.#world.guests.get(made.vmid)
  }

  /** Somebody took it from its range. */
  disown(guest: Guest): void {
    const made = this.made.get(guest.vmid)
    if (made !== undefined) made.ours = false
    this.strange(guest)
  }

  /** Strangers that are not as they were. */
  changedStrangers(): readonly string[] {
    return [...this.#strangers].flatMap(([vmid, before]) => {
      const guest = this.#world.guests.get(vmid)
      const now = guest === undefined ? 'gone' : printOf(guest, this.#world)
      return now === before ? [] : [`guest ${vmid}, which is not Lanista's, was ${before} and is ${now}`]
    })
  }
}

/** Everything of a guest that only a person changes, but for a lock, which passes. */
const printOf = ({ vmid, node, config, pending }: Guest, world: World): string =>
  JSON.stringify([node, poolOf(world, vmid)?.poolid, sorted(config), sorted(pending)])

const sorted = (values: ReadonlyMap<string, unknown>): Readonly<Record<string, unknown>> =>
  Object.fromEntries([...values].filter(([key]) => key !== 'lock').toSorted(([a], [b]) => (a < b ? -1 : 1)))
