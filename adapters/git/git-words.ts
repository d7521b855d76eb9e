import type { GitSettings } from '../../model/git-section.ts'
import { type GitReason, GitTrouble } from '../../model/git-trouble.ts'
import { printable } from '../../model/printable.ts'
import type { ProgramEnd } from './run-program.ts'

type Server = Pick<GitSettings, 'url' | 'branch' | 'ssh' | 'https'>

interface Meaning {
  readonly sign: RegExp
  readonly reason: GitReason
  /** Undefined: what git says itself. */
  readonly finding?: string
  readonly remedy: (server: Server) => string
}

const hostsFile = ({ ssh }: Server): string => ssh?.known_hosts_file ?? 'lanista.git.ssh.known_hosts_file'
const keyFile = ({ ssh }: Server): string => ssh?.key_file ?? 'lanista.git.ssh.key_file'
const credential = (server: Server): string =>
  server.ssh === undefined
    ? `put a token that may read it into ${server.https?.token_file ?? 'a file that lanista.git.https.token_file names'}`
    : `let the key of ${keyFile(server)} read it`

/** What git, ssh and curl say, as they say it with `LC_ALL=C`; the first that is found counts. */
const MEANINGS: readonly Meaning[] = [
  {
    sign: /No space left on device|Disk quota exceeded|Read-only file system|unable to (?:write|create temporary) file/i,
    reason: 'StateUnwritable',
    finding: 'the disk is full, or can not be written',
    remedy: () => 'make room where lanista.state_dir is',
  },
  {
    sign: /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    reason: 'HostKeyRefused',
    finding: "the server's host key is another than the known one: it was changed, or somebody is in between",
    remedy: (server) =>
      `ask who runs the server for its fingerprint, and where it is right put the new key in place of the old one in ${hostsFile(server)}`,
  },
  {
    sign: /No \S+ host key is known|Host key verification failed|no matching host key/i,
    reason: 'HostKeyRefused',
    finding: "the server's host key is not known",
    remedy: (server) =>
      `compare it (ssh-keyscan) with the fingerprint that who runs the server tells, and add it to ${hostsFile(server)}`,
  },
  {
    sign: /UNPROTECTED PRIVATE KEY|Load key .*(?:denied|invalid format|error in libcrypto|No such file)|Identity file .* not accessible|no such identity/i,
    reason: 'Denied',
    finding: 'the private key can not be used',
    remedy: (server) =>
      `put a private key without a passphrase into ${keyFile(server)}, readable to the user that lanista runs as alone (mode 600)`,
  },
  {
    sign: /Permission denied \(|Too many authentication failures|Authentication failed|returned error: 40[13]|could not read Username|terminal prompts disabled|HTTP 40[13]/i,
    reason: 'Denied',
    finding: 'the server does not let us in',
    remedy: (server) => `it may have expired or been withdrawn: ${credential(server)}`,
  },
  {
    sign: /SSL CA cert|setting certificate/i,
    reason: 'CertificateRefused',
    finding: "the CA's file can not be used",
    remedy: ({ https }) =>
      `put the CA that signed the server's certificate, as PEM, into ${https?.ca_file ?? 'a file that lanista.git.https.ca_file names'}, readable to the user that lanista runs as`,
  },
  {
    sign: /certificate (?:verif|problem|file|has expired|is not)|server certificate|SSL certificate|local issuer|self.signed|does not match target host/i,
    reason: 'CertificateRefused',
    finding: "the server's certificate is not trusted",
    remedy: ({ https }) =>
      https?.ca_file === undefined
        ? 'give the CA that signed it in lanista.git.https.ca_file'
        : `put the CA that signed it into ${https.ca_file}`,
  },
  {
    sign: /Could not resolve host|Name or service not known|Temporary failure in name resolution|nodename nor servname/i,
    reason: 'Unreachable',
    finding: "the server's name is not known",
    remedy: () => 'check lanista.git.url, and the name servers of this machine',
  },
  {
    sign: /returned error: 30[1278]|unable to update url base from redirection|redirect/i,
    reason: 'FetchFailed',
    finding: 'the server sends us to another address, which is not followed',
    remedy: () => 'give the address that it sends to as lanista.git.url, if it is right',
  },
  {
    sign: /fsck|error in object|bad tree|bad object|unable to parse|sha1 mismatch|hash mismatch|(?:corrupt|broken) (?:loose|object|pack)/i,
    reason: 'ObjectsRefused',
    finding: 'it has objects that git takes for broken or harmful',
    remedy: () => 'look at it with git fsck, and mend what it names',
  },
  {
    sign: /early EOF|unexpected disconnect|index-pack failed|invalid index-pack|pack(?:file)? .*(?:truncated|premature)|RPC failed|transfer closed|hung up unexpectedly|unexpected flush|bad line length|Connection reset|Recv failure|premature|unpack-objects|GnuTLS recv|SSL_read/i,
    reason: 'CutOff',
    finding: 'the server broke off in the middle',
    remedy: () => "it is tried again; where it goes on, look into the server's log",
  },
  {
    sign: /Operation too slow|timed out|timeout/i,
    reason: 'TimedOut',
    finding: 'the server did not answer in time',
    remedy: () => 'check the server, and the network and firewalls on the way',
  },
  {
    sign: /Connection refused|Failed to connect|Couldn't connect|Network is unreachable|No route to host|Connection closed/i,
    reason: 'Unreachable',
    finding: 'nothing answers there',
    remedy: () => 'check the server, its port in lanista.git.url, and the network on the way',
  },
  {
    sign: /not found|returned error: 404|does not appear to be a git repository|does not exist|not a git repository|Repository .* (?:missing|unavailable)/i,
    reason: 'RepositoryMissing',
    finding: 'there is no such repository, or none that we may see',
    remedy: (server) =>
      `check lanista.git.url; ${server.url.startsWith('/') || server.url.startsWith('file:') ? 'let the user that lanista runs as read it' : credential(server)}`,
  },
  {
    sign: /returned error: 5\d\d/i,
    reason: 'Unreachable',
    finding: 'the server fails',
    remedy: () => "look into the server's log; it is tried again",
  },
]

/** A failure of a program that talks to the server, in words. @param secrets that are in none of them */
export function troubleOf(
  end: Exclude<ProgramEnd, { readonly kind: 'ended' }> | { readonly kind: 'ended'; readonly stderr: string },
  server: Server,
  secrets: readonly string[],
): GitTrouble {
  const subject = `repository ${printable(server.url, 300)}`
  switch (end.kind) {
    case 'absent':
      return new GitTrouble('GitMissing', 'git: it is not on this machine, or not in PATH; install it')
    case 'unstartable':
      return new GitTrouble('GitMissing', `git: it can't be started: ${printable(end.why)}; mend that`)
    case 'tooMuch':
      return new GitTrouble('TooLarge', `${subject}: it answers more than is taken; check that it is the right one`)
    case 'timedOut':
    case 'ended': {
      const said = without(secrets, end.stderr)
      const meaning = MEANINGS.find(({ sign }) => sign.test(said))
      if (end.kind === 'timedOut' && (meaning === undefined || meaning.reason === 'CutOff'))
        return new GitTrouble(
          'TimedOut',
          `${subject}: the server did not answer in time; check the server, and the network and firewalls on the way`,
        )
      const words = complaintIn(said)
      if (meaning === undefined)
        return new GitTrouble('FetchFailed', `${subject}: git failed: ${words}; mend that, it is tried again`)
      return new GitTrouble(
        meaning.reason,
        `${subject}: ${meaning.finding ?? words} (${words}); ${meaning.remedy(server)}`,
      )
    }
  }
}

/** The line that says most: the last error, else the last line. What the server says itself (`remote:`) may be anything. */
export function complaintIn(stderr: string): string {
  const lines = stderr
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(?:@+|hint:|warning:)/.test(line))
  const fatal = lines.findLast((line) => /^(?:fatal|error): (?!Could not read from remote)/.test(line))
  const words = fatal ?? lines.find((line) => !line.startsWith('remote:')) ?? lines.at(-1) ?? 'it said nothing'
  return printable(words.replace(/^(?:fatal|error): /, ''), 240)
}

const without = (secrets: readonly string[], text: string): string =>
  secrets.reduce((current, secret) => current.replaceAll(secret, '***'), text)
