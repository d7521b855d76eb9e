import path from 'node:path'
import type { JournalEntry } from '../../adapters/simulator/journal.ts'
import type { Guest, World } from '../../adapters/simulator/world.ts'
import type { Lab } from '../scenarios/lab.ts'
import { CONTROLLER } from './arena.ts'
import { type Change, type Course, ENDS, VMID, VNET, type VmWrite } from './turn-courses.ts'

/** So long a look counts as made right before a write, in milliseconds of the cluster. */
const RIGHT_BEFORE_MS = 500
/** The change, once it was made. */
export interface Turn {
  readonly at: number
  readonly number: number
  readonly happened: boolean
}

/** Holds each write of the controller against what it may write after the change. */
export class Watch {
  readonly found: string[] = []
  readonly end: () => void
  readonly #lab: Lab
  readonly #course: Course
  readonly #change: Change
  readonly #turn: Turn
  /** The last requests about each VM, and the last of each kind about networks and pools. */
  readonly #looks = new Map<string, JournalEntry>()
  readonly #writes = new Map<string, JournalEntry>()

  constructor(lab: Lab, course: Course, change: Change, turn: Turn) {
    this.#lab = lab
    this.#course = course
    this.#change = change
    this.#turn = turn
    this.end = lab.simulator.journal.listen((entry, phase) => {
      if (phase === 'arrived' && entry.user === CONTROLLER) this.#see(entry)
    })
  }

  #see(entry: JournalEntry): void {
    const { method, path: at } = entry
    const subject = subjectOf(entry)
    if (method === 'GET') {
      if (subject !== undefined) this.#looks.set(subject, entry)
      return
    }
    const vmWrite = vmWriteOf(entry)
    const complaints = [
      ...(vmWrite === undefined ? [] : this.#unseen(entry, vmWrite.vmid)),
      ...(method === 'PUT' && at === '/cluster/sdn' ? this.#unseenNetworks(entry) : []),
      ...(this.#turn.happened && !this.#isInFlight(entry) ? this.#unjustified(entry) : []),
      ...this.#underGuests(entry),
    ]
    if (subject !== undefined) this.#writes.set(subject, entry)
    for (const complaint of complaints) this.found.push(`${method} ${at} ${complaint}`)
  }

  /** It was sent before the change: no time has passed since, and what it is about was not looked at since. */
  #isInFlight(entry: JournalEntry): boolean {
    if (entry.at > this.#turn.at) return false
    const subject = subjectOf(entry)
    const look = subject === undefined ? undefined : this.#looks.get(subject)
    if (look === undefined || look.number <= this.#turn.number) return true
    if (this.#change !== 'out of the pool') return false
    return (this.#looks.get('pool')?.number ?? 0) <= this.#turn.number
  }

  #unseen(entry: JournalEntry, vmid: number): readonly string[] {
    const subject = `VM ${vmid}`
    const look = this.#looks.get(subject)
    const isNew = look !== undefined && look.number > (this.#writes.get(subject)?.number ?? -1)
    const pool = this.#looks.get('pool')
    return [
      ...(isNew && entry.at - look.at <= RIGHT_BEFORE_MS ? [] : ['is sent without a look at the VM right before']),
      ...(pool !== undefined && entry.at - pool.at <= RIGHT_BEFORE_MS
        ? []
        : ['is sent without a look at the pool right before']),
    ]
  }

  #unseenNetworks(entry: JournalEntry): readonly string[] {
    const look = this.#looks.get('SDN')
    const isNew = look !== undefined && look.number > (this.#writes.get('SDN')?.number ?? -1)
    return isNew && entry.at - look.at <= RIGHT_BEFORE_MS ? [] : ['is sent without a look right before']
  }

  #unjustified(entry: JournalEntry): readonly string[] {
    const course = this.#course
    const change = this.#change
    const what = kindOf(entry, this.#lab.simulator.world)
    const vmWrite = vmWriteOf(entry)
    const words = [`is made although it was ${change} (request ${this.#turn.number})`]
    switch (change) {
      case 'suspended':
        return what === undefined ? [] : words
      case 'taken back':
        return what !== undefined && course.withoutReason.some((each) => each === what) ? words : []
      case 'out of the pool':
      case 'renamed':
      case 'locked':
        return vmWrite?.vmid === VMID ? words : []
      case 'untagged':
        return vmWrite?.vmid === VMID && course.unmarked.includes(vmWrite.kind) ? words : []
      case 'protected':
        return vmWrite?.vmid === VMID && course.protected.includes(vmWrite.kind) ? words : []
    }
  }

  /** A VNet goes, or its deletion comes into force, although a guest has a NIC on it. */
  #underGuests(entry: JournalEntry): readonly string[] {
    const { world } = this.#lab.simulator
    if (kindOf(entry, world) !== 'remove network') return []
    const isOn = (config: Guest['config']): boolean =>
      [...config].some(([key, value]) => /^net\d+$/.test(key) && String(value).split(',').includes(`bridge=${VNET}`))
    return [...world.guests.values()].filter(({ config }) => isOn(config)).map(({ vmid }) => `is under guest ${vmid}`)
  }
}

/** What a look or a write is about. */
function subjectOf({ path: at, method }: JournalEntry): string | undefined {
  const [, vmid] = /\/qemu\/(\d+)(?:\/config|\/status\/\w+|)$/.exec(at) ?? []
  if (vmid !== undefined) return method === 'GET' && !at.endsWith('/config') ? undefined : `VM ${vmid}`
  if (at === '/pools/JD') return 'pool'
  if (method === 'GET') return at === '/cluster/sdn/vnets' ? 'SDN' : undefined
  return at.startsWith('/cluster/sdn') && !at.endsWith('/lock') ? 'SDN' : undefined
}

function vmWriteOf({ method, path: at }: JournalEntry): { readonly vmid: number; readonly kind: VmWrite } | undefined {
  const [, vmid, rest] = /\/qemu\/(\d+)(\/.*)?$/.exec(at) ?? []
  if (vmid === undefined || method === 'GET' || rest === '/clone') return undefined
  if (rest === undefined) return { vmid: Number(vmid), kind: 'destroy' }
  if (rest === '/config') return { vmid: Number(vmid), kind: 'configure' }
  const kind = ENDS.concat('start').find((each) => rest === `/status/${each}`)
  return kind && { vmid: Number(vmid), kind }
}

/** What a write does; undefined for what gives back, or takes back: the lock, or what was written for a VNet and is not in force. */
function kindOf(entry: JournalEntry, { sdn }: World): Course['withoutReason'][number] | 'make pool' | undefined {
  const { method, path: at } = entry
  const going = sdn.running.vnets.has(VNET) && !sdn.configured.vnets.has(VNET)
  if (at.endsWith('/clone')) return 'clone'
  if (at.startsWith('/pools')) return method === 'DELETE' ? 'remove pool' : 'make pool'
  if (at.startsWith('/cluster/sdn/vnets')) {
    if (method === 'DELETE') return sdn.running.vnets.has(path.basename(at)) ? 'remove network' : undefined
    return going ? undefined : 'make network'
  }
  if (method === 'PUT' && at === '/cluster/sdn') return going ? 'remove network' : 'make network'
  return vmWriteOf(entry)?.kind
}
