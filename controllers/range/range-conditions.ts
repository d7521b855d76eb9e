import type { Condition, Finding, PartFinding } from '../../model/condition.ts'
import { condition, readyOf, remarkOf, SUSPENDED } from '../../model/condition.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { bySomebody, type CommitStamp, type HeldRevision } from '../../model/revision.ts'
import { diagnosticLine } from '../../model/diagnostic.ts'
import { NOT_MIGRATED } from '../../reconcilers/hold-on.ts'
import { printable } from '../../model/printable.ts'
import type { Power, RangeSpec, Suspension } from '../../model/range-spec.ts'
import type { SuspensionTold, VmStatus } from '../../model/range-status.ts'
import type { VmPhase } from '../../model/vm-phase.ts'

/** How far a pass got, part by part. */
export interface PassFindings {
  readonly zone: PartFinding
  readonly network: PartFinding
  readonly machines: PartFinding
  /** Left out where the file is valid. */
  readonly spec?: Finding
  /** Left out where Lanista keeps no routes. */
  readonly routes?: PartFinding
}

/** The conditions of a range with a valid file; `Ready` is the last and sums them up. */
export function conditionsOf(
  { zone, network, machines, spec, ...more }: PassFindings,
  power: Power = 'on',
): readonly Condition[] {
  const parts = [
    condition('SpecValid', spec ?? true, 'the range file is valid'),
    condition('ZoneReady', zone, 'the SDN zone can carry range networks'),
    condition('NetworkReady', network, "the range's networks are applied"),
    ...('routes' in more ? [condition('RoutesReady', more.routes, 'this machine has a route to the range')] : []),
    machinesCondition(machines, power),
  ]
  return [...parts, readyOf(parts)]
}

/** How it stands with the VMs. @param power what they are asked to be */
export const machinesCondition = (machines: PartFinding, power: Power): Condition =>
  condition('MachinesReady', machines, AS_ASKED[power])

const AS_ASKED: Readonly<Record<Power, string>> = {
  on: 'all VMs are running',
  off: 'all VMs are shut down, as the range file asks (power: off)',
  keep: 'all VMs are there, running or as they were found (power: keep)',
}

/** Where there is a single node nothing is asked of a zone. */
export const NO_ZONE_NEEDED = remarkOf({
  reason: 'NotNeeded',
  message: 'a single node needs no SDN zone: its ranges are on Linux bridges',
})

/** The conditions of a range whose file has problems. @param before what is known of the cluster, about which nothing is done */
export function conditionsOfInvalid(
  diagnostics: readonly Diagnostic[],
  before: readonly Condition[],
): readonly Condition[] {
  const { reason, message } = invalidFinding(diagnostics)
  return brokenSpec(reason, message, before)
}

/** What is wrong with a file, as one finding. */
export function invalidFinding(diagnostics: readonly Diagnostic[]): Finding {
  const [first] = diagnostics
  const more = diagnostics.length > 1 ? ` (and ${diagnostics.length - 1} more)` : ''
  return {
    reason: 'Invalid',
    message: first === undefined ? 'the range file has problems' : `${diagnosticLine(first)}${more}`,
  }
}

/**
 * The conditions of a range to which nothing is written for now. It is not compared with its file meanwhile, so that nobody knows
 * whether it is Ready; one of which nothing was ever acted on is not.
 */
export function conditionsOfHeld(
  { reason, message }: HeldRevision,
  problem: readonly Diagnostic[],
  before: readonly Condition[],
): readonly Condition[] {
  const spec = condition(
    'SpecValid',
    problem.length > 0 ? invalidFinding(problem) : remarkOf({ reason, message }),
    'the range file is valid',
  )
  const others = before.filter(({ type }) => type !== 'SpecValid' && type !== 'UpToDate' && type !== 'Ready')
  return [spec, ...others, { type: 'Ready', status: others.length === 0 ? 'False' : 'Unknown', reason, message }]
}

/**
 * The conditions of a range that its author has suspended. Nothing of the cluster is looked at for it meanwhile, so
 * nothing is claimed, and it is never Ready.
 */
export function conditionsOfSuspended({ id, suspension }: Pick<RangeSpec, 'id' | 'suspension'>): readonly Condition[] {
  const message = suspendedText({ id, suspension })
  const parts: readonly Condition[] = [
    condition('SpecValid', true, 'the range file is valid'),
    ...(['ZoneReady', 'NetworkReady', 'MachinesReady'] as const).map((type): Condition => ({
      type,
      status: 'Unknown',
      reason: SUSPENDED,
      message,
    })),
  ]
  return [...parts, { type: 'Ready', status: 'False', reason: SUSPENDED, message }]
}

/** That a range is left alone, for programs. */
export const suspensionTold = ({ reason, owner, until, ordered }: Suspension): SuspensionTold => ({
  by: ordered === undefined ? 'file' : 'person',
  ...(owner === undefined ? {} : { who: printable(owner) }),
  reason: printable(reason, 500),
  ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
  ...(ordered === undefined ? {} : { at: new Date(ordered.at).toISOString() }),
})

