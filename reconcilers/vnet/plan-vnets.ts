import type { Finding } from '../../model/condition.ts'
import { NAT_MARK, NAT_VNET, ownerMark, rangeIdOfMark, rangeNumberOfVnet, vnetName } from '../../model/identity.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { VnetAction, VnetWant } from '../../model/plan.ts'
import type { ClusterSnapshot, VnetConfig, VnetSeen } from '../../model/snapshot.ts'

/** What the wanted VNets need, or why they can't be had. `findings` is keyed by VNet name. */
export interface VnetPlan {
  readonly actions: readonly VnetAction[]
  readonly findings: ReadonlyMap<string, Finding>
}

type VnetWrite = Exclude<VnetAction, { kind: 'apply-sdn' }>

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
 *
 * @param repair why to apply even though nothing is pending: a node missed an earlier apply. Applying again repairs it.
 */
export function planVnets(wants: readonly VnetWant[], snapshot: ClusterSnapshot, repair?: string): VnetPlan {
  const unique = [...new Map(wants.map((want) => [want.name, want])).values()]
  const contested = contestedNames(wants)
  const foreign = foreignPending(unique, snapshot)
  const findings = new Map<string, Finding>()
  const writes: VnetWrite[] = []
  const leftPending: string[] = []
  for (const want of unique) {
    const seen = snapshot.vnets.find(({ name }) => name === want.name)
    const finding = contested.get(want.name) ?? conflictOf(want, seen, snapshot)
    if (finding !== undefined) {
      findings.set(want.name, finding)
      continue
    }
    const write = writeOf(want, seen)
    if (write !== undefined) writes.push(write)
    else if (seen !== undefined && isOurPending(seen, unique)) leftPending.push(want.name)
    else if (seen?.running === undefined) findings.set(want.name, foreignFinding(want.name, foreign))
  }
  const waiting = [...writes.map(({ vnet }) => vnet), ...leftPending]
  const vnets =
    waiting.length > 0 || repair === undefined
      ? waiting
      : unique.map(({ name }) => name).filter((name) => !findings.has(name))
  if (vnets.length === 0) return { actions: [], findings }
  if (foreign.length > 0) {
    for (const name of vnets) findings.set(name, foreignFinding(name, foreign))
    return { actions: [], findings }
  }
  const why = leftPending.length > 0 ? `; ${leftPending.join(', ')} left pending by an earlier run` : ''
  const reason = waiting.length > 0 ? `${vnets.join(', ')} to take effect on every node${why}` : (repair ?? '')
  return { actions: [...writes, { kind: 'apply-sdn', vnets, reason }], findings }
}

/** VNets that two ranges of one pass want for themselves: neither gets it, whoever is first. */
function contestedNames(wants: readonly VnetWant[]): ReadonlyMap<string, Finding> {
  const byName = new Map<string, Set<string>>()
  for (const { name, config } of wants)
    byName.set(name, (byName.get(name) ?? new Set()).add(rangeIdOfMark(config.alias) ?? ''))
  return new Map(
    [...byName].flatMap(([name, ids]): [string, Finding][] => {
      if (ids.size < 2) return []
      const message = `vnet ${name}: the ranges ${[...ids].sort().join(' and ')} want it at the same time; give each its own range_number`
      return [[name, { reason: 'VnetContested', message }]]
    }),
  )
}

/**
 * Pending SDN changes that an apply of ours would commit although they are not ours, as short names in order. Ours are
 * new VNets that carry an owner mark, changes of a wanted range VNet (corrected before they are applied), and changes of
 * another range's VNet to just what Lanista would write.
 */
export function foreignPending(wants: readonly VnetWant[], snapshot: ClusterSnapshot): readonly string[] {
  const vnets = snapshot.vnets.filter((vnet) => vnet.pending !== 'unchanged' && !isOurPending(vnet, wants))
  const zones = snapshot.zones.filter(({ pending }) => pending !== 'unchanged')
  return [
    ...zones.map(({ name, pending }) => `zone ${name} (${pending})`).sort(),
    ...vnets.map(({ name, pending }) => `vnet ${name} (${pending})`).sort(),
    ...[...snapshot.otherPending].sort(),
  ]
}

function isOurPending(vnet: VnetSeen, wants: readonly VnetWant[]): boolean {
  const { configured, pending } = vnet
  if (configured === undefined) return false
  const marked = configured.alias === NAT_MARK || rangeIdOfMark(configured.alias) !== undefined
  if (pending === 'new') return marked
  if (pending !== 'changed' || !marked) return false
  const want = wants.find(({ name }) => name === vnet.name)
  return want === undefined ? isAsWritten(vnet.name, configured, wants) : want.correctDrift
}

/** True for a range VNet with the zone and tag that its number gives it, as the wanted range VNets show. */
function isAsWritten(name: string, { zone, tag, vlanAware }: VnetConfig, wants: readonly VnetWant[]): boolean {
  const number = rangeNumberOfVnet(name)
  if (number === undefined || tag === undefined || !vlanAware) return false
  return wants.some(({ name: other, config }) => {
    const otherNumber = rangeNumberOfVnet(other)
    return otherNumber !== undefined && config.zone === zone && (config.tag ?? 0) - otherNumber === tag - number
  })
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
    const number = rangeNumberOfVnet(want.name)
    const message =
      mark === undefined
        ? `vnet ${want.name}: it exists without an owner mark; if it is this range's, set ludus_extensions.lanista.range_number: ${number} and it is taken over, otherwise set a free number`
        : `vnet ${want.name}: it exists and its alias is "${mark}", not "${want.config.alias}"; set ludus_extensions.lanista.range_number to a free number`
    return { reason: 'VnetTaken', message }
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
  const remedy =
    want.name === NAT_VNET.name ? `give ${holder.name} another tag` : 'choose another vxlan_tag_base or range_number'
  return {
    reason: 'TagTaken',
    message: `vnet ${want.name}: its tag ${want.config.tag} is held by vnet ${holder.name} in zone ${holder.configured?.zone}; ${remedy}`,
  }
}

function writeOf(want: VnetWant, seen: VnetSeen | undefined): VnetWrite | undefined {
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
