import { z } from 'zod'
import { duration } from './duration.ts'
import { isBranchName, isFolderInRepository, readRepositoryUrl } from './repository-url.ts'
import { secretText } from './secret-text.ts'

/** Shorter would keep the server busy for nothing. */
const interval = duration('30s', '5m').refine(
  (milliseconds) => milliseconds >= 5000 && milliseconds <= 86_400_000,
  'must be a duration from 5s to 24h',
)

/** What ssh would expand, or end a quoted name at. */
const plainFile = z
  .string()
  .regex(/^[^"$\p{Cc}]+$/u, 'must be the name of a file, without quotes, $ and control characters')

/** Forges begin their tokens so; someone may put one where the name of its file belongs. */
const TOKEN = /^(gh[a-z]_|github_pat_|glpat-|gldt-|Bearer |Basic )/

/** GitLab's signing tokens, and what `openssl rand -hex 32` prints. */
const SECRET = /^(whsec_|[0-9a-f]{32,}$)/i

/** `lanista.git`: the repository of range files. */
export const gitSection = z
  .strictObject({
    url: secretText(readRepositoryUrl).meta({
      description: 'The repository: ssh, https, or an absolute path on this machine. No password is in it.',
      examples: ['ssh://git@forge.example.org/labs/ranges.git'],
    }),
    branch: z
      .string()
      .refine(isBranchName, 'must be the name of a branch, without refs/heads/')
      .meta({ description: 'The branch whose commits count.', examples: ['production'] })
      .default('main'),
    path: z
      .string()
      .meta({ examples: ['ranges'] })
      .transform((path) =>
        path
          .split('/')
          .filter((part) => part !== '' && part !== '.')
          .join('/'),
      )
      .refine((path) => path === '' || isFolderInRepository(path), 'must be a folder in the repository, such as ranges')
      .meta({ description: 'The folder in it where range files are. Only that folder counts.' })
      .prefault(''),
    interval: interval.meta({ description: 'How often the branch is asked for: from 5s to 24h.' }).prefault('1m'),
    ssh: z
      .strictObject({
        key_file: plainFile.meta({
          description: 'The private key, without a passphrase, that may read the repository.',
          examples: ['/etc/lanista/git-key'],
        }),
        known_hosts_file: plainFile.meta({
          description: "The server's host keys, as `ssh-keyscan` prints them.",
          examples: ['/etc/lanista/known_hosts'],
        }),
      })
      .meta({ description: 'How a repository is reached by ssh.' })
      .optional(),
    https: z
      .strictObject({
        token_file: z
          .string()
          .refine((text) => !TOKEN.test(text), 'must be the name of a file with the token in it, not the token itself')
          .meta({
            description: 'File with the token, or password, that may read the repository.',
            examples: ['/etc/lanista/git-token'],
          })
          .optional(),
        username: z
          .string()
          .regex(/^[^:\p{Cc}]+$/u, 'must be a user name, without a colon')
          .meta({
            description: 'The user name that is sent with the token: of most forges any will do.',
            examples: ['oauth2'],
          })
          .default('lanista'),
        ca_file: z
          .string()
          .meta({
            description: "PEM file of the CA that signed the server's certificate. Default: the system's CAs.",
            examples: ['/etc/lanista/forge-ca.pem'],
          })
          .optional(),
      })
      .meta({ description: 'How a repository is reached by https.' })
      .optional(),
    verify: z
      .strictObject({
        mode: z
          .enum(['off', 'head', 'every'])
          .meta({
            description:
              'What must carry a good signature by an allowed key: nothing, the newest commit, or every commit since the one in force.',
          })
          .default('off'),
        allowed_signers_file: z
          .string()
          .meta({
            description: 'SSH keys that are allowed to sign, in the format of `ssh-keygen`: ALLOWED SIGNERS.',
            examples: ['/etc/lanista/allowed_signers'],
          })
          .optional(),
        revoked_keys_file: z
          .string()
          .meta({
            description: 'SSH keys that are not allowed any more: a key revocation list, or public keys one a line.',
            examples: ['/etc/lanista/revoked_keys'],
          })
          .optional(),
        keyring_file: z
          .string()
          .meta({
            description: 'OpenPGP keys that are allowed to sign, as `gpg --export` writes them.',
            examples: ['/etc/lanista/signers.gpg'],
          })
          .optional(),
      })
      .meta({ description: 'Which commits are trusted.' })
      .prefault({}),
    webhook: z
      .strictObject({
        secret_file: z
          .string()
          .refine(
            (text) => !SECRET.test(text),
            'must be the name of a file with the secret in it, not the secret itself',
          )
          .meta({
            description: 'File with the secret that the forge is told as well, of 16 characters or more.',
            examples: ['/etc/lanista/hook-secret'],
          }),
      })
      .meta({ description: 'Where the forge tells of a push, `POST /hooks/git`. Default: nowhere.' })
      .optional(),
  })
  .check((context) => {
    const { url, ssh, https, verify } = context.value
    const read = readRepositoryUrl(url)
    const problem = (path: string[], message: string): void => {
      context.issues.push({ code: 'custom', input: undefined, path, message })
    }
    if (read.kind === 'usable' && read.transport === 'ssh' && ssh === undefined)
      problem(['url'], 'is reached by ssh: lanista.git.ssh must name a key_file and a known_hosts_file')
    if (read.kind === 'usable' && read.transport !== 'ssh' && ssh !== undefined)
      problem(['ssh'], 'is for ssh, and the URL is not: leave it out, or give an ssh URL')
    if (read.kind === 'usable' && read.transport !== 'https' && https !== undefined)
      problem(['https'], 'is for https, and the URL is not: leave it out, or give an https URL')
    if (verify.mode !== 'off' && verify.allowed_signers_file === undefined && verify.keyring_file === undefined)
      problem(['verify'], 'must name an allowed_signers_file (SSH) or a keyring_file (OpenPGP)')
  })
  .meta({ description: 'A Git repository in place of the folder of range files.' })

/** The repository's settings in force. */
export type GitSettings = z.output<typeof gitSection>
