import { failure, textOf } from '../api-error.ts'
import { splitList } from '../formats.ts'
import type { Call } from '../route.ts'
import type { ConfigValue, Guest } from '../world.ts'
import { checkOtherBridge, checkPlug } from './bridge-check.ts'
import { driveKeys } from './drive-format.ts'
import { isCdrom, isCloudInit, readDrive } from './drives.ts'
import { isLinkDown, isNicKey, readNic, type Nic } from './nic-format.ts'
import { agentFormat } from './option-formats.ts'
import { applyChange } from './pending-changes.ts'
import { readProperties } from './property-string.ts'

/** `stays`: the change waits for the next start. */
type Outcome = 'applied' | 'stays'

const atOnce = new Set([
  'description',
  'hookscript',
  'lock',
  'migrate_downtime',
  'migrate_speed',
  'name',
  'onboot',
  'protection',
  'shares',
  'startup',
  'tags',
  'vmstatestorage',
  'cpuunits',
  'cpulimit',
])

const featuresOf = (guest: Guest): ReadonlySet<string> => {
  const value = String(guest.config.get('hotplug') ?? '1')
  if (value === '0') return new Set()
  return new Set(value === '1' ? ['network', 'disk', 'usb'] : splitList(value))
}

/** QEMU asks the guest to let go of a device; one that doesn't answer keeps it. */
const unplug = async ({ sim }: Call, key: string): Promise<void> => {
  if (sim.world.guestsRespond) return
  await sim.clock.sleep(sim.durations.hotUnplug, sim.closed)
  throw failure(`error on hot-unplugging device '${key}' - still busy in guest?`)
}

const sameCard = (a: Nic, b: Nic): boolean =>
  a.model === b.model &&
  a.mac === b.mac &&
  a.rest['queues'] === b.rest['queues'] &&
  a.rest['mtu'] === b.rest['mtu'] &&
  (a.rest['bridge'] === undefined) === (b.rest['bridge'] === undefined)

const setLink = (guest: Guest, key: string, nic: Nic): void => {
  if (isLinkDown(nic)) guest.running?.unlinked.add(key)
  else guest.running?.unlinked.delete(key)
}

const plugNic = async (call: Call, guest: Guest, key: string, value: ConfigValue): Promise<Outcome> => {
  const hotplug = featuresOf(guest).has('network')
  const before = guest.config.get(key)
  const next = readNic(String(value))
  if (before !== undefined && sameCard(readNic(String(before)), next)) {
    const old = readNic(String(before))
    const isMoved = differ(old, next, 'bridge', 'tag')
    // The system inside is to notice: its link goes down before the tap is off, and up once it is on again.
    if (isMoved) guest.running?.unlinked.add(key)
    if (differ(old, next, 'bridge', 'tag', 'trunks', 'firewall')) await plugAnew(call, guest, key, value)
    if (isMoved || differ(old, next, 'link_down')) setLink(guest, key, next)
    return 'applied'
  }
  if (!hotplug) return 'stays'
  if (before !== undefined) await unplug(call, key)
  checkPlug(call.sim.world, call.node, guest.vmid, value)
  guest.running?.loose.delete(key)
  setLink(guest, key, next)
  return 'applied'
}

/** The tap is off its bridge before Proxmox sees whether there is another, and stays off when there is none. */
const plugAnew = async (call: Call, guest: Guest, key: string, value: ConfigValue): Promise<void> => {
  const { sim } = call
  guest.running?.loose.add(key)
  await sim.clock.sleep(sim.durations.replug, sim.closed)
  checkOtherBridge(call.sim.world, call.node, readNic(String(value)).rest)
  guest.running?.loose.delete(key)
}

const differ = (a: Nic, b: Nic, ...names: readonly string[]): boolean =>
  names.some((name) => (a.rest[name] ?? '') !== (b.rest[name] ?? ''))

const needsRestart = ['aio', 'discard', 'iothread', 'queues', 'product', 'vendor', 'cache', 'ro', 'ssd']

