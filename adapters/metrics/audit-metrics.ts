import type { Watched } from '../../model/watched.ts'
import { type Registers, valueOf } from './gauge-of.ts'

/** The comparison of VMs that run with their range files. */
export function auditMetrics(registers: Registers, watched: Partial<Watched>): void {
  valueOf(
    registers,
    'lanista_audit_due_vms',
    'VMs whose turn to be compared with their range files has come.',
    () => watched.audit?.().due,
  )
  valueOf(
    registers,
    'lanista_audit_lag_seconds',
    'For how long the longest of them has waited beyond its turn; 0 when none has.',
    () => watched.audit?.().lagSeconds,
  )
}
