/** All phases, in the order a VM goes through them. */
export const VM_PHASES = [
  'absent',
  'cloning',
  'configuring',
  'starting',
  'running',
  'stopping',
  'stopped',
  'deleting',
  'blocked',
  'unknown',
] as const

/**
 * Where a VM stands on its way from template to running, by what was observed.
 *
 * `absent -> cloning -> configuring -> starting -> running`, and `stopping -> stopped` where `power` asks for that,
 * and `stopping -> deleting` where the range is to go;
 * `blocked` when something must change first (no node fits, the VMID is a stranger's, the template is missing); `unknown`
 * when Proxmox can't tell (its node is offline).
 */
export type VmPhase = (typeof VM_PHASES)[number]
