import type { Action } from './actions.ts'
import type { RangePlan } from './range-plan.ts'
import type { VmPlan } from './vm-plan.ts'

/** All actions of a plan in the order they would be made, with reasons. */
export function actionsOf(plan: RangePlan): readonly Action[] {
  const pool: Action[] = plan.pool.exists
    ? []
    : [{ kind: 'create-pool', pool: plan.rangeId, reason: `range ${plan.rangeId} keeps its VMs in a pool of its name` }]
  const grants = plan.grant === undefined ? [] : [plan.grant]
  return [...pool, ...plan.network.actions, ...grants, ...plan.vms.flatMap(vmActions)]
}

function vmActions({ spec, vmid, step, phase, message }: VmPlan): readonly Action[] {
  const on = (node: string) => ({ vm: spec.name, vmid, node })
  const start: (node: string) => Action = (node) => ({
    kind: 'start-vm',
    ...on(node),
    reason: 'the range file wants it running',
  })
  const configure: (node: string) => Action = (node) => ({
    kind: 'configure-vm',
    ...on(node),
    reason: `${spec.cpus} cores, ${spec.memoryMiB} MiB and its networks, as the range file asks`,
  })
  const started = (node: string, power: 'on' | 'off'): readonly Action[] => (power === 'on' ? [start(node)] : [])
  // Of a VM whose state Proxmox hasn't told yet nothing is known to be missing; it is looked at first.
  if (phase === 'unknown') return []
  switch (step.kind) {
    case 'create':
      return [
        { kind: 'clone-vm', ...on(step.to), template: step.template.vmid, reason: message },
        configure(step.to),
        ...started(step.to, step.power),
      ]
    case 'continue':
      return [...(phase === 'configuring' ? [configure(step.at)] : []), ...started(step.at, step.power)]
    case 'shutdown':
      return [{ kind: 'shutdown-vm', ...on(step.at), reason: 'the range file wants it off (power: off)' }]
    case 'leftover':
      return step.repair ? [{ kind: 'remove-leftover', ...on(step.at), reason: REPAIR }] : []
    case 'none':
    case 'wait':
    case 'blocked':
      return []
  }
}

const REPAIR = 'if an interrupted clone left it (lanista.repair)'
