import type { JournalNic } from '../../model/migration-journal.ts'
import type { NicLook } from '../../model/nic-look.ts'
import { optionOf } from './old-networks.ts'

/** How a VM is: where, whether its process runs, and since when. */
export interface Uptime {
  readonly node: string
  readonly running: boolean
  readonly uptimeSeconds: number
  /** Of its process; undefined where that is not told. */
  readonly pid?: number | undefined
}

/**
 * Whether a VM runs with the MTU that its NIC found on the bridge: QEMU tells a virtio card its MTU when it starts. It does while it is
 * the process that was there when its NIC was written, which no clock has a say in: a node tells for how long it runs, and its number.
 * Only where that is not known the clock of this machine has to do.
 *
 * @param now epoch milliseconds, when that was told @param mtu of the new networks, in bytes; undefined where it is not known
 */
export function runsWithOldMtu(
  { writtenAt, after, process }: Pick<JournalNic, 'writtenAt' | 'after' | 'process'>,
  vm: Uptime,
  now: number,
  mtu: number | undefined,
): boolean {
  if (writtenAt === undefined || !vm.running || !followsBridge(after, mtu) || process === 'later') return false
  // What is on another node has another process there, also if it was migrated while it ran.
  if (process !== undefined && vm.pid !== undefined && vm.node === process.node)
    return vm.pid === process.pid && vm.uptimeSeconds >= process.uptimeSeconds
  return wasThere(writtenAt, vm, now)
}

/**
 * That a VM may run with the MTU of its bridge, and nothing tells: one that is migrated while it runs has another process from then on,
 * which is told to go on with the old MTU (`nets-host-mtu` in the source of qemu-server), as one that is off when it is migrated has not.
 *
 * @returns a sentence; undefined where it can be told
 */
export function whyUntoldMtu(
  { name, vmid, after, process }: Pick<JournalNic, 'name' | 'vmid' | 'after' | 'process'>,
  { node, running }: Pick<Uptime, 'node' | 'running'>,
  mtu: number | undefined,
): string | undefined {
  if (!running || process === undefined || process === 'later' || process.node === node) return undefined
  if (!followsBridge(after, mtu)) return undefined
  return `vm ${name} was on ${process.node} when its NICs moved, and is on ${node} now: if it was migrated while it ran, it keeps the MTU of its bridge until it is rebooted, which nothing tells; if it loses large packets: qm reboot ${vmid} (on ${node})`
}

/** Whether the MTU of the network that it is started on matters to a NIC, and is smaller on the new one. */
function followsBridge(after: string, mtu: number | undefined): boolean {
  if (mtu === undefined || mtu >= ETHERNET_MTU) return false
  const own = optionOf(after, 'mtu')
  return after.startsWith('virtio=') && (own === undefined || own === '1')
}

/** What to note of a VM that is looked at once its NIC was written; both by one clock, and within moments. @param now epoch milliseconds */
export function processOf(
  { writtenAt }: Pick<JournalNic, 'writtenAt'>,
  { running, process }: Pick<NicLook, 'running' | 'process'>,
  now: number,
): JournalNic['process'] {
  if (!running) return 'later'
  if (writtenAt === undefined || process === undefined) return undefined
  return wasThere(writtenAt, process, now) ? process : 'later'
}

/** That a node tells whole seconds is less than a start takes. */
const wasThere = (writtenAt: number, { uptimeSeconds }: Pick<Uptime, 'uptimeSeconds'>, now: number): boolean =>
  now - uptimeSeconds * 1000 < writtenAt

const ETHERNET_MTU = 1500
