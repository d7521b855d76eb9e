import { withoutEndSlashes } from './repository-url.ts'

/** Kinds of API by which a forge takes commit statuses. */
export type ForgeKind = 'github' | 'gitlab' | 'gitea'

/** Where a forge takes commit statuses of a repository. */
export interface ForgePlace {
  readonly kind: ForgeKind
  /** Without a slash at its end. */
  readonly apiUrl: string
  /** `owner/name`; of GitLab with all groups before. */
  readonly repository: string
}

/** What of `lanista.git.status` says where it is. */
interface ForgeSettings {
  readonly provider: ForgeKind | 'forgejo'
  readonly api_url?: string | undefined
  readonly repository?: string | undefined
}

export type ForgePlaceRead =
  | { readonly kind: 'known'; readonly place: ForgePlace }
  | { readonly kind: 'unknown'; readonly key: 'api_url' | 'repository'; readonly why: string }

/** As forges have them: letters, digits and `._-`, with slashes between. */
const REPOSITORY = /^[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_.][A-Za-z0-9._-]*)+$/

/** Whether it can be the name of a repository at a forge, with its owner. */
export const isRepositoryName = (name: string): boolean =>
  name.length <= 500 && REPOSITORY.test(name) && !name.split('/').includes('..')

/** Where statuses go: as the settings say, and what they leave open as the URL of the repository does. */
export function forgePlaceOf(url: string, { provider, api_url: api, repository }: ForgeSettings): ForgePlaceRead {
  const kind = provider === 'forgejo' ? 'gitea' : provider
  const found = partsOf(url)
  const apiUrl =
    (api === undefined ? undefined : withoutEndSlashes(api)) ?? (found === undefined ? undefined : apiOf(kind, found))
  if (apiUrl === undefined)
    return { kind: 'unknown', key: 'api_url', why: 'must be given, as the URL of the repository names no forge' }
  const name = repository ?? found?.path
  const isWhole = name !== undefined && isRepositoryName(name) && (kind === 'gitlab' || name.split('/').length === 2)
  if (!isWhole)
    return {
      kind: 'unknown',
      key: 'repository',
      why: `must be given as ${kind === 'gitlab' ? 'group/project' : 'owner/name'}, as the URL of the repository does not end in that alone`,
    }
  return { kind: 'known', place: { kind, apiUrl, repository: name } }
}

interface UrlParts {
  /** With a port where it is one of https. */
  readonly host: string
  readonly path: string
}

/** Undefined of a path on this machine. */
function partsOf(url: string): UrlParts | undefined {
  const pathOf = (path: string): string =>
    withoutEndSlashes(path.startsWith('/') ? path.slice(1) : path).replace(/\.git$/, '')
  const [, scp, scpPath] = /^[^@/]+@(\[[^\]]+\]|[^:/]+):([^]+)$/.exec(url) ?? []
  if (scp !== undefined && scpPath !== undefined) return { host: scp.toLowerCase(), path: pathOf(scpPath) }
  const [, scheme, host, port, path] =
    /^(ssh|https):\/\/(?:[^@/]*@)?(\[[^\]]+\]|[^:/]+)(:[0-9]+)?\/([^]*)$/i.exec(url) ?? []
  if (host === undefined || path === undefined) return undefined
  return { host: `${host.toLowerCase()}${scheme?.toLowerCase() === 'https' ? (port ?? '') : ''}`, path: pathOf(path) }
}

/** Hosts for ssh over port 443, by the hosts that they stand for. */
const ALIASES: Readonly<Record<string, string>> = {
  'ssh.github.com': 'github.com',
  'altssh.gitlab.com': 'gitlab.com',
}

function apiOf(kind: ForgeKind, { host: seen }: UrlParts): string {
  const host = ALIASES[seen] ?? seen
  switch (kind) {
    case 'github':
      if (host === 'github.com' || host.endsWith('.ghe.com')) return `https://api.${host}`
      return `https://${host}/api/v3`
    case 'gitlab':
      return `https://${host}/api/v4`
    case 'gitea':
      return `https://${host}/api/v1`
  }
}
