import { shortId } from '../../model/commit-snapshot.ts'
import type { Descent, SignatureVerdict } from '../../model/git-ports.ts'
import { bySomebody } from '../../model/revision.ts'
import { printable } from '../../model/printable.ts'

/** How the place that commits come from is called. */
export interface SourceNames {
  /** `branch main of ssh://git@forge/labs.git`. */
  readonly source: string
  /** Of the range files: `ranges`, or `/`. */
  readonly folder: string
}

export const sourceNames = (git: {
  readonly url: string
  readonly branch: string
  readonly path: string
}): SourceNames => ({
  source: `branch ${printable(git.branch)} of ${printable(git.url, 300)}`,
  folder: git.path === '' ? '/' : printable(git.path, 300),
})

/** Why a head is none that came after the commit in force; undefined when it is. @param emptied that it has no range files either */
export function whyNoDescent(
  descent: Descent,
  accepted: string | undefined,
  { head, emptied }: { readonly head: string; readonly emptied: string | undefined },
): string | undefined {
  if (descent.kind === 'first' || descent.kind === 'follows') return undefined
  const missing =
    descent.kind === 'other'
      ? `the commit in force, ${shortId(accepted ?? '')}, is not among its ancestors, as after a force-push or with another repository`
      : `the commit in force, ${shortId(accepted ?? '')}, is not among the last ${descent.looked} of its ancestors, and no more are looked at`
  const all = emptied === undefined ? missing : `${missing}; and ${emptied}, while there are range files in that`
  return `${all}; put the branch back to what descends from it, or, if this is meant, run lanista approve --commit ${shortId(head)}`
}

/** Why a commit is not trusted; undefined when it is. @param head whose trust depends on it */
export function distrust(verdict: SignatureVerdict | undefined, id: string, head: string): string | undefined {
  const which =
    id === head
      ? 'it'
      : verdict === undefined
        ? `commit ${shortId(id)} before it`
        : `${bySomebody(verdict.commit)} before it`
  if (verdict === undefined) return `the signature of ${which} was not looked at; it is tried again`
  const { result } = verdict
  if (result.kind === 'good') return undefined
  const key = result.key === undefined ? 'a key that is not known' : `the key ${printable(result.key)}`
  const detail = result.detail === undefined ? '' : ` (${printable(result.detail, 240)})`
  switch (result.kind) {
    case 'unsigned':
      return `${which} is not signed; sign it with an allowed key (git commit -S) and push it`
    case 'unknownKey':
      return `${which} is signed by ${key}, which is not among the allowed ones; sign it with one of them, or add this one to the file that lanista.git.verify names`
    case 'expiredKey':
      return `${which} is signed by ${key}, which has expired, or is not valid yet; sign it with a valid one, or prolong that`
    case 'revokedKey':
      return `${which} is signed by ${key}, which is revoked; sign it with another allowed key`
    case 'tampered':
      return `the signature of ${which} by ${key} is not of what the commit says${detail}; ask its author, and sign it anew`
    case 'notAllowedKind':
      return `${which} is signed in a way of which no keys are allowed${detail}; sign it with an allowed key, or set lanista.git.verify.allowed_signers_file (SSH) or keyring_file (OpenPGP)`
    case 'unreadable':
      return `the signature of ${which} can't be looked at${detail}; mend that`
  }
}
