import type { Finding } from '../model/condition.ts'
import type { ClusterSnapshot } from '../model/snapshot.ts'
import type { Unseen, UnseenKind } from '../model/unseen.ts'

/** What tells how whole a snapshot is. */
export type Whole = Pick<ClusterSnapshot, 'unseen' | 'hiddenMembers' | 'pools'>

/**
 * Why it can't be told what there is of a range's VMs: whole lists are hidden, so that each VM may exist unseen. Undefined
 * when guests and their pools are shown, but perhaps for a few (`hiddenMembersOf`).
 */
export function machinesHidden(rangeId: string, { unseen, pools }: Whole): Finding | undefined {
  const pool = `/pool/${rangeId}`
  const mayHidePool = !pools.includes(rangeId)
  const lacking = unseen.filter(
    ({ what, path }) => path === '/vms' || path === '/pool' || path === pool || (what === 'rights' && mayHidePool),
  )
  if (lacking.length === 0) return undefined
  const what = `the API token is not shown which VMs there are, or whose (${rightsOf(lacking)})`
  return notVisible(`range ${rangeId}`, what, 'so nothing is created, changed or deleted for it', lacking)
}

/**
 * Why a VM that is not seen may exist: the range's pool has guests that no list shows. Those that are shown can be worked
 * on. Undefined when the pool has none.
 */
export function hiddenMembersOf(rangeId: string, { unseen, hiddenMembers }: Whole): Finding | undefined {
  const members = hiddenMembers.get(rangeId) ?? []
  if (members.length === 0) return undefined
  const lacking = unseen.filter(({ path }) => members.some((vmid) => path === `/vms/${vmid}`))
  const why = lacking.length === 0 ? '' : ` (${rightsOf(lacking)})`
  const what = `pool ${rangeId} has guests that the API token is not shown: VM ${members.join(', ')}${why}`
  return notVisible(
    `range ${rangeId}`,
    what,
    'so none is created or deleted for it, as it may be one of these',
    lacking,
  )
}

const USES_NETWORKS: ReadonlySet<UnseenKind> = new Set(['guests', 'pools', 'rights'])

/** Why a network may be in use without being seen to be: some guest is hidden, or may be. */
export function nicsHidden(network: string, { unseen }: Pick<Whole, 'unseen'>): Finding | undefined {
  const lacking = unseen.filter(({ what }) => USES_NETWORKS.has(what))
  if (lacking.length === 0) return undefined
  const what = `guests that the API token is not shown (${rightsOf(lacking)}) may have NICs on it`
  return notVisible(network, what, 'so it is not removed', lacking)
}

/** Why a network may be in use without being seen to be: there are guests that not every list shows which should. */
export function guestsUnlisted(network: string, vmids: readonly number[]): Finding | undefined {
  if (vmids.length === 0) return undefined
  const shown = vmids.slice(0, SHOWN).join(', ')
  const more = vmids.length > SHOWN ? ` and ${vmids.length - SHOWN} more` : ''
  const what = `there are guests that Proxmox' lists leave out just now (VMID ${shown}${more}), and they may have NICs on it`
  const remedy = `see whether the API token has VM.Audit on /vms/${vmids[0]} all the time, and whether somebody changes rights`
  return {
    reason: 'NotVisible',
    message: `${network}: ${what}, so it is not removed; ${remedy}; this goes on by itself then`,
  }
}

/**
 * Why SDN objects may exist, or be pending, without being seen: some are hidden, or it is hidden what is. Undefined when all are
 * shown.
 */
export function sdnHidden(subject: string, consequence: string, { unseen }: Whole): Finding | undefined {
  const lacking = unseen.filter(({ what }) => what === 'sdn' || what === 'rights')
  if (lacking.length === 0) return undefined
  const what = `the API token is not shown all of the SDN (${rightsOf(lacking)})`
  return notVisible(subject, what, consequence, lacking)
}

/** Why a zone that is not seen may exist: it, or all zones, are hidden, or it is hidden what is. */
export function zoneHidden(zone: string, consequence: string, { unseen }: Whole): Finding | undefined {
  const paths = new Set(['/sdn/zones', `/sdn/zones/${zone}`])
  const lacking = unseen.filter(({ what, path }) => what === 'rights' || (what === 'sdn' && paths.has(path)))
  if (lacking.length === 0) return undefined
  const what = `the API token is not shown whether there is such a zone (${rightsOf(lacking)})`
  return notVisible(`zone ${zone}`, what, consequence, lacking)
}

/** Why no node may be seen to report on a zone though it does. Undefined when the reports are shown. */
export function zoneReportsHidden(zone: string, { unseen }: Whole): Finding | undefined {
  const paths = new Set(['/sdn/zones', `/sdn/zones/${zone}`])
  const lacking = unseen.filter(({ what, path }) => what === 'rights' || (what === 'zone reports' && paths.has(path)))
  if (lacking.length === 0) return undefined
  const what = `the API token is not shown what the nodes report of it (${rightsOf(lacking)})`
  return notVisible(`zone ${zone}`, what, 'so errors in it are not known', lacking)
}

/** As `sdnHidden`, for bridges of nodes. */
export function bridgesHidden(subject: string, consequence: string, { unseen }: Whole): Finding | undefined {
  const lacking = unseen.filter(({ what }) => what === 'bridges' || what === 'rights')
  if (lacking.length === 0) return undefined
  const what = `the API token is not shown all bridges (${rightsOf(lacking)})`
  return notVisible(subject, what, consequence, lacking)
}

/** What may be there and not be shown. */
interface Missing {
  readonly what: 'guests' | 'storages'
  /** Such as `template win2022`. */
  readonly called: string
  /** For whom it is looked for, as its finding begins: `vm JD-a`. */
  readonly subject: string
}

/**
 * The finding that something is not there, as it is told when it may just not be shown: that first, as it is what a person can
 * mend.
 */
export function orHidden(finding: Finding, { what, called, subject }: Missing, { unseen }: Whole): Finding {
  const lacking = unseen.filter((each) => each.what === what)
  if (lacking.length === 0) return finding
  const seen = finding.message.replace(`${subject}: `, '')
  return notVisible(
    subject,
    `${called} may be there and the API token is not shown it (it ${rightsOf(lacking)})`,
    `and as far as it is shown ${seen}`,
    lacking,
  )
}

/** Which rights are missing where, such as `lacks VM.Audit on /vms`. */
const rightsOf = (lacking: readonly Unseen[]): string => {
  const shown = lacking.slice(0, SHOWN).map(({ right, path }) => `${right} on ${path}`)
  return `lacks ${shown.join(', ')}${lacking.length > SHOWN ? ` and on ${lacking.length - SHOWN} more paths` : ''}`
}

/** So many rights are named; more a person does not read. */
const SHOWN = 3

const remedyOf = (lacking: readonly Unseen[]): string =>
  lacking.length === 0
    ? 'let it see them (VM.Audit)'
    : [...new Set(lacking.map(({ remedy }) => remedy))].slice(0, SHOWN).join('; ')

const notVisible = (subject: string, what: string, consequence: string, lacking: readonly Unseen[]): Finding => ({
  reason: 'NotVisible',
  message: `${subject}: ${what}, ${consequence}; ${remedyOf(lacking)}; this goes on by itself then`,
})
