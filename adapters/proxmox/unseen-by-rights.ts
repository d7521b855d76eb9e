import { type Permissions, rightsIn } from '../../model/permissions.ts'
import type { Unseen, UnseenKind } from '../../model/unseen.ts'

/** What is hidden, before it is said how to show it. */
export type Hidden = Omit<Unseen, 'remedy'>

/** Which rights show what. Proxmox leaves a thing out of a list when all rights of a row are missing at its path. */
interface Branch {
  readonly what: UnseenKind
  readonly root: string
  readonly anyOf: readonly [string, ...string[]]
  /** Its things, below the root. */
  readonly things: RegExp
}

const BRANCHES: readonly Branch[] = [
  { what: 'guests', root: '/vms', anyOf: ['VM.Audit'], things: /^\/vms\/\d+$/ },
  { what: 'pools', root: '/pool', anyOf: ['Pool.Audit'], things: /^\/pool\/.+$/ },
  { what: 'storages', root: '/storage', anyOf: ['Datastore.Audit'], things: /^\/storage\/[^/]+$/ },
  {
    what: 'sdn',
    root: '/sdn/zones',
    anyOf: ['SDN.Audit', 'SDN.Allocate'],
    things: /^\/sdn\/zones\/(?!localnetwork(?:\/|$))[^/]+(\/[^/]+)?$/,
  },
  // A zone that may be written is listed without SDN.Audit, but not what nodes say of it.
  {
    what: 'zone reports',
    root: '/sdn/zones',
    anyOf: ['SDN.Audit'],
    things: /^\/sdn\/zones\/(?!localnetwork$)[^/]+$/,
  },
  {
    what: 'sdn',
    root: '/sdn/controllers',
    anyOf: ['SDN.Audit', 'SDN.Allocate'],
    things: /^\/sdn\/controllers\/[^/]+$/,
  },
  { what: 'sdn', root: '/sdn/fabrics', anyOf: ['SDN.Audit', 'SDN.Allocate'], things: /^\/sdn\/fabrics\/[^/]+$/ },
  {
    what: 'bridges',
    root: '/sdn/zones/localnetwork',
    anyOf: ['SDN.Audit', 'SDN.Use'],
    things: /^\/sdn\/zones\/localnetwork\/[^/]+$/,
  },
]

/** Who may read the whole access control list: others get those entries alone that they may change. */
const READS_ACL = { path: '/access', right: 'Sys.Audit' }

/**
 * What Proxmox may leave out of its lists for this token. From a full list of its permissions: it has the roots, those paths
 * that any entry of the access control list names, that lie above such a path, or that belong to a member of a pool, unless
 * the token has no right there at all; elsewhere what is further up holds. So a path that should be in it and is missing is one
 * where everything is hidden, which tells of the roots also where the entries can not be read.
 *
 * @param aclPaths the paths of all entries that the token is shown
 */
export function unseenBy(permissions: Permissions, aclPaths: readonly string[]): readonly Hidden[] {
  const rights = rightsIn(permissions, aclPaths)
  const lacking = (what: UnseenKind, path: string, right: string): Hidden => ({ what, path, right })
  const paths = [...new Set([...Object.keys(permissions), ...aclPaths])].sort()
  const unseen = BRANCHES.flatMap(({ what, root, anyOf, things }): readonly Hidden[] => {
    const shows = (held: ReadonlySet<string>): boolean => anyOf.some((right) => held.has(right))
    if (!shows(rights.below(root))) return [lacking(what, root, anyOf[0])]
    return paths
      .filter((path) => things.test(path) && !shows(rights.at(path)))
      .map((path) => lacking(what, path, anyOf[0]))
  })
  const readsAcl = rights.at(READS_ACL.path).has(READS_ACL.right)
  return readsAcl ? unseen : [...unseen, lacking('rights', READS_ACL.path, READS_ACL.right)]
}
