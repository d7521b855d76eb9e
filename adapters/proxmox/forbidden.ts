/** What Proxmox' 403 tells: `Permission check failed (/sdn/zones/ludus, SDN.Allocate)`, rights joined with `|` or `,`. */
const MISSING = /\((\/[^,)]*), ([A-Za-z.|, ]+)\)/

/**
 * Says which right is missing on which path, and the `pveum` lines that grant it to user and token (a token with
 * privilege separation has only what both have). On `/sdn` without propagation, as that covers every zone otherwise.
 */
export const forbiddenMessage = (detail: string, tokenId: string): string => {
  const [, path, rights] = MISSING.exec(detail) ?? []
  if (path === undefined || rights === undefined) return `the API token ${tokenId} is not allowed to (${detail})`
  const line = grantLine(wherever(path, rights), rights, tokenId)
  return `the API token ${tokenId} lacks ${rights} on ${path} (${detail}); grant it with: ${line}`
}

/** Rights over a VNet's rights are given once on its zone, since every range has another VNet. */
const wherever = (path: string, rights: string): string =>
  rights === 'Permissions.Modify' ? path.replace(/^(\/sdn\/zones\/[^/]+)\/.*$/, '$1') : path

/** The shell line that grants a right on a path to a token and its user. */
export const grantLine = (path: string, rights: string, tokenId: string): string => {
  const missing = rights.split(/[|,\s]+/).filter((right) => right !== '')
  // A grant on a node takes the place of those further up, so what is read of nodes has to be in it.
  const privileges = path.split('/')[1] === 'nodes' ? [...new Set([...missing, 'Sys.Audit'])] : missing
  const role = `Lanista-${privileges.join('-').replaceAll('.', '')}`
  const user = tokenId.split('!')[0] ?? tokenId
  const here = path === '/sdn' ? ' --propagate 0' : ''
  return (
    `pveum role add ${role} --privs "${privileges.join(' ')}"; ` +
    `pveum acl modify ${path} --users '${user}' --tokens '${tokenId}' --roles ${role}${here}`
  )
}
