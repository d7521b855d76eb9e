import type { RunHere, SignatureResult } from './signature-result.ts'
import { complaintIn } from './git-words.ts'

/** An OpenPGP signature, and who may sign. */
export interface OpenPgpSignature {
  /** The file with the signature. */
  readonly file: string
  readonly payload: Buffer
  /** The file of the allowed keys. */
  readonly keyring: string
}

const QUIETLY = [
  '--batch',
  '--no-tty',
  '--no-options',
  '--no-autostart',
  '--no-auto-key-retrieve',
  '--trust-model',
  'always',
]

/**
 * Judges a signature by `gpg`, with the allowed keys in a keyring that is there for it alone. Not by `gpgv`, which looks at no
 * expiry and no revocation.
 */
export async function judgeOpenPgp(
  run: RunHere,
  { file, payload, keyring }: OpenPgpSignature,
): Promise<SignatureResult> {
  const imported = await run('gpg', [...QUIETLY, '--import', '--', keyring])
  if (imported.kind === 'absent') return unreadable('gpg is not on this machine: install GnuPG (gnupg)')
  if (imported.kind !== 'ended' || imported.status !== 0)
    return unreadable(
      `the keyring can't be used: ${imported.kind === 'ended' ? complaintOfGpg(imported.stderr) : imported.kind}`,
    )
  const checked = await run('gpg', [...QUIETLY, '--status-fd', '1', '--verify', '--', file, '-'], payload)
  if (checked.kind !== 'ended') return unreadable(`gpg: ${checked.kind}`)
  return verdictIn(checked.stdout.toString('utf8'), checked.status)
}

/** What gpg's status lines come to. Anything but one good signature is none. */
function verdictIn(output: string, status: number): SignatureResult {
  const lines = output.split('\n').flatMap((line) => /^\[GNUPG:\] (.*)$/.exec(line)?.slice(1) ?? [])
  const argumentOf = (keyword: string): string | undefined =>
    lines.find((line) => line.startsWith(`${keyword} `))?.slice(keyword.length + 1)
  const has = (keyword: string): boolean => lines.some((line) => line === keyword || line.startsWith(`${keyword} `))
  const key = argumentOf('VALIDSIG')?.split(' ')[0] ?? argumentOf('ERRSIG')?.split(' ')[0] ?? keyOf(argumentOf)
  if (has('BADSIG')) return { kind: 'tampered', key, detail: undefined }
  if (has('REVKEYSIG') || has('KEYREVOKED')) return { kind: 'revokedKey', key, detail: undefined }
  if (has('EXPKEYSIG') || has('EXPSIG')) return { kind: 'expiredKey', key, detail: undefined }
  if (has('NO_PUBKEY') || has('ERRSIG')) return { kind: 'unknownKey', key, detail: undefined }
  const good = lines.filter((line) => line.startsWith('GOODSIG '))
  const valid = lines.filter((line) => line.startsWith('VALIDSIG '))
  if (status !== 0 || good.length !== 1 || valid.length !== 1 || key === undefined)
    return { kind: 'tampered', key, detail: undefined }
  return { kind: 'good', signer: good[0]?.split(' ').slice(2).join(' ') ?? '', key }
}

const keyOf = (argumentOf: (keyword: string) => string | undefined): string | undefined =>
  ['BADSIG', 'REVKEYSIG', 'EXPKEYSIG', 'EXPSIG'].map((each) => argumentOf(each)?.split(' ')[0]).find(Boolean)

/** Of what it made on its way nobody needs to know. */
const complaintOfGpg = (stderr: string): string =>
  complaintIn(
    stderr
      .split('\n')
      .filter((line) => /can't|cannot|no valid|invalid|fail|error|denied/i.test(line))
      .join('\n') || stderr,
  )

const unreadable = (detail: string): SignatureResult => ({ kind: 'unreadable', key: undefined, detail })
