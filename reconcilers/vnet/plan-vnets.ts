import type { Finding } from '../../model/condition.ts'
import { NAT_MARK, NAT_VNET, ownerMark, rangeIdOfMark, vnetName } from '../../model/identity.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { VnetAction, VnetWant } from '../../model/plan.ts'
import type { ClusterSnapshot, VnetConfig, VnetSeen } from '../../model/snapshot.ts'

/** What the wanted VNets need, or why they can't be had. `findings` is keyed by VNet name. */
export interface VnetPlan {
  readonly actions: readonly VnetAction[]
  readonly findings: ReadonlyMap<string, Finding>
}

/** The two VNets of a range: the NAT VNet all ranges share, and its own. */
export function vnetWantsOf(
  rangeId: string,
  number: number,
  numberWasAsked: boolean,
  settings: Pick<PlanSettings, 'zone' | 'vxlanTagBase'>,
): readonly VnetWant[] {
  const { zone, vxlanTagBase } = settings
  return [
    {
      name: NAT_VNET.name,
      config: { zone, tag: NAT_VNET.tag, alias: NAT_MARK, vlanAware: true },
      correctDrift: false,
      adoptUnmarked: true,
    },
    {
      name: vnetName(number),
      config: { zone, tag: vxlanTagBase + number, alias: ownerMark(rangeId), vlanAware: true },
      correctDrift: true,
      adoptUnmarked: numberWasAsked,
    },
  ]
}

/**
 * Plans all VNet writes of one pass, for all ranges in it: creations, corrections, and at most one apply.
 *
 * Nothing is planned while changes are pending that are not ours: an apply commits everyone's. Our own changes left
 * pending by a crash are carried through by an apply. Planning the achieved state is empty.
 */
export function planVnets(wants: readonly VnetWant[], snapshot: ClusterSnapshot): VnetPlan {
  const unique = [...new Map(wants.map((want) => [want.name, want])).values()]
  const foreign = foreignPending(unique, snapshot)
  const findings = new Map<string, Finding>()
  const writes: VnetAction[] = []
  const leftPending: string[] = []
  for (const want of unique) {
    const seen = snapshot.vnets.find(({ name }) => name === want.name)
    const finding = conflictOf(want, seen, snapshot)
    if (finding !== undefined) {
      findings.set(want.name, finding)
      continue
    }
    const write = writeOf(want, seen)
    if (write !== undefined) writes.push(write)
    else if (seen !== undefined && isOurPending(seen, unique)) leftPending.push(want.name)
    else if (seen?.running === undefined) findings.set(want.name, foreignFinding(want.name, foreign))
  }
  const names = [...writes.map((write) => ('vnet' in write ? write.vnet : '')), ...leftPending]
  if (names.length === 0) return { actions: [], findings }
  if (foreign.length > 0) {
    for (const name of names) findings.set(name, foreignFinding(name, foreign))
    return { actions: [], findings }
  }
  const why = leftPending.length > 0 ? `; ${leftPending.join(', ')} left pending by an earlier run` : ''
  return {
    actions: [...writes, { kind: 'apply-sdn', reason: `${names.join(', ')} to take effect on every node${why}` }],
    findings,
  }
}

/**
 * Pending SDN changes that an apply of ours would commit although they are not ours, as short names. Ours are new
 * VNets that carry an owner mark, and changes of a wanted range VNet to what is wanted.
 */
export function foreignPending(wants: readonly VnetWant[], snapshot: ClusterSnapshot): readonly string[] {
  const vnets = snapshot.vnets.filter((vnet) => vnet.pending !== 'unchanged' && !isOurPending(vnet, wants))
  return [...vnets.map(({ name, pending }) => `vnet ${name} (${pending})`), ...snapshot.otherPending]
}

function isOurPending(vnet: VnetSeen, wants: readonly VnetWant[]): boolean {
  const { configured, pending } = vnet
  if (configured === undefined) return false
  const marked = configured.alias === NAT_MARK || rangeIdOfMark(configured.alias) !== undefined
  if (pending === 'new') return marked
  const want = wants.find(({ name }) => name === vnet.name)
  return pending === 'changed' && want?.correctDrift === true && marked
}

function conflictOf(want: VnetWant, seen: VnetSeen | undefined, snapshot: ClusterSnapshot): Finding | undefined {
  if (seen?.pending === 'deleted') {
    return {
      reason: 'VnetDeletionPending',
      message: `vnet ${want.name}: somebody's deletion of it is pending; roll it back: pvesh create /cluster/sdn/rollback`,
    }
  }
  const mark = seen?.configured?.alias
  if (
    seen !== undefined &&
    want.correctDrift &&
    mark !== want.config.alias &&
    !(mark === undefined && want.adoptUnmarked)
  ) {
    return {
      reason: 'VnetTaken',
      message: `vnet ${want.name}: it exists and its alias is "${mark ?? ''}", not "${want.config.alias}"; set ludus_extensions.lanista.range_number to a free number`,
    }
  }
  return tagConflictOf(want, seen, snapshot)
}

/** Proxmox refuses a tag that any configured VNet of a VXLAN or EVPN zone holds; a pending deletion frees it at once. */
function tagConflictOf(
  want: VnetWant,
  seen: VnetSeen | undefined,
  { vnets, zones }: ClusterSnapshot,
): Finding | undefined {
  if (seen !== undefined && !want.correctDrift) return undefined
  const tagged = new Set(zones.filter(({ type }) => type === 'vxlan' || type === 'evpn').map(({ name }) => name))
  const holder = vnets.find(
    ({ name, configured }) =>
      name !== want.name && configured?.tag === want.config.tag && tagged.has(configured?.zone ?? ''),
  )
  if (holder === undefined) return undefined
  return {
    reason: 'TagTaken',
    message: `vnet ${want.name}: its tag ${want.config.tag} is held by vnet ${holder.name} in zone ${holder.configured?.zone}; choose another vxlan_tag_base`,
  }
}

function writeOf(want: VnetWant, seen: VnetSeen | undefined): VnetAction | undefined {
  if (seen?.configured === undefined) {
    const what = `tag ${want.config.tag} in zone ${want.config.zone}, VLAN-aware`
    return { kind: 'create-vnet', vnet: want.name, config: want.config, reason: what }
  }
  if (!want.correctDrift) return undefined
  const fields = VNET_FIELDS.filter((field) => seen.configured?.[field] !== want.config[field])
  if (fields.length === 0) return undefined
  return {
    kind: 'update-vnet',
    vnet: want.name,
    changes: Object.fromEntries(fields.map((field) => [field, want.config[field]])),
    reason: fields
      .map((field) => `${field} is ${String(seen.configured?.[field])}, should be ${String(want.config[field])}`)
      .join('; '),
  }
}

const VNET_FIELDS = ['zone', 'tag', 'alias', 'vlanAware'] as const satisfies readonly (keyof VnetConfig)[]

const foreignFinding = (name: string, foreign: readonly string[]): Finding => ({
  reason: 'ForeignPending',
  message: `vnet ${name}: not written, because applying would also commit changes that are not Lanista's: ${foreign.join(', ')}; apply or roll them back in Datacenter > SDN, then this goes on by itself`,
})
