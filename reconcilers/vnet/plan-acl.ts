import type { GrantAction } from '../../model/plan/actions.ts'
import type { AclSeen } from '../../model/snapshot.ts'

/** Proxmox' own role with `SDN.Use` and `SDN.Audit`: enough to put NICs on a VNet. */
const ROLE = 'PVESDNUser'

/** Roles with which nothing is missing; `NoAccess` is somebody's decision. */
const DECIDED: ReadonlySet<string> = new Set([ROLE, 'PVESDNAdmin', 'Administrator', 'NoAccess'])

/**
 * What makes a group able to use a VNet, if it isn't. Proxmox takes the deepest path that says something of a group,
 * and of paths above the VNet only what propagates.
 *
 * @param acl the entries that Proxmox shows
 */
export function planGrant(
  vnet: string,
  zone: string,
  group: string | undefined,
  acl: readonly AclSeen[],
): GrantAction | undefined {
  if (group === undefined) return undefined
  const path = `/sdn/zones/${zone}/${vnet}`
  const deepest = ['/', '/sdn', '/sdn/zones', `/sdn/zones/${zone}`, path]
    .map((at) => acl.filter((entry) => entry.path === at && appliesTo(entry, group, path)))
    .findLast((entries) => entries.length > 0)
  if (deepest?.some(({ role }) => DECIDED.has(role)) === true) return undefined
  const reason = `the group ${group} may use the network of the range (lanista.sdn.acl_group)`
  // What is granted on the VNet takes the place of what the group has above, so that is granted there as well.
  const inherited = (deepest ?? []).filter((entry) => entry.path !== path).map((entry) => entry.role)
  const role = [...new Set([...inherited, ROLE])].toSorted().join(',')
  return { kind: 'grant-acl', path, group, role, reason }
}

const appliesTo = ({ kind, who, path, propagate }: AclSeen, group: string, vnetPath: string): boolean =>
  kind === 'group' && who === group && (propagate || path === vnetPath)
