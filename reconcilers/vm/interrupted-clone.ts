import type { Finding } from '../../model/condition.ts'
import type { MachineRead } from '../../model/machine-ports.ts'
import type { GuestSeen } from '../../model/snapshot.ts'

/**
 * A clone that nobody finishes any more. Proxmox lets no API token, not even root's, unlock or delete a locked VM
 * (08-qemu-create-config), so a person has to begin.
 */
export function interrupted(name: string, { vmid, node, name: told }: GuestSeen, repair: boolean): Finding {
  const finding = `vm ${name}: its clone was interrupted: VM ${vmid} is still locked by it (clone), and no clone runs on ${node}`
  const remedy =
    repair && told !== name
      ? `run as root on ${node}: qm unlock ${vmid}; Lanista then removes it and clones it again (lanista.repair)`
      : `run as root on ${node}: qm unlock ${vmid} && ${destroyLine(vmid)}; it is then cloned again`
  return { reason: 'CloneInterrupted', message: `${finding}; Proxmox lets no API token unlock it: ${remedy}` }
}

/** For what an interrupted clone left, once it is unlocked. */
export const leftoverMessage = (name: string, { vmid, node }: Pick<MachineRead, 'vmid' | 'node'>): string =>
  `vm ${name}: its clone was interrupted and left VM ${vmid} on ${node}; remove that, and it is cloned again: ${destroyLine(vmid)}; or set lanista.repair: true, and Lanista does`

/** The disks of a clone that was interrupted are not in its configuration yet. */
const destroyLine = (vmid: number): string => `qm destroy ${vmid} --destroy-unreferenced-disks 1`

/**
 * True of the configuration that Proxmox writes when a clone begins, and replaces when its first disk is there
 * (09-qemu-clone): then it has its name, and is a person's to look at.
 */
export const isLeftover = ({ name, template, running, lock, config }: MachineRead): boolean =>
  name === undefined &&
  !template &&
  !running &&
  lock === undefined &&
  config['description']?.trim() === 'qmclone temporary file'
