import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { causeInWords } from '../error-code.ts'
import type { ProgramEnd } from './run-program.ts'
import type { RunHere, SignatureResult } from './signature-result.ts'
import { complaintIn } from './git-words.ts'

/** An SSH signature, and who may sign. */
export interface SshSignature {
  /** The file with the signature. */
  readonly file: string
  readonly payload: Buffer
  /** The file of allowed signers. */
  readonly signers: string
  /** The file of revoked keys. */
  readonly revoked: string | undefined
}

const textOf = (end: ProgramEnd): string =>
  end.kind === 'ended' ? `${end.stdout.toString('utf8')}\n${end.stderr}` : ''
const isGood = (end: ProgramEnd): boolean => end.kind === 'ended' && end.status === 0

/** Judges a signature by `ssh-keygen -Y`, at the time that it is now. */
export async function judgeSsh(run: RunHere, signature: SshSignature): Promise<SignatureResult> {
  const { file, payload, signers, revoked } = signature
  // Whoever's it is: whether the commit is what was signed, and the key by its fingerprint.
  const itself = await run('ssh-keygen', ['-Y', 'check-novalidate', '-n', 'git', '-s', file], payload)
  if (itself.kind === 'absent') return unreadable('ssh-keygen is not on this machine: install OpenSSH (openssh-client)')
  const key = /key (SHA256:\S+)/.exec(textOf(itself))?.[1]
  if (!isGood(itself))
    return { kind: 'tampered', key, detail: itself.kind === 'ended' ? complaintIn(itself.stderr) : itself.kind }
  const found = await run('ssh-keygen', ['-Y', 'find-principals', '-s', file, '-f', signers])
  const signer = found.kind === 'ended' ? found.stdout.toString('utf8').split('\n')[0]?.trim() : undefined
  if (!isGood(found) || signer === undefined || signer === '') return whyNotAllowed(found, key)
  const verify = ['-Y', 'verify', '-n', 'git', '-s', file, '-I', signer, '-f', signers]
  const checked = await run('ssh-keygen', verify, payload)
  if (!isGood(checked)) return whyNotAllowed(checked, key)
  if (revoked === undefined) return { kind: 'good', signer, key: key ?? 'unknown' }
  // Of a key that is in it, and of a file that can't be read, ssh-keygen says the same: nothing.
  const why = await access(revoked, constants.R_OK).then(
    () => undefined,
    (error: unknown) => causeInWords(error),
  )
  if (why !== undefined) return unreadable(`${revoked}: ${why}`, key)
  return isGood(await run('ssh-keygen', [...verify, '-r', revoked], payload))
    ? { kind: 'good', signer, key: key ?? 'unknown' }
    : { kind: 'revokedKey', key, detail: undefined }
}

function whyNotAllowed(end: ProgramEnd, key: string | undefined): SignatureResult {
  const text = textOf(end)
  if (/expired|not yet valid|not valid/i.test(text)) return { kind: 'expiredKey', key, detail: undefined }
  if (
    /Unable to open|Couldn't open|No such file|Permission denied|can't read|invalid (?:line|options)|bad (?:line|options)|parse error|error in/i.test(
      text,
    )
  )
    return unreadable(end.kind === 'ended' ? complaintIn(end.stderr) : end.kind, key)
  return { kind: 'unknownKey', key, detail: undefined }
}

const unreadable = (detail: string, key?: string): SignatureResult => ({ kind: 'unreadable', key, detail })
