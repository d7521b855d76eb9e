import type { MachineAudit, MachineRead } from '../../model/machine-ports.ts'
import type { Freshness, Plugged, Plugs } from './plugs.ts'

/** NICs whose VNet the node has, and that are not among the ports of its bridge. */
export async function unpluggedOf(
  read: Pick<MachineRead, 'node' | 'vmid' | 'config'>,
  zones: readonly string[],
  plugs: Plugs,
  signal: AbortSignal,
  freshness: Freshness | undefined,
): Promise<Unplugged> {
  const bridges = async (asOf: Freshness | undefined): Promise<Plugged> => {
    const told = await Promise.all(zones.map((zone) => plugs.on(read.node, zone, signal, asOf)))
    return new Map(told.flatMap((each) => [...(each ?? [])]))
  }
  const first = notAmong(read, await bridges(freshness))
  // It may have been started since the node was asked.
  return first.unplugged.length === 0 || freshness === 'now' ? first : notAmong(read, await bridges('now'))
}

type Unplugged = Pick<MachineAudit, 'unplugged' | 'bridgesGone' | 'untold'>

export const ALL_PLUGGED: Unplugged = { unplugged: [], bridgesGone: [] }

const notAmong = ({ vmid, config }: Pick<MachineRead, 'vmid' | 'config'>, bridges: Plugged): Unplugged => {
  const untold: string[] = []
  const off = Object.entries(config).flatMap(([key, value]) => {
    const words = /^net\d+$/.test(key) ? value.split(',') : []
    const bridge = words.find((word) => word.startsWith('bridge='))?.slice('bridge='.length)
    const ports = bridge === undefined ? undefined : bridges.get(bridge)
    if (bridge !== undefined && ports === undefined) untold.push(key)
    if (bridge === undefined || ports === undefined) return []
    if (ports === 'gone') return [{ key, bridge, isGone: true }]
    return ports.has(`${vmid} ${key}`) ? [] : [{ key, bridge, isGone: false }]
  })
  const gone = off.filter(({ isGone }) => isGone).map(({ bridge }) => bridge)
  return { unplugged: off.map(({ key }) => key), bridgesGone: [...new Set(gone)], untold }
}
