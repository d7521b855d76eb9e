import { Histogram } from 'prom-client'
import type { Metrics } from '../../model/metrics-port.ts'
import type { Watched } from '../../model/watched.ts'
import type { ZoneFinding } from '../../model/zone-finding.ts'
import { flag, gaugeOf, type Registers, valueOf } from './gauge-of.ts'

/** Proxmox itself waits up to 10 s before it says that the lock is taken; an apply goes node by node. */
const WAIT_SECONDS = [0.05, 0.1, 0.5, 1, 5, 10, 30]
const HOLD_SECONDS = [0.1, 0.5, 1, 5, 10, 30, 60, 120, 300]

/** The SDN zone, and the lock over its configuration. */
export function networkMetrics(
  registers: Registers,
  watched: Partial<Watched>,
): Pick<Metrics, 'zoneFindings' | 'sdnLockAsked' | 'sdnLockHeld'> {
  let findings: readonly ZoneFinding[] = []
  gaugeOf(
    registers,
    {
      name: 'lanista_zone_findings',
      help: 'What is wrong with the SDN zone, by reason: how many nodes it is about, 1 for the zone as a whole.',
      labelNames: ['reason', 'severity'] as const,
    },
    () => findings.map(({ reason, severity, nodes }) => [{ reason, severity }, nodes.length || 1]),
  )
  valueOf(
    registers,
    'lanista_sdn_lock_held',
    "Whether this Lanista holds Proxmox' lock over the SDN configuration (1) or not (0).",
    () => {
      const lock = watched.sdnLock?.()
      return lock === undefined ? undefined : flag(lock.isHeld)
    },
  )
  const waited = new Histogram({
    name: 'lanista_sdn_lock_wait_seconds',
    help: 'How long Proxmox took to answer who asks for the SDN lock, by result: granted; taken by somebody else; pending: not given over changes of others; failed.',
    labelNames: ['result'] as const,
    buckets: WAIT_SECONDS,
    registers,
  })
  const held = new Histogram({
    name: 'lanista_sdn_lock_hold_seconds',
    help: 'For how long this Lanista has held the SDN lock each time.',
    buckets: HOLD_SECONDS,
    registers,
  })
  return {
    zoneFindings: (all) => {
      findings = all
    },
    sdnLockAsked: (result, seconds) => waited.observe({ result }, seconds),
    sdnLockHeld: (seconds) => held.observe(seconds),
  }
}
