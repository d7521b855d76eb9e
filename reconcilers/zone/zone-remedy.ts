import type { ZoneConfig } from '../../model/snapshot.ts'

/** What a person does about a zone: in Proxmox' web interface, and as a line for a node's shell. */
export interface Remedy {
  readonly web: string
  readonly shell: string
}

/** What a person changes of a zone's configuration; null empties a setting. */
export interface ZoneChange {
  readonly peers?: readonly string[]
  readonly nodes?: readonly string[] | null
  readonly mtu?: number | null
  readonly fabric?: null
}

type Setting = keyof ZoneChange

/** In the order in which they are shown, with the names of the fields in the web interface. */
const FIELDS: Readonly<Record<Setting, string>> = {
  peers: 'Peer Address List',
  nodes: 'Nodes',
  mtu: 'MTU',
  fabric: 'Fabric',
}

/** Brings what is configured into force, everybody's pending changes included. */
export const APPLY: Remedy = { web: 'Datacenter > SDN > Apply', shell: 'pvesh set /cluster/sdn' }

/** Changes an existing zone and applies. Proxmox keeps what isn't given (`PUT /cluster/sdn/zones/<zone>`). */
export function editRemedy(zone: string, change: ZoneChange): Remedy {
  const settings = (['peers', 'nodes', 'mtu', 'fabric'] as const).filter((name) => change[name] !== undefined)
  if (settings.length === 0) return APPLY
  const emptied = settings.filter((name) => change[name] === null)
  const edits = settings.map((name) =>
    change[name] === null ? `empty ${FIELDS[name]}` : `set ${FIELDS[name]} to ${valueOf(change[name])}`,
  )
  const options = [
    ...settings.filter((name) => change[name] !== null).map((name) => `--${name} ${shellWord(valueOf(change[name]))}`),
    ...(emptied.length === 0 ? [] : [`--delete ${emptied.join(',')}`]),
  ]
  return {
    web: `Datacenter > SDN > Zones > ${zone} > Edit: ${edits.join(', ')}; then ${APPLY.web}`,
    shell: `pvesh set /cluster/sdn/zones/${shellWord(zone)} ${options.join(' ')} && ${APPLY.shell}`,
  }
}

/** Creates a zone of a type that needs no more than these settings, and applies. */
export function createRemedy(zone: string, type: 'vxlan' | 'simple', config: Partial<ZoneConfig>): Remedy {
  const settings = (['peers', 'fabric', 'nodes', 'mtu'] as const).filter((name) => config[name] !== undefined)
  const fields = settings.map((name) => `${FIELDS[name]} ${valueOf(config[name])}`)
  const options = settings.map((name) => `--${name} ${shellWord(valueOf(config[name]))}`)
  return {
    web: `Datacenter > SDN > Zones > Add > ${type === 'vxlan' ? 'VXLAN' : 'Simple'}: ${[`ID ${zone}`, ...fields].join(', ')}; then ${APPLY.web}`,
    shell: [`pvesh create /cluster/sdn/zones --type ${type} --zone ${zone}`, ...options, `&& ${APPLY.shell}`].join(' '),
  }
}

/** Throws away what is pending, whoever wrote it (Proxmox VE 9). */
export const rollbackLine = 'pvesh create /cluster/sdn/rollback'

/** Several changes as one; the later ones prevail. */
export const mergedChange = (changes: readonly ZoneChange[]): ZoneChange =>
  changes.reduce<ZoneChange>((merged, change) => ({ ...merged, ...change }), {})

const valueOf = (value: readonly string[] | string | number | null | undefined): string =>
  typeof value === 'object' && value !== null ? value.join(',') : String(value)

/** A word that a shell takes as it is. */
const shellWord = (text: string): string =>
  /^[\w.,:@%+/-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