/** Who suspended a range, why, until when, and what to do: one sentence. */
export function suspendedText({ id, suspension }: Pick<RangeSpec, 'id' | 'suspension'>): string {
  const until = suspension?.until === undefined ? '' : ` until ${new Date(suspension.until).toISOString()}`
  const owner = suspension?.owner === undefined ? '' : ` by ${printable(suspension.owner)}`
  const why = printable(suspension?.reason ?? '', 500)
  const goOn = suspension?.ordered === undefined ? 'remove suspend from its file' : `lanista resume ${id}`
  return `range ${id}: suspended${until}${owner}: ${why}; nothing is changed meanwhile; ${goOn} to go on`
}

/**
 * That the file of a range is gone, and nothing becomes of the range.
 *
 * @param hadFile whether this Lanista has seen it
 * @param removedBy the commit that removed it, where that is known
 */
export const fileMissing = (rangeId: string, hadFile: boolean, removedBy?: CommitStamp): Finding => ({
  reason: 'FileMissing',
  message: hadFile
    ? `range ${rangeId}: its file is gone${removedBy === undefined ? '' : ` by commit ${bySomebody(removedBy)}`}; its VMs and networks stay as they are; put the file back to go on`
    : `range ${rangeId}: it has no file, and the cluster has something of it that Lanista made; that stays as it is; put a file of it into the folder to go on, or remove it: lanista destroy ${rangeId}`,
})

/** The conditions of a range whose file is gone. @param outlook what becomes of it */
export const conditionsOfMissing = (
  rangeId: string,
  before: readonly Condition[],
  outlook: Finding = fileMissing(rangeId, true),
): readonly Condition[] => brokenSpec(outlook.reason, outlook.message, before)

/** The conditions of a range whose file is there and can't be read, for lack of a right or by an I/O error. */
export const conditionsOfUnreadable = (
  rangeId: string,
  why: string,
  before: readonly Condition[],
): readonly Condition[] =>
  brokenSpec(
    'FileUnreadable',
    `range ${rangeId}: what is wanted of it can't be read: ${why}; its VMs and networks stay as they are, and this goes on by itself once that can be read`,
    before,
  )

function brokenSpec(reason: string, message: string, before: readonly Condition[]): readonly Condition[] {
  const spec: Condition = { type: 'SpecValid', status: 'False', reason, message }
  const others = before.filter(({ type }) => type !== 'SpecValid' && type !== 'UpToDate' && type !== 'Ready')
  return [spec, ...others, readyOf([spec, ...others])]
}

/**
 * The finding that stands for all VMs that are not as `power` asks or have trouble, the ones a person must help first; a
 * remark when they only differ from the file in something that stops nothing.
 */
export function machinesFinding(vms: readonly VmStatus[], power: Power = 'on'): PartFinding {
  if (vms.length === 0) return undefined
  const done = PHASES_ASKED[power]
  const undone = vms.filter(({ phase, trouble }) => !done.has(phase) || trouble !== undefined)
  const first =
    undone.find(({ phase }) => phase === 'blocked') ?? undone.find(({ trouble }) => trouble !== undefined) ?? undone[0]
  if (first === undefined) return driftRemark(vms)
  const count = `${vms.filter(({ phase }) => done.has(phase)).length} of ${vms.length} VMs are ${[...done].join(' or ')}`
  const reason = reasonOf(first)
  return { reason, message: `${count}; ${first.trouble ?? `vm ${first.name} is ${PHASE_WORDS[first.phase]}`}` }
}

function reasonOf({ phase, trouble, reason }: VmStatus): string {
  if (phase === 'blocked') return 'VmBlocked'
  if (trouble === undefined) return 'Progressing'
  return reason === NOT_MIGRATED ? reason : 'VmTrouble'
}

/** The same with VMs that nobody asks for: a remark, as the others are as they should be. */
export function withUnnamed(finding: PartFinding, unnamed: readonly string[]): PartFinding {
  const [first] = unnamed
  if (first === undefined || finding === undefined) return finding
  if (finding !== true && !('works' in finding)) return finding
  const before = finding === true ? '' : `${finding.message}; `
  const more = unnamed.length > 1 ? ` (and ${unnamed.length - 1} more)` : ''
  return remarkOf({ reason: 'VmNotNamed', message: `${before}${first}${more}` })
}

function driftRemark(vms: readonly VmStatus[]): PartFinding {
  const remarks = vms.flatMap(({ remark }) => (remark === undefined ? [] : [remark]))
  const [first] = remarks
  const more = remarks.length > 1 ? ` (and ${remarks.length - 1} more)` : ''
  return first === undefined ? true : remarkOf({ reason: 'VmDrift', message: `${first}${more}` })
}

const PHASES_ASKED: Readonly<Record<Power, ReadonlySet<VmPhase>>> = {
  on: new Set(['running']),
  off: new Set(['stopped']),
  keep: new Set(['running', 'stopped']),
}

const PHASE_WORDS: Readonly<Record<VmPhase, string>> = {
  absent: 'not there yet',
  cloning: 'being cloned',
  configuring: 'being configured',
  starting: 'being started',
  running: 'running',
  stopping: 'being shut down',
  stopped: 'shut down',
  deleting: 'being deleted',
  blocked: 'blocked',
  unknown: 'in a state that Proxmox has not told yet',
}
