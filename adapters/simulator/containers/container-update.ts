import { failure, parameterError } from '../api-error.ts'
import { bridgeMtu } from '../bridge-mtu.ts'
import { splitList } from '../formats.ts'
import { isMissing, missing } from '../guests/bridge-check.ts'
import { configDigest } from '../guests/guest-lookup.ts'
import { isNicKey, macPrefix } from '../guests/nic-format.ts'
import { applyPending, dropIdlePending } from '../guests/pending-changes.ts'
import { canonicalTags } from '../guests/tags.ts'
import type { Call } from '../route.ts'
import { isQuorate, type ConfigValue, type Guest } from '../world.ts'
import { hotplugContainer } from './container-hotplug.ts'
import { checkContainerLock, containerOf } from './container-lookup.ts'
import { completeNic, printContainerNic, readContainerNic } from './container-nic.ts'
import { containerValue, isContainerOption } from './container-options.ts'
import { checkContainerRights } from './container-rights.ts'

const notOptions = new Set(['node', 'vmid', 'digest', 'delete', 'revert'])

const valuesIn = ({ params }: Call): ReadonlyMap<string, ConfigValue> =>
  new Map(
    Object.entries(params)
      .filter(([key]) => !notOptions.has(key))
      .map(([key, value]) => [key, key === 'tags' ? canonicalTags(value) : containerValue(key, value)] as const),
  )

const checkSense = (
  set: ReadonlyMap<string, ConfigValue>,
  remove: readonly string[],
  revert: readonly string[],
): void => {
  for (const key of revert) {
    if (!isContainerOption(key)) throw parameterError({ revert: `unknown option '${key}'` })
    if (set.has(key)) throw parameterError({ revert: `you can't use '-${key}' and '-revert ${key}' at the same time` })
  }
  for (const key of remove) {
    if (!isContainerOption(key)) throw parameterError({ delete: `unknown option '${key}'` })
    if (set.has(key)) throw parameterError({ delete: `you can't use '-${key}' and -delete ${key}' at the same time` })
    if (revert.includes(key))
      throw parameterError({ delete: `you can't use '-delete ${key}' and '-revert ${key}' at the same time` })
  }
}

const required = new Set(['memory', 'rootfs', 'ostype'])

/** Of a card that is given an MTU the bridge is looked at, whether the container runs or not. */
const checkMtu = ({ sim, node }: Call, key: string, value: ConfigValue): void => {
  const { bridge = '', mtu } = readContainerNic(String(value))
  if (mtu === undefined) return
  if (isMissing(node, bridge)) throw failure(missing(bridge))
  const most = bridgeMtu(sim.world, bridge)
  if (Number(mtu) > most) throw failure(`${key}: MTU size '${mtu}' is bigger than bridge MTU '${most}'`)
}

const prepare = (call: Call, guest: Guest, set: ReadonlyMap<string, ConfigValue>, remove: readonly string[]): void => {
  for (const key of remove) {
    if (!guest.config.has(key) && !guest.pending.has(key)) continue
    if (required.has(key)) throw failure(`unable to delete required option '${key}'`)
    if (key === 'unprivileged') throw failure(`unable to delete read-only option: '${key}'`)
    guest.pending.set(key, null)
  }
  for (const [key, value] of [...set].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (key === 'unprivileged') throw failure(`unable to modify read-only option: '${key}'`)
    if (isNicKey(key)) checkMtu(call, key, value)
    guest.pending.set(key, value)
  }
  dropIdlePending(guest)
}

/** A stopped container takes everything; its cards are completed, and no bridge is looked at. */
const takeAll = ({ sim: { world } }: Call, guest: Guest): void => {
  for (const [key, value] of guest.pending)
    if (isNicKey(key) && value !== null) {
      const card = completeNic(readContainerNic(String(value)), world.random, macPrefix(world.options))
      guest.pending.set(key, printContainerNic(card))
    }
  applyPending(world, guest)
}

const copyInto = <K, V>(target: Map<K, V>, source: ReadonlyMap<K, V>): void => {
  target.clear()
  for (const [key, value] of source) target.set(key, value)
}

/**
 * Changes the container of a call while its lock is held. Throws a 400 that names what could not be plugged; then the file is
 * as it was, but for the NICs that were changed by then.
 */
export const updateContainer = (call: Call): void => {
  const { params, sim, node } = call
  const set = valuesIn(call)
  const [remove, revert] = [splitList(params['delete'] ?? ''), splitList(params['revert'] ?? '')]
  const guest = containerOf(call)
  checkContainerLock(guest)
  if (params['digest'] !== undefined && params['digest'] !== '' && params['digest'] !== configDigest(guest))
    throw failure('detected modified configuration - file changed by other user? Try again.')
  checkContainerRights(call, guest.config, new Map(), [...remove, ...revert])
  checkSense(set, remove, revert)
  checkContainerRights(call, guest.config, set, [...set.keys()])
  if (!isQuorate(sim.world))
    throw failure(
      `unable to open file '/etc/pve/nodes/${node.name}/lxc/${guest.vmid}.conf.tmp.${node.nextPid}' - Permission denied`,
    )
  let file = { config: new Map(guest.config), pending: new Map(guest.pending) }
  const write = (): void => {
    file = { config: new Map(guest.config), pending: new Map(guest.pending) }
  }
  try {
    for (const key of revert) guest.pending.delete(key)
    prepare(call, guest, set, remove)
    const touched = new Set([...set.keys(), ...remove])
    if (guest.running === undefined) takeAll(call, guest)
    else {
      const errors = hotplugContainer(call, guest, touched, write)
      if (Object.keys(errors).length > 0) throw parameterError(errors)
    }
    write()
  } finally {
    copyInto(guest.config, file.config)
    copyInto(guest.pending, file.pending)
  }
}
