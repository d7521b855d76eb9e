import type { VmSpec } from './range-spec.ts'

/**
 * The groups of a VM in Ludus' Ansible inventory, by Ludus' own playbook for ranges: its range, what it is, and the
 * author's own. Domain controllers are in two groups that their plays ask for, and not among the Windows endpoints.
 */
export function ansibleGroupsOf(vm: VmSpec, rangeId: string): readonly string[] {
  const kinds = kindsOf(vm).map((kind) => `${rangeId}_${kind}`)
  return [...new Set([rangeId, ...kinds, ...vm.ansibleGroups])]
}

function kindsOf({ role, os, domainController }: VmSpec): readonly string[] {
  if (role === 'router') return ['router']
  return domainController ? ['test_range_network', 'test_range_dc'] : [`${os}_endpoints`]
}
