import type { JournalNic } from '../../model/migration-journal.ts'
import { optionOf } from './old-networks.ts'

/** How a VM is: whether its process runs, and since when. */
export interface Uptime {
  readonly running: boolean
  readonly uptimeSeconds: number
}

/**
 * Whether a VM runs with the MTU that its NIC found on the bridge: QEMU tells a virtio card its MTU when it starts. Clocks of nodes and of
 * this machine don't matter, as a node tells for how long it runs; that it tells whole seconds is less than a start takes.
 *
 * @param now epoch milliseconds, when that was told @param mtu of the new networks, in bytes; undefined where it is not known
 */
export function runsWithOldMtu(
  { writtenAt, after }: Pick<JournalNic, 'writtenAt' | 'after'>,
  { running, uptimeSeconds }: Uptime,
  now: number,
  mtu: number | undefined,
): boolean {
  if (writtenAt === undefined || mtu === undefined || mtu >= ETHERNET_MTU || !running) return false
  const own = optionOf(after, 'mtu')
  if (!after.startsWith('virtio=') || (own !== undefined && own !== '1')) return false
  return now - uptimeSeconds * 1000 < writtenAt
}

const ETHERNET_MTU = 1500
