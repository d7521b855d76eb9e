import { readFile } from 'node:fs/promises'
import type { Clock } from '../../model/clock.ts'
import type { Forge, StatusDelivery } from '../../model/forge.ts'
import type { ForgeKind, ForgePlace } from '../../model/forge-place.ts'
import { causeInWords, unreadRemedy } from '../error-code.ts'
import { readSecretFile } from '../secret-file.ts'
import type { ForgeDialect } from './dialect.ts'
import { gitea } from './gitea.ts'
import { github } from './github.ts'
import { gitlab } from './gitlab.ts'
import { judgeAnswer, judgeSilence } from './judge-answer.ts'
import { NoAnswer, postJson } from './post-json.ts'

export interface ForgeOptions {
  readonly place: ForgePlace
  /** On which the commits are. */
  readonly branch: string
  readonly tokenFile: string
  readonly caFile: string | undefined
  readonly clock: Pick<Clock, 'now'>
  /** Told what a person should know of the token's file although it works. */
  readonly onWarning: (warning: string) => void
  readonly timeoutMs?: number
}

const DIALECTS: Readonly<Record<ForgeKind, ForgeDialect>> = { github, gitlab, gitea }
const TIMEOUT_MS = 15_000

/** A forge over HTTPS. Token and CA are read each time, so that others need no restart; no error has the token in it. */
export function openForge(options: ForgeOptions): Forge {
  const { place, branch, clock, timeoutMs = TIMEOUT_MS } = options
  const dialect = DIALECTS[place.kind]
  return {
    tell: async (status, signal): Promise<StatusDelivery> => {
      const token = await readSecretFile(options.tokenFile, 'lanista.git.status.token_file')
      if (token.kind === 'unusable') return { kind: 'refused', why: token.why, all: true }
      if (token.warning !== undefined) options.onWarning(token.warning)
      // It would end the header, or could be none.
      if (!/^[\x21-\x7e]+$/.test(token.secret))
        return {
          kind: 'refused',
          why: `lanista.git.status.token_file: ${options.tokenFile} has blanks, or characters that no token has; leave the token alone in it`,
          all: true,
        }
      const ca = await readCa(options.caFile)
      if (ca.kind === 'refused') return ca
      try {
        const answer = await postJson(
          {
            url: `${place.apiUrl}${dialect.path(place.repository, status.commit)}`,
            headers: dialect.headers(token.secret),
            body: dialect.body(status, branch),
            ca: ca.pem,
            timeoutMs,
          },
          signal,
        )
        if (dialect.isSaidAlready(answer, status.state)) return { kind: 'delivered' }
        const message = answer.message.replaceAll(token.secret, '***')
        return judgeAnswer({ ...answer, message }, dialect, clock.now())
      } catch (error) {
        if (error instanceof NoAnswer) return judgeSilence(error, timeoutMs)
        throw error
      }
    },
  }
}

type CaRead =
  | { readonly kind: 'read'; readonly pem: string | undefined }
  | Extract<StatusDelivery, { readonly kind: 'refused' }>

async function readCa(file: string | undefined): Promise<CaRead> {
  if (file === undefined) return { kind: 'read', pem: undefined }
  try {
    return { kind: 'read', pem: await readFile(file, 'utf8') }
  } catch (error) {
    const why = `lanista.git.status.ca_file: ${file} can't be read: ${causeInWords(error)}; ${unreadRemedy(error, 'name another there')}`
    return { kind: 'refused', why, all: true }
  }
}
