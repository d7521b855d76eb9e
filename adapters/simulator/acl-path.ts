/** A path with single slashes and no last one; undefined when it holds characters no path may have. */
export const normalizePath = (path: string): string | undefined => {
  const slim = path.replaceAll(/\/+/g, '/').replace(/(.)\/$/, '$1')
  const rooted = slim === '' ? '/' : slim
  const absolute = rooted.startsWith('/') ? rooted : `/${rooted}`
  return /^\/[\p{L}\p{M}\p{N}\p{Pc}./-]*$/u.test(absolute) ? absolute : undefined
}

/** May an ACL entry be made for this path. The object it names need not exist. */
export const isAclPath = (path: string): boolean =>
  [
    /^\/$/,
    /^\/access(\/groups(\/[A-Za-z0-9.\-_]+)?|\/realm(\/[A-Za-z][A-Za-z0-9.\-_]+)?)?$/,
    /^\/nodes(\/[A-Za-z0-9.-]+)?$/,
    /^\/pool(\/[A-Za-z0-9.\-_]+){0,3}$/,
    /^\/sdn$/,
    /^\/sdn\/(controllers|dns|ipams|fabrics)(\/[A-Za-z0-9.\-_]+)?$/,
    /^\/sdn\/zones(\/[A-Za-z0-9.\-_]+(\/[A-Za-z0-9.\-_]+(\/[1-9][0-9]{0,3})?)?)?$/,
    /^\/storage(\/[A-Za-z0-9.\-_]+)?$/,
    /^\/vms(\/[1-9][0-9]{2,})?$/,
    /^\/mapping(\/(dir|pci|usb)(\/[A-Za-z0-9.\-_]+)?)?$/,
  ].some((pattern) => pattern.test(path))

/** `/`, `/sdn`, `/sdn/zones` for `/sdn/zones`: the path's ancestors and itself, outermost first. */
export const pathAndAncestors = (path: string): readonly string[] => {
  const parts = path.split('/').filter((part) => part !== '')
  return ['/', ...parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)]
}
