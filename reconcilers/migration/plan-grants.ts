import type { NetworkRight } from '../../model/ports.ts'
import type { AclSeen } from '../../model/snapshot.ts'

/** Proxmox' own role with `SDN.Use` and `SDN.Audit`: enough to put NICs on a VNet. */
const ROLE = 'PVESDNUser'

/** Where Proxmox keeps a node's bridges. */
const OLD_ZONE = '/sdn/zones/localnetwork'

/**
 * What lets everybody use a new network who has a right on the old one: on the bridge itself, or on all bridges. Rights that reach
 * both from further up need nothing. A role on a path takes the place of what the same one has above, so that is given as well.
 *
 * @param acl the entries that Proxmox shows
 */
export function grantsFor(
  bridge: string,
  vnet: string,
  zone: string,
  acl: readonly AclSeen[],
): readonly NetworkRight[] {
  const path = `/sdn/zones/${zone}/${vnet}`
  const onOld = acl.filter(
    (entry) => entry.path === `${OLD_ZONE}/${bridge}` || (entry.path === OLD_ZONE && entry.propagate),
  )
  const whom = new Map(onOld.map(({ kind, who, role }) => [`${kind} ${who}`, { kind, who, role }]))
  return [...whom.values()].flatMap(({ kind, who, role }): NetworkRight[] => {
    if (role === 'NoAccess') return []
    const own = [`/sdn/zones/${zone}`, path]
      .map((at) =>
        acl.filter((entry) => isOf(entry, kind, who) && entry.path === at && (entry.propagate || at === path)),
      )
      .findLast((entries) => entries.length > 0)
    if (own !== undefined) return []
    const above = ['/', '/sdn', '/sdn/zones']
      .map((at) => acl.filter((entry) => isOf(entry, kind, who) && entry.path === at && entry.propagate))
      .findLast((entries) => entries.length > 0)
    const roles = [...new Set([...(above ?? []).map((entry) => entry.role), ROLE])].sort()
    return [{ path, kind, who, role: roles.join(',') }]
  })
}

const isOf = (entry: AclSeen, kind: AclSeen['kind'], who: string): boolean => entry.kind === kind && entry.who === who
