import { readFile } from 'node:fs/promises'
import { GitTrouble } from '../../model/git-trouble.ts'
import type { GitSettings } from '../../model/git-section.ts'
import { originOfUrl, readRepositoryUrl, type RepositoryTransport } from '../../model/repository-url.ts'
import { causeInWords } from '../error-code.ts'

/** The configuration that git fetches with, and what must not be told of it. */
export interface FetchConfig {
  /** In the format of git's configuration. */
  readonly text: string
  readonly secrets: readonly string[]
}

/** A server that sends nothing for so long is given up, in seconds. */
export interface ServerPatience {
  readonly connect: number
  readonly silent: number
}

/**
 * All that git is told of the server: in a private file, since arguments and environments can be listed. The token goes to that
 * host alone, by a header, as git asks nobody for it. Throws `GitTrouble` when the token can't be read.
 */
export async function fetchConfigOf(
  settings: Pick<GitSettings, 'url' | 'ssh' | 'https'>,
  patience: ServerPatience,
): Promise<FetchConfig> {
  const read = readRepositoryUrl(settings.url)
  if (read.kind === 'unusable') throw new GitTrouble('FetchFailed', `lanista.git.url: ${read.finding}; ${read.remedy}`)
  const { transport, url } = read
  const token = await tokenOf(settings)
  const header =
    token === undefined
      ? undefined
      : Buffer.from(`${settings.https?.username ?? 'lanista'}:${token}`).toString('base64')
  const lines = [
    ...section('core', [
      ['hooksPath', '/dev/null'],
      ['fsmonitor', 'false'],
      ['sshCommand', sshCommand(settings, patience)],
    ]),
    ...section('ssh', [['variant', 'ssh']]),
    ...section('protocol', [['allow', 'never']]),
    ...section(`protocol "${transport}"`, [['allow', 'always']]),
    ...section('credential', [['helper', '']]),
    ...section('transfer', [['fsckObjects', 'true']]),
    ...section('fetch', [
      ['fsckObjects', 'true'],
      ['recurseSubmodules', 'false'],
      ['showForcedUpdates', 'false'],
    ]),
    ...section('gc', [['auto', '0']]),
    ...section('maintenance', [['auto', 'false']]),
    ...section('http', [
      ['followRedirects', 'false'],
      ['sslVerify', 'true'],
      ['lowSpeedLimit', '1'],
      ['lowSpeedTime', String(patience.silent)],
      ...(settings.https?.ca_file === undefined ? [] : [['sslCAInfo', settings.https.ca_file] as const]),
    ]),
    ...(header === undefined
      ? []
      : section(`http ${quoted(`${originOfUrl(url)}/`)}`, [['extraHeader', `Authorization: Basic ${header}`]])),
    ...localServer(transport),
    // Registered here, and so in no configuration of the repository: without this file nothing is fetched, not even what is missing.
    ...section('remote "origin"', [
      ['url', url],
      ['promisor', 'true'],
      ['partialCloneFilter', 'blob:none'],
    ]),
  ]
  return {
    text: `${lines.join('\n')}\n`,
    secrets: token === undefined || header === undefined ? [] : [token, header],
  }
}

/** A repository on this machine is read by this user's git: the operator has named it, whoever it belongs to. */
const localServer = (transport: RepositoryTransport): readonly string[] =>
  transport === 'file'
    ? [
        ...section('safe', [['directory', '*']]),
        ...section('uploadpack', [
          ['allowFilter', 'true'],
          ['allowAnySHA1InWant', 'true'],
        ]),
      ]
    : []

async function tokenOf({ https }: Pick<GitSettings, 'https'>): Promise<string | undefined> {
  if (https?.token_file === undefined) return undefined
  const subject = `lanista.git.https.token_file: ${https.token_file}`
  const text = await readFile(https.token_file, 'utf8').catch((error: unknown) => {
    throw new GitTrouble(
      'Denied',
      `${subject} can't be read: ${causeInWords(error)}; put the token there, readable to the user that lanista runs as`,
      error,
    )
  })
  const token = text.trim()
  if (token === '') throw new GitTrouble('Denied', `${subject} is empty; put the token there`)
  if (/[\p{Cc}]/u.test(token))
    throw new GitTrouble('Denied', `${subject} has several lines, or control characters; leave the token alone in it`)
  return token
}

/** Nothing of the user's configuration, no questions, one key, and no host that is not known. */
function sshCommand({ ssh }: Pick<GitSettings, 'ssh'>, { connect, silent }: ServerPatience): string {
  const options = [
    'BatchMode=yes',
    'IdentitiesOnly=yes',
    'IdentityAgent=none',
    'StrictHostKeyChecking=yes',
    'GlobalKnownHostsFile=/dev/null',
    `UserKnownHostsFile="${sshFile(ssh?.known_hosts_file ?? '/dev/null')}"`,
    'UpdateHostKeys=no',
    'VerifyHostKeyDNS=no',
    'CheckHostIP=no',
    'PreferredAuthentications=publickey',
    'PasswordAuthentication=no',
    'KbdInteractiveAuthentication=no',
    'ForwardAgent=no',
    'ClearAllForwardings=yes',
    'PermitLocalCommand=no',
    'ControlMaster=no',
    'ControlPath=none',
    `ConnectTimeout=${connect}`,
    `ServerAliveInterval=${Math.max(1, Math.floor(silent / 2))}`,
    'ServerAliveCountMax=2',
    'LogLevel=ERROR',
  ]
  const identity = `IdentityFile="${sshFile(ssh?.key_file ?? '/dev/null')}"`
  return ['ssh', '-F', '/dev/null', ...[identity, ...options].flatMap((option) => ['-o', option])]
    .map(shellQuoted)
    .join(' ')
}

/** ssh expands `%`; quotes and `$` are in no such name (`model/git-section.ts`). */
const sshFile = (path: string): string => path.replaceAll('%', '%%')
const shellQuoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

const section = (name: string, values: readonly (readonly [string, string])[]): readonly string[] => [
  `[${name}]`,
  ...values.map(([key, value]) => `\t${key} = ${quoted(value)}`),
]
const quoted = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
