import type { NetworkRight } from '../../model/ports.ts'
import type { AclSeen } from '../../model/snapshot.ts'

/** Proxmox' own role with `SDN.Use` and `SDN.Audit`: enough to put NICs on a VNet. */
const ROLE = 'PVESDNUser'

/** Proxmox' own roles with `SDN.Use`. What a role of somebody's making holds is not known here, so it is given nothing. */
const USES: ReadonlySet<string> = new Set([ROLE, 'PVESDNAdmin', 'PVEAdmin', 'Administrator'])

/** Where Proxmox keeps a node's bridges. */
const OLD_ZONE = '/sdn/zones/localnetwork'

/**
 * What lets everybody use a new network who can use the old one, by what holds on the bridge itself or, where nothing does, on all bridges. Rights that reach
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
  const bridgePath = `${OLD_ZONE}/${bridge}`
  const onOld = acl.filter((entry) => entry.path === bridgePath || (entry.path === OLD_ZONE && entry.propagate))
  const whom = new Map(onOld.map(({ kind, who }) => [`${kind} ${who}`, { kind, who }]))
  return [...whom.values()].flatMap(({ kind, who }): NetworkRight[] => {
    const all = onOld.filter((entry) => isOf(entry, kind, who))
    const onBridge = all.filter((entry) => entry.path === bridgePath)
    const held = (onBridge.length > 0 ? onBridge : all).map(({ role }) => role)
    if (held.includes('NoAccess') || !held.some((role) => USES.has(role))) return []
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
