import { failure } from '../api-error.ts'
import type { Call } from '../route.ts'
import type { ConfigValue } from '../world.ts'
import { requireOnGuest, type GuestRights } from './option-privileges.ts'

const properties = (value: ConfigValue): ReadonlyMap<string, string> =>
  new Map(
    String(value)
      .split(',')
      .map((part, index): readonly [string, string] => {
        const [, key, text] = /^([^=]+)=(.*)$/s.exec(part) ?? []
        return key === undefined || text === undefined ? [index === 0 ? 'default' : part, part] : [key, text]
      }),
  )

const checkUsb = (call: Call, rights: GuestRights, key: string, value: ConfigValue): void => {
  requireOnGuest(call, rights, ['VM.Config.HWType'])
  const given = properties(value)
  const host = given.get('host') ?? given.get('default')
  const mapping = given.get('mapping')
  if (host !== undefined) {
    if (host.toLowerCase() !== 'spice') throw failure(`only root can set '${key}' config for real devices`)
  } else if (mapping === undefined) throw failure(`either 'host' or 'mapping' must be set.`)
  else call.require(`/mapping/usb/${mapping}`, 'Mapping.Use')
}

const checkPci = (call: Call, rights: GuestRights, key: string, value: ConfigValue): void => {
  const given = properties(value)
  const mapping = given.get('mapping')
  if (given.has('host') || given.has('default'))
    throw failure(`only root can set '${key}' config for non-mapped devices`)
  if (mapping === undefined) throw failure(`either 'host' or 'mapping' must be set.`)
  call.require(`/mapping/pci/${mapping}`, 'Mapping.Use')
  requireOnGuest(call, rights, ['VM.Config.HWType'])
}

const checkFolder = (call: Call, rights: GuestRights, value: ConfigValue): void => {
  requireOnGuest(call, rights, ['VM.Config.Disk'])
  const given = properties(value)
  call.require(`/mapping/dir/${given.get('dirid') ?? given.get('default') ?? ''}`, 'Mapping.Use')
}

/** What is being done to a device; only refusals of serial ports tell. */
type DeviceVerb = 'set' | 'modify' | 'delete'

const checkSerial = (call: Call, rights: GuestRights, key: string, value: ConfigValue, verb: DeviceVerb): void => {
  if (value !== 'socket') throw failure(`only root can ${verb} '${key}' config for real devices`)
  requireOnGuest(call, rights, ['VM.Config.HWType'])
}

/** Throws unless the caller may have this device of the host: only root with a password may name real ones. */
export const checkDeviceRight = (
  call: Call,
  rights: GuestRights,
  key: string,
  value: ConfigValue,
  verb: DeviceVerb = 'set',
): void => {
  if (call.user === 'root@pam') return
  switch (key.replace(/\d+$/, '')) {
    case 'usb': {
      return checkUsb(call, rights, key, value)
    }
    case 'hostpci': {
      return checkPci(call, rights, key, value)
    }
    case 'virtiofs': {
      return checkFolder(call, rights, value)
    }
    case 'serial': {
      return checkSerial(call, rights, key, value, verb)
    }
    default: {
      return undefined
    }
  }
}