const plugDrive = async (call: Call, guest: Guest, key: string, value: ConfigValue): Promise<Outcome> => {
  if (key === 'efidisk0' || key === 'tpmstate0') return 'stays'
  const next = readDrive(key, value)
  const before = guest.config.get(key)
  const old = before === undefined ? undefined : readDrive(key, before)
  const hotplug = featuresOf(guest).has('disk')
  if (old !== undefined) {
    if ((old.rest['media'] ?? 'disk') !== (next.rest['media'] ?? 'disk')) throw failure('unable to change media type')
    if (isCdrom(old)) return 'applied'
    if (old.file === next.file)
      return needsRestart.every((name) => old.rest[name] === next.rest[name]) ? 'applied' : 'stays'
    if (!hotplug) return 'stays'
    if (key.startsWith('virtio')) await unplug(call, key)
  }
  return hotplug && !/^(?:ide|sata)/.test(key) ? 'applied' : 'stays'
}

/** All of the agent's settings but the one QEMU need not know. */
const agentWithoutTrim = (value: ConfigValue | undefined): string => {
  const { fstrim_cloned_disks: _, ...rest } = readProperties(agentFormat, String(value ?? '0'))
  return JSON.stringify(Object.entries(rest).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

const plug = async (call: Call, guest: Guest, key: string, value: ConfigValue): Promise<Outcome> => {
  if (atOnce.has(key)) return 'applied'
  if (isNicKey(key)) return plugNic(call, guest, key, value)
  if (driveKeys.has(key)) return plugDrive(call, guest, key, value)
  const features = featuresOf(guest)
  switch (key) {
    case 'agent': {
      return agentWithoutTrim(value) === agentWithoutTrim(guest.config.get('agent')) ? 'applied' : 'stays'
    }
    case 'hotplug': {
      return /memory|cpu/.test(`${value} ${guest.config.get('hotplug') ?? ''}`) ? 'stays' : 'applied'
    }
    case 'tablet': {
      return features.has('usb') ? 'applied' : 'stays'
    }
    case 'vcpus': {
      return features.has('cpu') ? 'applied' : 'stays'
    }
    case 'memory': {
      return features.has('memory') ? 'applied' : 'stays'
    }
    case 'balloon': {
      const off = (setting: ConfigValue | undefined): boolean => setting !== undefined && Number(setting) === 0
      return off(value) === off(guest.config.get('balloon')) ? 'applied' : 'stays'
    }
    default: {
      return 'stays'
    }
  }
}

const pullOut = async (call: Call, guest: Guest, key: string): Promise<Outcome> => {
  const before = guest.config.get(key)
  const features = featuresOf(guest)
  if (before === undefined || atOnce.has(key)) return 'applied'
  if (isNicKey(key)) {
    if (!features.has('network')) return 'stays'
    await unplug(call, key)
    return 'applied'
  }
  if (driveKeys.has(key)) {
    if (!features.has('disk') || /^(?:ide|sata|efidisk|tpmstate)/.test(key)) return 'stays'
    if (key.startsWith('virtio') && !isCloudInit(readDrive(key, before))) await unplug(call, key)
    return 'applied'
  }
  if (key === 'balloon') return Number(before) === 0 ? 'stays' : 'applied'
  if (key === 'tablet') return features.has('usb') ? 'applied' : 'stays'
  if (key === 'hotplug') return /memory|cpu/.test(String(before)) ? 'stays' : 'applied'
  if (key === 'vcpus') return features.has('cpu') ? 'applied' : 'stays'
  if (key === 'memory') return features.has('memory') ? 'applied' : 'stays'
  return 'stays'
}

/**
 * Puts into force what a running VM takes without a restart; the rest stays pending. Returns what went wrong, by option;
 * such a change stays pending as well.
 */
export const hotplugPending = async (
  call: Call,
  guest: Guest,
  touched: ReadonlySet<string>,
  force: boolean,
): Promise<Readonly<Record<string, string>>> => {
  const errors: Record<string, string> = {}
  const entries = [...guest.pending].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const ordered = [...entries.filter(([key]) => atOnce.has(key)), ...entries.filter(([key]) => !atOnce.has(key))]
  for (const [key, value] of ordered) {
    if (!atOnce.has(key) && !touched.has(key)) continue
    try {
      const outcome = value === null ? await pullOut(call, guest, key) : await plug(call, guest, key, value)
      if (outcome === 'applied') applyChange(call.sim.world, guest, key, force)
    } catch (error) {
      errors[key] = `hotplug problem - ${textOf(error)}\n`
    }
  }
  return errors
}
