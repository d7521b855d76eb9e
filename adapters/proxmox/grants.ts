import type { Refusal } from './forbidden.ts'

/** One line of Proxmox' access control list. */
interface AclLine {
  readonly path: string
  readonly type: 'user' | 'group' | 'token'
  readonly ugid: string
  readonly roleid: string
  readonly propagate: boolean
}

/** Who has which role where, all of it. */
export interface Held {
  readonly acl: readonly AclLine[]
  readonly roles: ReadonlyMap<string, { readonly special: boolean; readonly privileges: ReadonlySet<string> }>
  /** Groups that the token's user is in. */
  readonly groups: ReadonlySet<string>
  /** The token has only what both it and its user have. */
  readonly separate: boolean
}

/** The lines that count for a user or token on a path: the nearest ones, which replace those further up. */
interface Holder {
  readonly path: string
  readonly lines: readonly AclLine[]
}

/** Rights that go too far above the path where they are needed: they make zones, change nodes, hand out rights. */
const NARROW: ReadonlySet<string> = new Set(['SDN.Allocate', 'Sys.Modify', 'Permissions.Modify'])

/** Rights over a VNet's rights are given once on its zone, since every range has another VNet. */
export const placeOf = ({ path, rights }: Refusal): string =>
  rights.includes('Permissions.Modify') ? path.replace(/^(\/sdn\/zones\/[^/]+)\/.*$/, '$1') : path

/**
 * The shell line that gives what is missing and takes nothing away. A role on a path takes the place of those that are
 * inherited there, for whoever the line names, so the right is added to the role that counts there. Where that would give it
 * to others, or too far above, a new role has all that is there already and the missing right. What forbids everything to the
 * user or token itself is taken away first.
 *
 * @param effective what the token may do at `place` now
 * @param held undefined where the list can't be read
 */
export function grantLine(
  refusal: Refusal,
  place: string,
  tokenId: string,
  effective: ReadonlySet<string>,
  held: Held | undefined,
): string {
  const user = tokenId.split('!')[0] ?? tokenId
  if (held === undefined)
    return newRole(
      refusal.rights,
      place,
      place === '/sdn',
      effective,
      `--users '${user}' --tokens '${tokenId}'`,
      undefined,
    )
  const subjects = held.separate
    ? ([
        ['user', user],
        ['token', tokenId],
      ] as const)
    : ([['user', user]] as const)
  const lines = subjects.flatMap(([type, who]) =>
    lineFor(
      type,
      who,
      refusal,
      place,
      subjects.map(([, each]) => each),
      held,
    ),
  )
  return [...new Set(lines)].join(' && ')
}

function lineFor(
  type: 'user' | 'token',
  who: string,
  refusal: Refusal,
  place: string,
  own: readonly string[],
  held: Held,
): readonly string[] {
  const { path, rights } = refusal
  const holder = holderAt(type, who, path, held)
  const denied = holder?.lines.find(({ roleid, type: whose }) => roleid === 'NoAccess' && whose !== 'group')
  if (holder !== undefined && denied !== undefined) {
    const without = { ...held, acl: held.acl.filter((line) => line !== denied) }
    const line = `pveum acl delete ${holder.path} ${optionOf(denied)} --roles NoAccess`
    return [line, ...lineFor(type, who, refusal, place, own, without)]
  }
  const privileges = new Set(holder?.lines.flatMap(({ roleid }) => [...(held.roles.get(roleid)?.privileges ?? [])]))
  const missing = rights.filter((right) => !privileges.has(right))
  if (missing.length === 0) return []
  const role = holder?.lines.map(({ roleid }) => roleid).find((id) => mayGrow(id, missing, place, own, held))
  if (role !== undefined) return [`pveum role modify ${role} --append 1 --privs "${missing.join(' ')}"`]
  // What is given further up would not reach the path where a line stands in between.
  const at = holder !== undefined && holder.path.startsWith(`${place}/`) ? path : place
  const lines = holderAt(type, who, at, held)?.lines ?? []
  const there = new Set(lines.flatMap(({ roleid }) => [...(held.roles.get(roleid)?.privileges ?? [])]))
  // Below a line that does not go down, what is inherited is that of further up.
  const stays = at === '/sdn' || (lines[0]?.path === at && lines.every(({ propagate }) => !propagate))
  return [newRole(missing, at, stays, there, type === 'user' ? `--users '${who}'` : `--tokens '${who}'`, held)]
}

/** Whether a role may have these rights wherever it is given: nobody else has it, and it does not go too far above. */
function mayGrow(
  roleid: string,
  missing: readonly string[],
  place: string,
  own: readonly string[],
  { acl, roles }: Held,
): boolean {
  if (roles.get(roleid)?.special !== false) return false
  const uses = acl.filter((line) => line.roleid === roleid)
  const isOwn = uses.every(({ type, ugid }) => type !== 'group' && own.includes(ugid))
  const isBelow = uses.every(({ path }) => `${path}/`.startsWith(place === '/' ? '/' : `${place}/`))
  return isOwn && (isBelow || !missing.some((right) => NARROW.has(right)))
}

function holderAt(type: 'user' | 'token', who: string, path: string, { acl, groups }: Held): Holder | undefined {
  for (let at = path; ; at = at.slice(0, Math.max(1, at.lastIndexOf('/')))) {
    const here = acl.filter((line) => line.path === at && (at === path || line.propagate))
    const lines = here.filter((line) => line.type === type && line.ugid === who)
    if (lines.length > 0) return { path: at, lines }
    const ofGroups = type === 'user' ? here.filter((line) => line.type === 'group' && groups.has(line.ugid)) : []
    if (ofGroups.length > 0) return { path: at, lines: ofGroups }
    if (at === '/') return undefined
  }
}

/** @param stays it is not to go down: on `/sdn` it would cover every zone */
function newRole(
  missing: readonly string[],
  path: string,
  stays: boolean,
  there: ReadonlySet<string>,
  whom: string,
  held: Held | undefined,
): string {
  const slug = path === '/' ? '' : path.replaceAll(/[^A-Za-z0-9]+/g, '-')
  const role = `Lanista-${missing.join('-').replaceAll('.', '')}${slug}${whom.includes('--users') ? '' : '-token'}`
  const privileges = [...new Set([...there, ...missing])].sort().join(' ')
  const make =
    held?.roles.has(role) === true
      ? `pveum role modify ${role} --append 1 --privs "${privileges}"`
      : `pveum role add ${role} --privs "${privileges}"`
  return `${make} && pveum acl modify ${path} ${whom} --roles ${role}${stays ? ' --propagate 0' : ''}`
}

const optionOf = ({ type, ugid }: AclLine): string => `--${type}s '${ugid}'`
