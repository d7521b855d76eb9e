import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { GitSettings } from '../../model/git-section.ts'
import { bareEnvironment, type GitHome } from './git-environment.ts'
import { judgeOpenPgp } from './openpgp-signature.ts'
import { runProgram } from './run-program.ts'
import type { RunHere, SignatureResult } from './signature-result.ts'
import { signedCommit } from './signed-commit.ts'
import { judgeSsh } from './ssh-signature.ts'

/**
 * Looks at signatures of commits by `ssh-keygen` and `gpg` themselves. Not by `git verify-commit`, which takes the time that a commit
 * says of itself for the moment at which its SSH key must be valid: whoever has an expired key writes a date of before.
 */
export class Signatures {
  readonly #home: GitHome
  readonly #verify: GitSettings['verify']

  constructor(home: GitHome, verify: GitSettings['verify']) {
    this.#home = home
    this.#verify = verify
  }

  /** @param content of the commit's object */
  async judge(content: Buffer, signal: AbortSignal): Promise<SignatureResult> {
    const signed = signedCommit(content)
    if (signed === undefined) return { kind: 'unsigned', key: undefined, detail: undefined }
    const { allowed_signers_file: signers, revoked_keys_file: revoked, keyring_file: keyring } = this.#verify
    if (signed.kind === 'other' || (signed.kind === 'ssh' ? signers : keyring) === undefined)
      return { kind: 'notAllowedKind', key: undefined, detail: KINDS[signed.kind] }
    const folder = await mkdtemp(join(this.#home.folder, 'signature-'))
    const run: RunHere = (program, args, input) =>
      runProgram(
        {
          program,
          args,
          environment: { ...bareEnvironment(this.#home), GNUPGHOME: folder },
          folder,
          ...(input === undefined ? {} : { input }),
          patience: 30_000,
          mostOutput: 1_048_576,
        },
        signal,
      )
    try {
      const file = join(folder, 'signature')
      await writeFile(file, signed.signature, { mode: 0o600 })
      if (signed.kind === 'ssh')
        return await judgeSsh(run, { file, payload: signed.payload, signers: signers ?? '', revoked })
      return await judgeOpenPgp(run, { file, payload: signed.payload, keyring: keyring ?? '' })
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined)
    }
  }
}

const KINDS = { ssh: 'SSH', openpgp: 'OpenPGP', other: 'another kind, or several' } as const
