/** Path -> privilege -> whether it holds below the path as well: `GET /access/permissions` of the token itself. */
export type Permissions = Readonly<Record<string, Readonly<Record<string, boolean>>>>

/** These are in every full list of permissions, unless the token has no right there at all. */
const ALWAYS_LISTED = ['/access', '/nodes', '/pool', '/sdn', '/storage', '/vms']

/** Privileges at a path, and those that what lies below it inherits. */
export function rightsIn(permissions: Permissions, aclPaths: readonly string[]) {
  const named = new Set([...ALWAYS_LISTED, ...[...Object.keys(permissions), ...aclPaths].flatMap(withParents)])
  const below = (path: string): ReadonlySet<string> => {
    const listed = permissions[path]
    if (listed === undefined && named.has(path)) return new Set()
    const reaching = Object.entries(listed ?? {}).flatMap(([right, propagates]) => (propagates ? [right] : []))
    // Roles that don't propagate leave what comes from further up to those below.
    return reaching.length > 0 || path === '/' ? new Set(reaching) : below(parentOf(path))
  }
  const at = (path: string): ReadonlySet<string> => {
    const listed = permissions[path]
    if (listed !== undefined) return new Set(Object.keys(listed))
    return named.has(path) || path === '/' ? new Set() : below(parentOf(path))
  }
  return { at, below }
}

const withParents = (path: string): readonly string[] => (path === '/' ? [] : [path, ...withParents(parentOf(path))])

const parentOf = (path: string): string => path.slice(0, Math.max(1, path.lastIndexOf('/')))
