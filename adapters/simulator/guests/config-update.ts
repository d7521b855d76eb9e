import { failure, parameterError } from '../api-error.ts'
import { splitList } from '../formats.ts'
import { randomUuid } from '../random.ts'
import type { Call } from '../route.ts'
import { isQuorate, type ConfigValue, type Guest } from '../world.ts'
import { checkBridgeAccess } from './bridge-access.ts'
import { isConfigOption, storedValue } from './config-schema.ts'
import { driveKeys } from './drive-format.ts'
import { checkLock, configDigest, guestOf } from './guest-lookup.ts'
import { checkDriveAccess, normalDrive } from './drive-access.ts'
import { isNicKey, macPrefix, printNic, readNic, withMac } from './nic-format.ts'
import { checkOptionRights, type GuestRights } from './option-privileges.ts'
import { visibleConfig } from './pending-changes.ts'
import { readProperties } from './property-string.ts'
import { memoryFormat } from './option-formats.ts'

/** A verified request to change a configuration. */
export interface ConfigUpdate {
  readonly set: ReadonlyMap<string, ConfigValue>
  readonly remove: readonly string[]
  readonly revert: readonly string[]
  readonly digest: string | undefined
  /** Disks that are taken away are removed, not kept as unused. */
  readonly force: boolean
  /** How the task log tells it. */
  readonly description: string
}

const notOptions = new Set(['node', 'vmid', 'digest', 'background_delay', 'import-working-storage'])

const describe = (vmid: number, params: Readonly<Record<string, string>>): string => {
  const words = Object.keys(params)
    .filter((key) => !notOptions.has(key))
    .toSorted()
    .flatMap((key) => [`-${key}`, key === 'cipassword' ? '<hidden>' : (params[key] ?? '')])
  return `update VM ${vmid}: ${words.join(' ')}`
}

const removals = (text: string | undefined, sent: ReadonlySet<string>, revert: readonly string[]): readonly string[] =>
  splitList(text ?? '').map((given) => {
    const key = given === 'cdrom' ? 'ide2' : given
    if (sent.has(key)) throw parameterError({ delete: `you can't use '-${key}' and -delete ${key}' at the same time` })
    if (revert.includes(key))
      throw parameterError({ revert: `you can't use '-delete ${key}' and -revert ${key}' at the same time` })
    if (!isConfigOption(key)) throw parameterError({ delete: `unknown option '${key}'` })
    return key
  })

const reversals = (text: string | undefined, sent: ReadonlySet<string>): readonly string[] =>
  splitList(text ?? '').map((key) => {
    if (!isConfigOption(key)) throw parameterError({ revert: `unknown option '${key}'` })
    if (sent.has(key)) throw parameterError({ delete: `you can't use '-${key}' and -revert ${key}' at the same time` })
    return key
  })

/** Options as they will be stored: MACs made up, drives completed, numbers as numbers. */
export const optionValues = (
  call: Call,
  params: Readonly<Record<string, string>>,
): ReadonlyMap<string, ConfigValue> => {
  const { random, options } = call.sim.world
  const values = new Map<string, ConfigValue>()
  const { cdrom, ...rest } = params
  const given = cdrom === undefined ? rest : { ...rest, ide2: /media=/.test(cdrom) ? cdrom : `${cdrom},media=cdrom` }
  for (const [key, value] of Object.entries(given)) {
    if (!isConfigOption(key)) continue
    if (isNicKey(key)) values.set(key, printNic(withMac(readNic(value), random, macPrefix(options))))
    else if (driveKeys.has(key)) values.set(key, normalDrive(call.sim.world, key, value))
    else if (key === 'vmgenid' && value === '1') values.set(key, randomUuid(random))
    else if (key === 'cpuunits') values.set(key, Math.min(10_000, Number(value)))
    else values.set(key, storedValue(key, value))
  }
  return values
}

/** Verifies a request in Proxmox' order: sense, values, the right to each option, to storages and to bridges. */
export const configUpdate = (call: Call): ConfigUpdate => {
  const { params } = call
  const vmid = Number(params['vmid'])
  if (params['skiplock'] === '1' && call.user !== 'root@pam')
    throw parameterError({ skiplock: 'Only root may use this option.' })
  const sent = new Set(Object.keys(params).filter((key) => isConfigOption(key) || key === 'cdrom'))
  if (params['delete'] === undefined && params['revert'] === undefined && sent.size === 0)
    throw failure('no options specified')
  const revert = reversals(params['revert'], sent)
  const remove = removals(params['delete'], sent, revert)
  const set = optionValues(call, params)
  const rights: GuestRights = { vmid, pool: undefined }
  checkOptionRights(call, rights, remove)
  checkOptionRights(call, rights, [...set.keys()])
  checkDriveAccess(call, rights, set)
  checkBridgeAccess(call, set)
  return {
    set,
    remove,
    revert,
    digest: params['digest'],
    force: params['force'] === '1',
    description: describe(vmid, params),
  }
}

const memoryIn = (value: ConfigValue | undefined): number =>
  Number(readProperties(memoryFormat, String(value ?? '512'))['current'] ?? 512)

const checkBalloon = (guest: Guest, set: ReadonlyMap<string, ConfigValue>): void => {
  if (!set.has('memory') && !set.has('balloon')) return
  const config = visibleConfig(guest, false)
  const balloon = Number(set.get('balloon') ?? config.get('balloon') ?? 0)
  if (balloon > memoryIn(set.get('memory') ?? config.get('memory')))
    throw failure('balloon value too large (must be smaller than assigned memory)')
}

/** The VM, after the checks that are made both when asked and once its lock is held. Throws what the caller sees. */
export const checkedGuest = (call: Call, update: ConfigUpdate): Guest => {
  const guest = guestOf(call)
  if (update.digest !== undefined && update.digest !== '' && update.digest !== configDigest(guest))
    throw failure('checksum mismatch (file change by other user?)')
  checkLock(guest)
  checkBalloon(guest, update.set)
  return guest
}

/** Throws as a write to the cluster file system does when there is no quorum. */
export const checkWritable = ({ sim, node }: Call, vmid: number): void => {
  if (isQuorate(sim.world)) return
  const file = `/etc/pve/nodes/${node.name}/qemu-server/${vmid}.conf.tmp.${node.nextPid}`
  throw failure(`unable to open file '${file}' - Permission denied`)
}
