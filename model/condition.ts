/** One sentence of status, with Kubernetes' meaning of type, status, reason and message. */
export interface Condition {
  readonly type: ConditionType
  readonly status: 'True' | 'False' | 'Unknown'
  /** One CamelCase word a program can match. */
  readonly reason: string
  /** One sentence for a person: subject, finding, remedy. */
  readonly message: string
}

/** A condition as it is told, with since when its status is this one. */
export interface StatedCondition extends Condition {
  /** ISO 8601. Another reason or message for the same status leaves it as it is, as in Kubernetes. */
  readonly lastTransitionTime: string
  /** The content of the range's file that it speaks of, by the commit that brought it, or by its digest; left out where there is none. */
  readonly observedRevision?: string | undefined
}

export const CONDITION_TYPES = [
  'SpecValid',
  /** Whether what the range's file says now is what is acted on; `Ready` speaks of what is acted on. */
  'UpToDate',
  'ZoneReady',
  'NetworkReady',
  'RoutesReady',
  'MachinesReady',
  /** Only of a range that is to go. */
  'PoolReady',
  'Ready',
] as const

export type ConditionType = (typeof CONDITION_TYPES)[number]

/** The reason of a range that its author has told Lanista to leave alone. */
export const SUSPENDED = 'Suspended'

/** Something in the way of a range: becomes the reason and message of a condition. */
export interface Finding {
  readonly reason: string
  readonly message: string
}

/** Something a person should mend although the part works: its condition is True, with this reason and message. */
export interface Remark extends Finding {
  readonly works: true
}

export const remarkOf = ({ reason, message }: Finding): Remark => ({ reason, message, works: true })

/** How one part of a range stands: in order (`true`, or with a remark), a finding in the way, or not looked at yet. */
export type PartFinding = Finding | Remark | true | undefined

/** Whether a part works, with or without a remark. */
const isInOrder = (part: PartFinding): part is Remark | true => part === true || (part !== undefined && 'works' in part)

/** The reason when the cluster could not be read: nothing is known, so nothing is claimed. */
export const NOT_READ = 'ClusterNotRead'

/** The condition of one part. @param good its message when all is in order */
export function condition(type: ConditionType, finding: PartFinding, good: string): Condition {
  if (finding === undefined) return { type, status: 'Unknown', reason: 'Pending', message: 'not looked at yet' }
  if (finding === true) return { type, status: 'True', reason: 'Ok', message: good }
  const { reason, message } = finding
  const status = isInOrder(finding) ? 'True' : reason === NOT_READ ? 'Unknown' : 'False'
  return { type, status, reason, message }
}

/**
 * `Ready` as the summary of the others: True when all are True; otherwise it repeats the first that is not,
 * False before Unknown, so that the cause is read without looking further.
 */
export function readyOf(conditions: readonly Condition[]): Condition {
  const cause =
    conditions.find(({ status }) => status === 'False') ?? conditions.find(({ status }) => status === 'Unknown')
  if (cause !== undefined) return { type: 'Ready', status: cause.status, reason: cause.reason, message: cause.message }
  if (conditions.length === 0)
    return { type: 'Ready', status: 'Unknown', reason: 'Pending', message: 'not looked at yet' }
  return { type: 'Ready', status: 'True', reason: 'Ready', message: 'network and machines are as the range file asks' }
}
