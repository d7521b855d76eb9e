import { flag, integer, shared, text, type ParameterTable } from '../parameters.ts'
import { configOptions } from './config-options.ts'
import { driveKeys } from './drive-format.ts'
import { parsePropertyString } from './property-string.ts'

/** Options of the calls that write a configuration besides those that are stored. */
const onWrite: ParameterTable = {
  cdrom: text({ check: (value) => parsePropertyString(driveKeys.get('ide2') ?? {}, value, 'cdrom').problem }),
  force: { ...flag, requires: 'delete' },
}

/** Parameters of `PUT` and, with `backgroundDelay`, of `POST config`. */
export const updateParameters: ParameterTable = {
  node: shared.node,
  vmid: shared.vmid,
  ...configOptions,
  ...onWrite,
  delete: shared.configidList,
  revert: shared.configidList,
  digest: text({ maxLength: 40 }),
  skiplock: flag,
}

/** Parameters of the call that creates a VM. */
export const createParameters: ParameterTable = {
  node: shared.node,
  vmid: shared.vmid,
  ...configOptions,
  ...onWrite,
  archive: text({ maxLength: 255 }),
  bwlimit: integer(0),
  force: { ...flag, requires: 'archive' },
  'ha-managed': flag,
  'import-working-storage': text({ format: 'pve-storage-id' }),
  'live-restore': flag,
  pool: text({ format: 'pve-poolid' }),
  start: flag,
  storage: text({ format: 'pve-storage-id' }),
  unique: { ...flag, requires: 'archive' },
}

/** Does a configuration know this option. */
export const isConfigOption = (name: string): boolean => Object.hasOwn(configOptions, name)

/** A value in the type the API answers: integers and flags as numbers, everything else as text. An empty text
 * is stored as a blank; a description loses its trailing white space. */
export const storedValue = (name: string, value: string): string | number => {
  const type = configOptions[name]?.type
  if (type === 'integer' || type === 'boolean') return Number(value)
  if (name === 'description') return value.trimEnd()
  return value.trim() === '' ? ' ' : value.trim()
}
