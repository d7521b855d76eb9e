import { type Finding, type Remark, remarkOf } from './condition.ts'

/** Something that is wrong with the SDN zone of ranges, and how a person mends it. */
export interface ZoneFinding extends Finding {
  /** `unusable`: no range can have a network; `degraded`: ranges run, on fewer nodes or less well. */
  readonly severity: 'unusable' | 'degraded'
  /** The nodes it is about, in order of name; none when it is about the zone as a whole. */
  readonly nodes: readonly string[]
  /** The line for a node's shell that mends the zone, as the message has it; undefined where it is no change of the zone. */
  readonly shell: string | undefined
}

/** What a check of one SDN zone found. Lanista checks zones; a person creates and changes them. */
export interface ZoneJudgement {
  /** Unusable ones first. */
  readonly findings: readonly ZoneFinding[]
  /** Node -> why the zone's VNets are not to be had there; the other nodes work on. */
  readonly unreached: ReadonlyMap<string, string>
}

/** What a check of the zones that ranges live in found: that of their own VNets, and that of the NAT VNet. */
export interface ZoneCheck extends ZoneJudgement {
  /** Node -> why no router can run there, of those nodes that other VMs of ranges can run on. */
  readonly withoutNat: ReadonlyMap<string, string>
  /** VNets of ranges have a tag: those of a simple zone must not. */
  readonly tagged: boolean
}

/** What keeps every range from the zone, with everything else that is wrong with it; undefined when it can be used. */
export const zoneObstacleOf = (findings: readonly ZoneFinding[]): Finding | undefined =>
  findings.some(({ severity }) => severity === 'unusable') ? summaryOf(findings) : undefined

/** What a person should mend of a zone that can be used: a remark, or `true` when there is nothing. */
export function zoneRemarkOf(findings: readonly ZoneFinding[]): Remark | true {
  const summary = summaryOf(findings)
  return summary === undefined ? true : remarkOf(summary)
}

/** All findings as one, under the first one's reason. */
function summaryOf(findings: readonly ZoneFinding[]): Finding | undefined {
  const [first, ...others] = findings
  if (first === undefined || others.length === 0) return first && { reason: first.reason, message: first.message }
  const messages = findings.map(({ message }) => message).join('. ')
  return { reason: first.reason, message: `${findings.length} findings: ${messages}` }
}
