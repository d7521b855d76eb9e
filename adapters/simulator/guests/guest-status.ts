import { guestStatistics } from '../statistics.ts'
import type { Guest } from '../world.ts'
import { agentFormat } from './option-formats.ts'
import { readProperties } from './property-string.ts'

type Row = Readonly<Record<string, unknown>>

const optional = (key: string, value: unknown): Row => (value === undefined ? {} : { [key]: value })

/** One row of a node's list of VMs, measured now. */
export const guestRow = (guest: Guest, now: number): Record<string, unknown> => {
  const { template, maxcpu, diskread, diskwrite, ...figures } = guestStatistics(guest, now)
  void diskread
  void diskwrite
  return {
    vmid: guest.vmid,
    ...figures,
    cpus: maxcpu,
    ...(template === 1 ? { template } : {}),
    ...optional('tags', guest.config.get('tags')),
    ...optional('lock', guest.config.get('lock')),
    ...optional('pid', guest.running?.pid),
  }
}

/** Is the guest agent switched on in the configuration. */
export const hasAgent = ({ config }: Guest): boolean =>
  readProperties(agentFormat, String(config.get('agent') ?? '0'))['enabled'] === '1'

const pressure = Object.fromEntries(
  ['cpu', 'memory', 'io'].flatMap((kind) => [`pressure${kind}some`, `pressure${kind}full`]).map((key) => [key, 0]),
)

const nicCounters = ({ vmid, config }: Guest): Row =>
  Object.fromEntries(
    [...config.keys()].flatMap((key) => {
      const [, index] = /^net(\d+)$/.exec(key) ?? []
      return index === undefined ? [] : [[`tap${vmid}i${index}`, { netin: 0, netout: 0 }] as const]
    }),
  )

const qmpStatus = ({ running }: Guest): string => {
  if (running === undefined) return 'stopped'
  return running.paused ? 'paused' : 'running'
}

/** What `status/current` says: the truth of this moment, unlike `/cluster/resources`. */
export const currentStatus = (guest: Guest, now: number): Row => ({
  ...guestRow(guest, now),
  qmpstatus: qmpStatus(guest),
  ha: { managed: 0 },
  ...(hasAgent(guest) ? { agent: 1 } : {}),
  ...(guest.running === undefined ? {} : { ...pressure, nics: nicCounters(guest) }),
})
