import { mkdir, rm, writeFile, chmod } from 'node:fs/promises'
import { join } from 'node:path'
import type { GitSettings } from '../../model/git-section.ts'
import { GitTrouble } from '../../model/git-trouble.ts'
import { causeInWords } from '../error-code.ts'
import { fetchConfigOf, type ServerPatience } from './fetch-config.ts'
import { CAREFULLY, emptyHome, gitEnvironment, type GitHome, OFFLINE, repositoryIn } from './git-environment.ts'
import { troubleOf } from './git-words.ts'
import { type ProgramEnd, runProgram } from './run-program.ts'

/** How long the server, and git, are waited for. */
export interface GitPatience extends ServerPatience {
  /** A question without objects, in milliseconds. */
  readonly ask: number
  /** A whole fetch, in milliseconds. */
  readonly fetch: number
}

export const GIT_PATIENCE: GitPatience = { connect: 10, silent: 30, ask: 45_000, fetch: 600_000 }

/** What runs here needs no network. In milliseconds, and bytes. */
const OWN_PATIENCE_MS = 120_000
const MOST_OUTPUT = 160 * 1_048_576

/** What git is asked with standard input. */
type Asked = { readonly input?: string | Uint8Array }

/** Runs git in the own repository, with the network or without. */
export class OwnGit {
  readonly home: GitHome
  readonly #settings: GitSettings
  readonly #patience: GitPatience

  constructor(home: GitHome, settings: GitSettings, patience: GitPatience) {
    this.home = home
    this.#settings = settings
    this.#patience = patience
  }

  /** Without any transport: what is not here is missing. */
  async offline(args: readonly string[], { input }: Asked, signal: AbortSignal): Promise<ProgramEnd> {
    return await runProgram(
      {
        program: 'git',
        args: [...OFFLINE, ...args],
        environment: { ...gitEnvironment(this.home, undefined), GIT_DIR: repositoryIn(this.home) },
        folder: '/',
        ...(input === undefined ? {} : { input }),
        patience: OWN_PATIENCE_MS,
        mostOutput: MOST_OUTPUT,
      },
      signal,
    )
  }

  /** As `offline`; its output. Throws `GitTrouble` when it fails: what is here can't be read. */
  async own(args: readonly string[], asked: Asked, signal: AbortSignal): Promise<Buffer> {
    const end = await this.offline(args, asked, signal)
    if (end.kind === 'ended' && end.status === 0) return end.stdout
    const trouble = troubleOf(end, this.#settings, [])
    throw trouble.reason === 'GitMissing' || trouble.reason === 'StateUnwritable' || trouble.reason === 'TooLarge'
      ? trouble
      : new GitTrouble(
          'RepositoryDamaged',
          `${repositoryIn(this.home)}: what was fetched can't be read (${trouble.message}); it is fetched anew`,
        )
  }

  /**
   * With the network; its output. Throws `GitTrouble` when it fails.
   *
   * @param what `ask`: a question that needs no repository; `fetch`: into the own one
   */
  async withServer(what: 'ask' | 'fetch', args: readonly string[], asked: Asked, signal: AbortSignal): Promise<Buffer> {
    const { text, secrets } = await fetchConfigOf(this.#settings, this.#patience)
    const config = join(this.home.folder, 'fetch-config')
    try {
      await this.#write(config, text)
      const end = await runProgram(
        {
          program: 'git',
          args: [...CAREFULLY, ...args],
          environment: {
            ...gitEnvironment(this.home, config),
            ...(what === 'fetch' ? { GIT_DIR: repositoryIn(this.home) } : {}),
          },
          folder: emptyHome(this.home),
          ...(asked.input === undefined ? {} : { input: asked.input }),
          patience: this.#patience[what],
          mostOutput: 16 * 1_048_576,
        },
        signal,
      )
      if (end.kind === 'ended' && end.status === 0) return end.stdout
      throw troubleOf(end, this.#settings, secrets)
    } finally {
      await rm(config, { force: true }).catch(() => undefined)
    }
  }

  /** Makes the folder, for nobody but its owner. Throws `GitTrouble`. */
  async makeHome(): Promise<void> {
    try {
      await mkdir(emptyHome(this.home), { recursive: true, mode: 0o700 })
      await chmod(this.home.folder, 0o700)
    } catch (error) {
      throw this.#unwritable(error)
    }
  }

  async #write(file: string, text: string): Promise<void> {
    try {
      // Made anew, so that it has this mode whoever left one.
      await rm(file, { force: true })
      await writeFile(file, text, { mode: 0o600, flag: 'wx' })
    } catch (error) {
      throw this.#unwritable(error)
    }
  }

  #unwritable(error: unknown): GitTrouble {
    return new GitTrouble(
      'StateUnwritable',
      `${this.home.folder}: it can't be written: ${causeInWords(error)}; let the user that lanista runs as write lanista.state_dir, and make room there`,
      error,
    )
  }
}
