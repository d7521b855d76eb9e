/** A commit's signature, and what it is of. */
export interface SignedCommit {
  readonly kind: 'ssh' | 'openpgp' | 'other'
  readonly signature: string
  /** The commit without its signatures, byte for byte. */
  readonly payload: Buffer
}

/** The headers that signatures are in, of a repository whose ids are SHA-1 and SHA-256. */
const SIGNATURE = /^gpgsig(?:-sha256)?$/

/**
 * Takes a commit object apart as `git verify-commit` does. Undefined when it carries no signature; one that carries several is
 * taken for one of another kind: which of them counts is nobody's to choose.
 */
export function signedCommit(content: Buffer): SignedCommit | undefined {
  const headEnd = content.indexOf('\n\n')
  const head = headEnd === -1 ? content : content.subarray(0, headEnd + 1)
  const kept: Buffer[] = []
  const signatures: string[] = []
  let isSignature = false
  for (let at = 0; at < head.length;) {
    const end = head.indexOf(0x0a, at)
    const line = head.subarray(at, end === -1 ? head.length : end + 1)
    at += line.length
    const isContinued = line[0] === 0x20
    if (!isContinued) {
      const blank = line.indexOf(0x20)
      isSignature = blank !== -1 && SIGNATURE.test(line.subarray(0, blank).toString('latin1'))
      if (isSignature) signatures.push(line.subarray(blank + 1).toString('latin1'))
    } else if (isSignature) signatures.push(`${signatures.pop() ?? ''}${line.subarray(1).toString('latin1')}`)
    if (!isSignature) kept.push(line)
  }
  const [signature, ...more] = signatures
  if (signature === undefined) return undefined
  const payload = Buffer.concat([...kept, headEnd === -1 ? Buffer.alloc(0) : content.subarray(headEnd + 1)])
  return { kind: more.length > 0 ? 'other' : kindOf(signature), signature, payload }
}

function kindOf(signature: string): SignedCommit['kind'] {
  if (signature.startsWith('-----BEGIN SSH SIGNATURE-----')) return 'ssh'
  return /^-----BEGIN PGP (?:SIGNATURE|MESSAGE)-----/.test(signature) ? 'openpgp' : 'other'
}
