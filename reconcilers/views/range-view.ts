import type { RangeView, VmView } from '../../model/api/range-view.ts'
import { type Diagnostic, unquotedDiagnostic } from '../../model/diagnostic.ts'
import type { GuestSeen } from '../../model/snapshot.ts'
import { stateOf } from '../../model/range-state.ts'
import { type RangeStatus, readyConditionOf, type VmStatus } from '../../model/range-status.ts'
import type { RangeRevisions, Revision } from '../../model/revision.ts'
import { inSteps, MEMORY_STEP } from './coarse.ts'

/** What is known of a range besides its status. */
export interface RangeAround {
  /** Guests as the cluster told of them last, by VMID; empty while it has told nothing. */
  readonly guests: ReadonlyMap<number, GuestSeen>
  /** The name of its network. */
  readonly network: string | undefined
  readonly work?: RangeView['work']
  readonly plan?: RangeView['plan']
}

/** A range as the API tells of it. */
export function rangeViewOf(status: RangeStatus, around: RangeAround): RangeView {
  const { id, number, source, conditions, diagnostics, vms, networks, revisions, suspension } = status
  const ready = readyConditionOf(status)
  const { network, work, plan } = around
  return {
    kind: 'Range',
    name: id,
    ...(number === undefined ? {} : { number }),
    source,
    state: stateOf(ready),
    reason: ready?.reason ?? 'Pending',
    message: ready?.message ?? 'not looked at yet',
    since: status.since,
    changedAt: status.changedAt,
    conditions: conditions.map((each) => ({ ...each })),
    diagnostics: diagnostics.map(diagnosticViewOf),
    ...(network === undefined ? {} : { network }),
    networks: networks.map(({ node, state, message }) => ({ node, state, message })),
    vms: vms.map((vm) => vmViewOf(id, vm, status.changedAt, around.guests)),
    ...(revisions === undefined ? {} : { revisions: revisionsViewOf(revisions) }),
    ...(suspension === undefined ? {} : { suspended: suspension }),
    ...(work === undefined ? {} : { work }),
    ...(plan === undefined ? {} : { plan }),
  }
}

/** One VM of a range as the API tells of it. @param told when its range was told of last, for one that says nothing of it */
function vmViewOf(range: string, vm: VmStatus, told: string, guests: ReadonlyMap<number, GuestSeen>): VmView {
  const { name, role, vmid, node, address, phase, since, why, trouble, reason, remark } = vm
  const guest = vmid === undefined ? undefined : guests.get(vmid)
  return {
    kind: 'Vm',
    name,
    range,
    role,
    ...(vmid === undefined ? {} : { vmid }),
    ...(node === undefined ? {} : { node }),
    ...(address === undefined ? {} : { address }),
    phase,
    since: since ?? told,
    why,
    ...(trouble === undefined ? {} : { trouble }),
    ...(reason === undefined ? {} : { reason }),
    ...(remark === undefined ? {} : { remark }),
    // Another guest of the same VMID is none of the range's.
    ...(guest === undefined || guest.pool !== range ? {} : { observed: observedOf(guest) }),
  }
}

const observedOf = (guest: GuestSeen): NonNullable<VmView['observed']> => ({
  status: guest.status,
  cores: guest.cores,
  memoryBytes: guest.memoryBytes,
  memoryUsedBytes: inSteps(guest.memoryUsedBytes, MEMORY_STEP.vm),
  uptimeSeconds: guest.uptimeSeconds,
  ...(guest.lock === undefined ? {} : { lock: guest.lock }),
  tags: [...guest.tags],
})

function diagnosticViewOf(diagnostic: Diagnostic): RangeView['diagnostics'][number] {
  const { file, line, column, finding, remedy } = unquotedDiagnostic(diagnostic)
  return { file, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }), finding, remedy }
}

function revisionsViewOf({ seen, actedOn, reached, held }: RangeRevisions): NonNullable<RangeView['revisions']> {
  const view = ({ digest, commit, orEarlier }: Revision): NonNullable<RangeView['revisions']>['seen'] => ({
    digest,
    ...(commit === undefined ? {} : { commit: { ...commit } }),
    ...(orEarlier === undefined ? {} : { orEarlier }),
  })
  return {
    seen: view(seen),
    ...(actedOn === undefined ? {} : { actedOn: view(actedOn) }),
    ...(reached === undefined ? {} : { reached: view(reached) }),
    ...(held === undefined ? {} : { held: { ...held } }),
  }
}
