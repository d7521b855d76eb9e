import { createHash, timingSafeEqual } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { causeInWords } from '../error-code.ts'

/** Who asks, and what he may. */
interface Person {
  readonly name: string
  readonly mayWrite: boolean
}

/** Of what a request says who sends it: `unknown` when the token is none of ours, `untold` when there is none. */
export type Claim =
  | { readonly kind: 'known'; readonly person: Person }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'untold' }

interface Entry extends Person {
  readonly print: Buffer
}

/** Shorter could be guessed. */
const SHORTEST = 20
const LARGEST_FILE = 65_536
const LINE = /^([A-Za-z0-9._@-]{1,64})\s+(read|write)\s+(\S+)$/

/**
 * Who may ask from elsewhere, by the file of `lanista.http.tokens_file`: a line a person, `NAME read|write TOKEN`. Read anew with each
 * request that has a token, so that a person is added or taken out without a restart.
 */
export async function claimOf(authorization: string | undefined, tokensFile: string | undefined): Promise<Claim> {
  const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1]
  if (token === undefined) return { kind: 'untold' }
  if (tokensFile === undefined) return { kind: 'unknown' }
  const read = await readTokens(tokensFile)
  if (read.kind === 'unusable') return { kind: 'unknown' }
  const print = printOf(token)
  // All of them, so that the time taken says nothing.
  const entry = read.entries.reduce<Entry | undefined>(
    (found, each) => (timingSafeEqual(each.print, print) ? each : found),
    undefined,
  )
  return entry === undefined
    ? { kind: 'unknown' }
    : { kind: 'known', person: { name: entry.name, mayWrite: entry.mayWrite } }
}

/** Why the file of tokens can't be used, without any of it; undefined when it can. */
export async function troubleOfTokens(tokensFile: string): Promise<string | undefined> {
  const read = await readTokens(tokensFile)
  return read.kind === 'unusable' ? read.why : undefined
}

type TokensRead =
  | { readonly kind: 'read'; readonly entries: readonly Entry[] }
  | { readonly kind: 'unusable'; readonly why: string }

async function readTokens(file: string): Promise<TokensRead> {
  const unusable = (finding: string): TokensRead => ({
    kind: 'unusable',
    why: `lanista.http.tokens_file: ${file} ${finding}`,
  })
  try {
    const { mode, size } = await stat(file)
    if (size > LARGEST_FILE) return unusable('is larger than 64 KiB; leave only the lines of people in it')
    if ((mode & 0o007) !== 0) return unusable(`may be read by every user of this machine; run chmod o= ${file}`)
    const lines = (await readFile(file, 'utf8')).split('\n')
    const entries: Entry[] = []
    for (const [index, line] of lines.entries()) {
      const text = line.trim()
      if (text === '' || text.startsWith('#')) continue
      const [, name, role, token] = LINE.exec(text) ?? []
      if (name === undefined || token === undefined)
        return unusable(`has something else in line ${index + 1} than NAME read|write TOKEN`)
      if (token.length < SHORTEST)
        return unusable(
          `has a token of fewer than ${SHORTEST} characters in line ${index + 1}; make one: openssl rand -hex 32`,
        )
      entries.push({ name, mayWrite: role === 'write', print: printOf(token) })
    }
    return { kind: 'read', entries }
  } catch (error) {
    return unusable(`can't be read: ${causeInWords(error)}`)
  }
}

const printOf = (token: string): Buffer => createHash('sha256').update(token).digest()
