import { failure, textOf } from '../api-error.ts'
import { checkOtherBridge, isMissing, missing } from '../guests/bridge-check.ts'
import { isNicKey, macPrefix } from '../guests/nic-format.ts'
import { applyChange } from '../guests/pending-changes.ts'
import type { Properties } from '../guests/property-string.ts'
import type { Call } from '../route.ts'
import type { Guest } from '../world.ts'
import { completeNic, printContainerNic, readContainerNic } from './container-nic.ts'

/** What a running container takes without further ado, or by its control group. */
const atOnce = new Set(
  'description onboot startup protection hostname cores tags lock cpulimit cpuunits memory swap'.split(' '),
)

const differ = (one: Properties, other: Properties, ...names: readonly string[]): boolean =>
  names.some((name) => (one[name] ?? '') !== (other[name] ?? ''))

/** Puts a card's veth on its bridge; one that is `link_down` is on none. */
const plug = ({ sim, node }: Call, card: Properties): void => {
  if (card['link_down'] !== '1') checkOtherBridge(sim.world, node, card)
}

/** Makes a new veth. Unlike a VM's system a container has no say in it. */
const makeVeth = (call: Call, card: Properties): void => {
  const { bridge } = card
  if (bridge === undefined) throw failure('unable to get bridge setting')
  if (isMissing(call.node, bridge)) throw failure(missing(bridge))
  plug(call, card)
}

/**
 * The veth goes to another bridge or VLAN. Unlike a VM's tap it is put back where it was when that fails; it is on no bridge where
 * the old one is gone as well.
 */
const plugAnew = (call: Call, guest: Guest, key: string, before: Properties, after: Properties): void => {
  guest.running?.loose.add(key)
  let problem: unknown
  try {
    plug(call, after)
  } catch (error) {
    problem = error
    try {
      plug(call, before)
    } catch {
      throw failure(`${textOf(error)}\n`)
    }
  }
  guest.running?.loose.delete(key)
  if (problem !== undefined) throw failure(`${textOf(problem)}\n`)
}

const changeNic = (call: Call, guest: Guest, key: string, value: string, write: () => void): void => {
  const after = completeNic(readContainerNic(value), call.sim.world.random, macPrefix(call.sim.world.options))
  const text = guest.config.get(key)
  const before = text === undefined ? undefined : readContainerNic(String(text))
  if (before === undefined) makeVeth(call, after)
  else if (differ(before, after, 'hwaddr', 'name')) {
    // What can't be made anew afterwards is gone.
    guest.config.delete(key)
    guest.running?.loose.delete(key)
    write()
    makeVeth(call, after)
  } else {
    const rewired = differ(before, after, 'bridge', 'tag', 'firewall', 'link_down')
    if (rewired) plugAnew(call, guest, key, before, after)
    const taken = ['bridge', 'tag', 'firewall', 'rate', 'link_down'].flatMap((name) =>
      after[name] === undefined || after[name] === '0' ? [] : [[name, after[name]] as const],
    )
    // For now it lacks only what is taken away.
    guest.config.set(key, printContainerNic({ ...before, ...(rewired ? Object.fromEntries(taken) : {}) }))
    write()
  }
  guest.pending.set(key, printContainerNic(after))
}

/** `skip`: it waits for the next start. */
const change = (call: Call, guest: Guest, key: string, write: () => void): 'done' | 'skip' => {
  const value = guest.pending.get(key)
  if (atOnce.has(key)) return 'done'
  // A NIC beyond the tenth goes with the next start only.
  if (value === null) return /^net\d$/.test(key) ? 'done' : 'skip'
  if (value === undefined || !isNicKey(key)) return 'skip'
  changeNic(call, guest, key, String(value), write)
  return 'done'
}

/**
 * Puts into force what a running container takes; returns what went wrong by option. Each NIC that was changed is written at once
 * (`write`), everything else only when nothing went wrong at all (from the source of pve-container).
 */
export const hotplugContainer = (
  call: Call,
  guest: Guest,
  touched: ReadonlySet<string>,
  write: () => void,
): Readonly<Record<string, string>> => {
  const errors: Record<string, string> = {}
  for (const key of [...guest.pending.keys()].filter((each) => touched.has(each)).toSorted()) {
    try {
      const isGoing = guest.pending.get(key) === null
      if (change(call, guest, key, write) === 'skip') continue
      applyChange(call.sim.world, guest, key)
      if (isGoing) guest.running?.loose.delete(key)
    } catch (error) {
      errors[key] = `unable to hotplug ${key}: ${textOf(error)}\n`
    }
  }
  return errors
}
