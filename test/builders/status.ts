import { type Condition, readyOf, type StatedCondition } from '../../model/condition.ts'
import type { RangeStatus, VmStatus } from '../../model/range-status.ts'

/** A VM's status with everything in order. */
export const vmStatus = (name: string, traits: Partial<VmStatus> = {}): VmStatus => ({
  name,
  role: 'vm',
  vmid: 1_010_011,
  node: 'pve1',
  address: '10.1.10.11',
  phase: 'running',
  why: 'its target_node',
  trouble: undefined,
  remark: undefined,
  ...traits,
})

/** Conditions as they are told, since the beginning of 2026. */
export const stated = (...conditions: readonly Condition[]): readonly StatedCondition[] =>
  conditions.map((each) => ({ ...each, lastTransitionTime: AT }))

const AT = '2026-01-01T00:00:00.000Z'

/** A range's status, Ready unless a finding is given. */
export const rangeStatus = (
  id: string,
  vms: readonly VmStatus[],
  finding?: { readonly reason: string; readonly message: string },
): RangeStatus => {
  const machines =
    finding === undefined
      ? ({ type: 'MachinesReady', status: 'True', reason: 'Ok', message: 'all VMs are running' } as const)
      : ({ type: 'MachinesReady', status: 'False', ...finding } as const)
  return {
    id,
    source: `${id}.yml`,
    number: 1,
    conditions: stated(machines, readyOf([machines])),
    diagnostics: [],
    vms,
    networks: [],
    since: AT,
    changedAt: AT,
  }
}
