import type { Diagnostic } from '../../model/diagnostic.ts'
import { nearest } from '../../model/nearest.ts'
import { printable } from '../../model/printable.ts'
import { serverConfigSchema } from '../../model/server-config.ts'
import type { YamlFile } from '../yaml-file/read-yaml.ts'

/** Further keys of Ludus' own, so that none of them is taken for a misspelling of one that Lanista reads. */
const OTHER_LUDUS_KEYS: ReadonlySet<string> = new Set([
  'proxmox_interface',
  'proxmox_user_realm',
  'proxmox_local_ip',
  'proxmox_public_ip',
  'proxmox_gateway',
  'proxmox_netmask',
  'proxmox_iso_storage_pool',
  'ludus_nat_ip',
  'ludus_nat_gateway',
  'prevent_user_ansible_add',
  'license_key',
  'expose_admin_port',
  'port',
  'admin_port',
  'data_directory',
  'database_encryption_key',
  'wireguard_port',
  'wireguard_endpoint',
  'max_log_history',
])

/** Unknown keys are Ludus' business, unless they are one or two slips away from a key of ours. */
export function misspeltKeys(yaml: YamlFile): readonly Diagnostic[] {
  const { value } = yaml
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  const known = Object.keys(serverConfigSchema.shape)
  const strange = Object.keys(value).filter((key) => !known.includes(key) && !OTHER_LUDUS_KEYS.has(key))
  return strange.flatMap((key) => {
    const meant = nearest(key, known, 2)
    if (meant === undefined) return []
    return [yaml.diagnosticAt(yaml.place([key]).key, `unknown key ${printable(key)}`, `did you mean ${meant}?`)]
  })
}

/** Keys of the `lanista:` section at the top, where nobody looks at them: some day they may be Ludus' own, so they are only told. */
export function keysOfLanista(yaml: YamlFile): readonly Diagnostic[] {
  const { value } = yaml
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  const own = Object.keys(serverConfigSchema.shape.lanista.unwrap().shape)
  return Object.keys(value)
    .filter((key) => own.includes(key) && !OTHER_LUDUS_KEYS.has(key))
    .map((key) =>
      yaml.diagnosticAt(yaml.place([key]).key, `nobody looks at ${printable(key)} here`, 'move it into lanista'),
    )
}
