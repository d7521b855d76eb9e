import type { MachineRead } from '../../model/machine-ports.ts'
import { printable } from '../../model/printable.ts'
import type { RemovalOrder } from '../../model/removal.ts'
import type { ClusterSnapshot, GuestSeen } from '../../model/snapshot.ts'
import { whySilent } from '../silent-node.ts'
import { type Marked, marksLacking, marksOf } from './marks.ts'
import { lockRemedy } from '../vm-lock.ts'

/**
 * Why a guest of the pool must not be deleted, and what to do about it; undefined when it may go. Every doubt about
 * whose it is leaves it alone: only a VM of the range with the range's tags goes, and no template.
 */
export function whyGuestStays(
  guest: GuestSeen,
  order: RemovalOrder,
  seen: Pick<ClusterSnapshot, 'nodes'>,
): string | undefined {
  const { kind, vmid, node, template } = guest
  const it = titleOf(guest)
  const takeOut = `take it out of the pool (pvesh set /pools/${order.rangeId} --vms ${vmid} --delete 1)`
  if (kind === 'lxc') return `container ${it} is not Lanista's to delete; ${takeOut}, or delete it yourself`
  if (template) return `template ${it} is not Lanista's to delete; ${takeOut}, or delete it yourself`
  if (marksOf(guest, order.rangeId, false) !== 'configured')
    return `vm ${it} ${unmarked(guest, order.rangeId)}, or ${takeOut}`
  const stranger = whyOutOfScope(guest, order)
  if (stranger !== undefined) return `vm ${it} ${stranger}, or ${takeOut}`
  const silent = whySilent(node, seen)
  return silent === undefined ? undefined : `vm ${it} is on node ${node}, which ${silent}`
}

/** As `whyGuestStays`, by what its own node says just now, which may be news: all that keeps it, whose it is first. */
export function whyReadStays(read: MachineRead, name: string | undefined, rangeId: string): readonly string[] {
  const stranger = whyNotOurs(read, name, rangeId)
  return [...(stranger === undefined ? [] : [stranger]), ...holdsOn(read, name)]
}

/** What holds a VM whosever it is. */
export function holdsOn(
  held: Pick<MachineRead, 'vmid' | 'node' | 'lock' | 'config'>,
  name: string | undefined,
): readonly string[] {
  const { vmid, node, lock, config } = held
  const it = titleOf({ name, vmid })
  return [
    ...(config['protection'] === '1'
      ? [`vm ${it} is protected; if it is to go: qm set ${vmid} --protection 0 (on ${node})`]
      : []),
    ...(lock === undefined
      ? []
      : [`vm ${it} is locked (${lock}); ${lock === 'suspended' ? suspendedText(held) : lockRemedy(lock, held)}`]),
  ]
}

function whyNotOurs(read: MachineRead, name: string | undefined, rangeId: string): string | undefined {
  const { vmid, template } = read
  const it = titleOf({ name, vmid })
  if (template) return `vm ${it} has become a template, which is not Lanista's to delete`
  if (read.name !== name)
    return `vm ${it} is called ${printable(read.name ?? 'nothing')} by now; give it back its name if it is to go`
  if (marksOf(read, rangeId, false) !== 'configured')
    return `vm ${it} ${unmarked(read, rangeId)}, or take it out of the pool`
  return undefined
}

/** It is to go, and its memory goes with it. */
const suspendedText = ({ vmid, node }: Pick<MachineRead, 'vmid' | 'node'>): string =>
  `if it is to go with the memory that is kept of it: qm unlock ${vmid} (on ${node}); otherwise resume it: qm start ${vmid}`

function unmarked(seen: Marked, rangeId: string): string {
  const { finding, remedy } = marksLacking(seen, rangeId)
  return `${finding}, so it may be somebody else's; if it is to go, ${remedy}`
}

function whyOutOfScope({ vmid, name }: GuestSeen, { scope }: RemovalOrder): string | undefined {
  switch (scope.kind) {
    case 'named':
      return name !== undefined && scope.names.includes(name)
        ? undefined
        : 'is not named in the file of the range; if it is to go, name it there or use lanista destroy, which shows it'
    case 'listed':
      return scope.vms.some((vm) => vm.vmid === vmid && vm.name === name)
        ? undefined
        : 'was not there when its removal was allowed; allow it again with what is there now'
  }
}

const titleOf = ({ name, vmid }: Pick<GuestSeen, 'name' | 'vmid'>): string =>
  `${printable(name ?? 'without a name')} (VMID ${vmid})`
