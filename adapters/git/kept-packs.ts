import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { GitTrouble } from '../../model/git-trouble.ts'
import { causeInWords, errorCode } from '../error-code.ts'

const kept = z.object({ packs: z.array(z.string()), shallow: z.string().nullable() })
type Kept = z.infer<typeof kept>

/**
 * Which packs of the own repository were there when a commit was kept. What comes later was fetched for heads that are not in force, and
 * goes before another head is fetched: whoever pushes and is refused fills the disk with no more than one of them.
 */
export class KeptPacks {
  readonly #repository: string
  readonly #dropNames: () => Promise<void>

  /** @param dropNames removes names in the repository that stand for what is not kept */
  constructor(repository: string, dropNames: () => Promise<void>) {
    this.#repository = repository
    this.#dropNames = dropNames
  }

  /** What is here now is kept from now on, and what comes before the next `dropOthers` is so, too. */
  async keepAll(): Promise<void> {
    await this.#written(() => rm(this.#list, { force: true }))
  }

  /** Removes what came since the last time. The first time after `keepAll` it remembers what is here instead. */
  async dropOthers(): Promise<void> {
    const { packs, shallow } = (await this.#remembered()) ?? {}
    if (packs === undefined || shallow === undefined) return await this.#remember()
    const others = (await this.#packs()).filter((name) => !packs.includes(packOf(name)))
    if (others.length === 0) return
    // Whenever this process is killed, nothing is named that is not there.
    await this.#dropNames()
    await this.#written(async () => {
      const file = join(this.#repository, 'shallow')
      await (shallow === null ? rm(file, { force: true }) : replace(file, shallow))
      await Promise.all(others.map((name) => rm(join(this.#folder, name), { force: true })))
    })
  }

  async #remember(): Promise<void> {
    await this.#written(async () => {
      const now: Kept = { packs: [...new Set((await this.#packs()).map(packOf))], shallow: await this.#shallow() }
      await replace(this.#list, JSON.stringify(now))
    })
  }

  async #remembered(): Promise<Kept | undefined> {
    try {
      return kept.parse(JSON.parse(await readFile(this.#list, 'utf8')))
    } catch {
      return undefined
    }
  }

  /** Where the history is cut off; null: nowhere. */
  async #shallow(): Promise<string | null> {
    try {
      return await readFile(join(this.#repository, 'shallow'), 'latin1')
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return null
      throw error
    }
  }

  async #packs(): Promise<readonly string[]> {
    return (await readdir(this.#folder).catch(() => [])).filter((name) => name.startsWith('pack-'))
  }

  async #written(write: () => Promise<void>): Promise<void> {
    try {
      await write()
    } catch (error) {
      throw new GitTrouble(
        'StateUnwritable',
        `${this.#repository}: it can't be written: ${causeInWords(error)}; let the user that lanista runs as write lanista.state_dir, and make room there`,
        error,
      )
    }
  }

  get #folder(): string {
    return join(this.#repository, 'objects', 'pack')
  }

  get #list(): string {
    return join(this.#repository, 'lanista-kept.json')
  }
}

/** The pack that a file is of, which has several. */
const packOf = (name: string): string => name.replace(/\..*$/, '')

async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { encoding: 'latin1', mode: 0o600 })
  await rename(`${file}.new`, file)
}
