import { checkBridgeUse } from '../guests/bridge-access.ts'
import { isNicKey } from '../guests/nic-format.ts'
import type { Call } from '../route.ts'
import type { ConfigValue } from '../world.ts'
import { readContainerNic } from './container-nic.ts'

const privileges = new Map<string, string>([
  ...['cores', 'cpuunits', 'cpulimit'].map((key) => [key, 'VM.Config.CPU'] as const),
  ...['memory', 'swap'].map((key) => [key, 'VM.Config.Memory'] as const),
  ...['nameserver', 'searchdomain', 'hostname'].map((key) => [key, 'VM.Config.Network'] as const),
])

type Config = ReadonlyMap<string, ConfigValue>

/**
 * Throws 403 unless the caller may change these options of a container: each has its privilege, and a NIC needs the right to the
 * bridge it is on and to the one it goes to.
 */
export const checkContainerRights = (call: Call, before: Config, after: Config, keys: readonly string[]): void => {
  if (call.user === 'root@pam') return
  const path = `/vms/${call.params['vmid']}`
  for (const key of keys) {
    if (isNicKey(key)) {
      call.require(path, 'VM.Config.Network')
      for (const value of [before.get(key), after.get(key)])
        if (value !== undefined) checkBridgeUse(call, readContainerNic(String(value)))
    } else call.require(path, key === 'rootfs' ? 'VM.Config.Disk' : (privileges.get(key) ?? 'VM.Config.Options'))
  }
}
