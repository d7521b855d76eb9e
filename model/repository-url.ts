/** How a repository is reached. */
export type RepositoryTransport = 'ssh' | 'https' | 'file'

/** A URL of a repository that may be fetched from, or why it may not be, without any of it. */
export type RepositoryUrlRead =
  | { readonly kind: 'usable'; readonly transport: RepositoryTransport; readonly url: string }
  | { readonly kind: 'unusable'; readonly finding: string; readonly remedy: string }

const unusable = (finding: string, remedy: string): RepositoryUrlRead => ({ kind: 'unusable', finding, remedy })

/** Names and addresses; never with `-` in front, which ssh would take for an option. */
const HOST = String.raw`(?:\[[0-9a-f:.]+\]|[a-z0-9_][a-z0-9._-]*)`
const USER = String.raw`[a-z0-9_][a-z0-9._-]*`
const SSH = new RegExp(`^ssh://(?:${USER}@)?${HOST}(?::[0-9]{1,5})?/[^?#]+$`, 'i')
const SCP = new RegExp(`^(?:${USER}@)${HOST}:[^-/:?#][^:?#]*$|^(?:${USER}@)${HOST}:/[^:?#]+$`, 'i')
const HTTPS = new RegExp(`^https://${HOST}(?::[0-9]{1,5})?/[^?#]+$`, 'i')

/**
 * Reads the URL of a repository: `ssh://`, `user@host:path` as scp has it, `https://`, or an absolute path, with `file://` or
 * without. Nothing else is let through to git, which knows transports that run programs, and takes what begins with `-` for an
 * option. A URL that is usable has no secret in it, and may be told.
 */
export function readRepositoryUrl(text: string): RepositoryUrlRead {
  if (/[\p{Cc}\s]/u.test(text)) return unusable('there are blanks or control characters in it', 'write them as %20')
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)@/i.exec(text)?.[1]
  if (authority !== undefined && (authority.includes(':') || /^https?:/i.test(text)))
    return unusable(
      'a password or token is in it, or a name before the host',
      'leave out what stands before the @, and put the token into a file that lanista.git.https.token_file names, and the name into lanista.git.https.username',
    )
  if (/[?#]/.test(text)) return unusable('a ? or # is in it, and what follows', 'leave that out')
  const file = /^(?:file:\/\/)?(\/[^]*)$/i.exec(text)?.[1]
  if (file !== undefined) return { kind: 'usable', transport: 'file', url: `file://${file}` }
  if (SSH.test(text) || SCP.test(text)) return { kind: 'usable', transport: 'ssh', url: text }
  if (HTTPS.test(text)) return { kind: 'usable', transport: 'https', url: text }
  if (/^http:/i.test(text)) return unusable('http:// is not encrypted', 'give the https:// URL')
  return unusable(
    'it is no URL of a repository that is fetched from',
    'give ssh://git@host/path.git, git@host:path.git, https://host/path.git or an absolute path',
  )
}

/** Step by step, as a pattern would take its time over many of them. */
export function withoutEndSlashes(text: string): string {
  let end = text.length
  while (text[end - 1] === '/') end -= 1
  return text.slice(0, end)
}

/** Reads the URL of a forge's API: `https://` alone, as a token is sent there, and none in it. */
export function readApiUrl(text: string): RepositoryUrlRead {
  const read = readRepositoryUrl(`${withoutEndSlashes(text)}/.`)
  if (read.kind === 'unusable') return read
  if (read.transport === 'https') return { kind: 'usable', transport: 'https', url: text }
  return unusable('a token is sent there, and it is no https:// URL', 'give one, such as https://host/api/v1')
}

/** The part of an https URL that what is sent to its host alone is bound to: scheme, host and port. */
export const originOfUrl = (url: string): string => new URL(url).origin

/** Whether git takes it for the name of a branch: the rules of `git check-ref-format`. */
export function isBranchName(name: string): boolean {
  const parts = name.split('/')
  return (
    name.length <= 200 &&
    !/[\p{Cc} ~^:?*[\\]|\.\.|@\{|\.$/u.test(name) &&
    name !== '@' &&
    name !== 'HEAD' &&
    !name.startsWith('-') &&
    !name.startsWith('refs/') &&
    parts.every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'))
  )
}

/** Whether it names a folder in a repository: parts with `/` between them, none of them `.`, `..` or `.git`. */
export const isFolderInRepository = (path: string): boolean =>
  path.length <= 1000 &&
  !/[\p{Cc}\\]/u.test(path) &&
  path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && part.toLowerCase() !== '.git')
