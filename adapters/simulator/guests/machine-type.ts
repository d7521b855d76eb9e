import type { ConfigValue } from '../world.ts'

const windows = /^(?:wxp|w2k|w2k3|w2k8|wvista|win\d+)$/

/** Windows is confused by new virtual hardware: its machine type is pinned to a version when the VM is made. */
export const pinnedMachine = (
  machine: ConfigValue | undefined,
  ostype: ConfigValue | undefined,
): string | undefined => {
  if (!windows.test(String(ostype ?? ''))) return undefined
  const [type = 'pc', ...rest] = String(machine ?? 'pc').split(',')
  if (type !== 'pc' && type !== 'q35') return undefined
  return [type === 'pc' ? 'pc-i440fx-10.0+pve1' : 'pc-q35-10.0+pve1', ...rest].join(',')
}
