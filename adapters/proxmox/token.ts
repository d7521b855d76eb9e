import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { UserError } from '../../model/user-error.ts'
import { causeInWords, errorCode, unreadRemedy } from '../error-code.ts'

/** Where the API token may come from. Never the command line: every user of the machine can read that. */
export interface TokenSources {
  /** A file's path, from the configuration; goes before the others. */
  readonly file: string | undefined
  /** `proxmox_token_id` and `proxmox_token_secret` of Ludus' next release; come last. */
  readonly ludus?: { readonly id: string | undefined; readonly secret: string | undefined }
  /** `CREDENTIALS_DIRECTORY` (systemd's `LoadCredential=`) and `LANISTA_PROXMOX_TOKEN` are looked at. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

const CREDENTIAL = 'proxmox-token'
const VARIABLE = 'LANISTA_PROXMOX_TOKEN'
const [ID, SECRET] = ['proxmox_token_id', 'proxmox_token_secret']
const HOW = 'write it as user@realm!name=secret, as "pveum user token add" prints its two parts'

/** What is wrong with a token's form, without repeating any of it. */
const flawOf = (token: string): string | undefined => {
  if (token === '') return 'is empty'
  if (/\s/.test(token)) return 'has more than one line or a blank in it'
  if (!token.includes('=')) return 'has no "=" before the secret'
  if (!/^[^@!=]+@[^@!=]+![^@!=]+=/.test(token)) return 'does not begin with user@realm!name='
  if (token.endsWith('=')) return 'has no secret after the "="'
  return undefined
}

/** What is wrong with a secret that is given apart from its token's id, without repeating any of it. */
const flawOfSecret = (secret: string): string | undefined => {
  if (secret === '') return 'is empty'
  if (/\s/.test(secret)) return 'has more than one line or a blank in it'
  if (/^[^@!=]+@[^@!=]+![^@!=]+=/.test(secret)) return 'holds the whole token'
  return undefined
}

/** Checks a token's form and takes off what surrounds it. */
const parseToken = (text: string, source: string): string => {
  const token = text.trim().replace(/^PVEAPIToken=/, '')
  const flaw = flawOf(token)
  if (flaw !== undefined) throw new UserError(`Proxmox API token (${source}): it ${flaw}; ${HOW}`)
  return token
}

const readTokenFile = async (file: string, source: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const isMissing = errorCode(error) === 'ENOENT'
    const remedy = isMissing
      ? "create it, readable by Lanista's user only"
      : unreadRemedy(error, 'set lanista.proxmox.token_file to another')
    throw new UserError(
      `Proxmox API token (${source}): the file cannot be read: ${causeInWords(error)}; ${remedy}`,
      error,
    )
  }
}

/**
 * The API token as `user@realm!name=secret`, from the configured file, else from systemd's credential
 * `proxmox-token`, else from the environment, else from Ludus' own keys.
 *
 * @throws UserError with subject, finding and remedy; never with any of the token
 */
export const readToken = async (sources: TokenSources): Promise<string> => {
  const { source, text } = await findToken(sources)
  return parseToken(text, source)
}

/** Where the token is read from and why it can't be used, if so; nothing of the token itself. Never throws. */
export const inspectToken = async (
  sources: TokenSources,
): Promise<{ readonly source: string | undefined; readonly problem: string | undefined }> => {
  try {
    const { source, text } = await findToken(sources)
    return { source, problem: problemOf(() => parseToken(text, source)) }
  } catch (error) {
    const source = sources.file === undefined ? undefined : `file ${sources.file}`
    return { source, problem: error instanceof Error ? error.message : String(error) }
  }
}

const problemOf = (attempt: () => unknown): string | undefined => {
  try {
    attempt()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const findToken = async ({
  file,
  environment,
  ludus,
}: TokenSources): Promise<{ readonly source: string; readonly text: string }> => {
  if (file !== undefined) return { source: `file ${file}`, text: await readTokenFile(file, `file ${file}`) }
  const directory = environment['CREDENTIALS_DIRECTORY']
  const variable = environment[VARIABLE]
  if (directory !== undefined) {
    const credential = path.join(directory, CREDENTIAL)
    const text = await readFile(credential, 'utf8').catch(() => undefined)
    if (text !== undefined) return { source: `credential ${credential}`, text }
  }
  if (variable !== undefined) return { source: `environment variable ${VARIABLE}`, text: variable }
  const { id, secret } = ludus ?? { id: undefined, secret: undefined }
  const flaw = secret === undefined ? undefined : flawOfSecret(secret.trim())
  if (flaw !== undefined)
    throw new UserError(
      `Proxmox API token: ${SECRET} ${flaw}; set it to the secret alone, the value that "pveum user token add" prints`,
    )
  if (id !== undefined && secret !== undefined) return { source: `${ID} and ${SECRET}`, text: `${id}=${secret}` }
  const [given, lacking] = id === undefined ? [SECRET, ID] : [ID, SECRET]
  if (id !== undefined || secret !== undefined)
    throw new UserError(`Proxmox API token: there is ${given} without ${lacking}; set both, or neither`)
  throw new UserError(
    `Proxmox API token: none found; set lanista.proxmox.token_file, or give systemd's LoadCredential=${CREDENTIAL}:FILE, ` +
      `or set ${VARIABLE}`,
  )
}

/** The part of a token that may be shown: `user@realm!name`. */
export const tokenIdOf = (token: string): string => token.slice(0, token.indexOf('='))
