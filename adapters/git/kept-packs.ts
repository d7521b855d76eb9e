import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GitTrouble } from '../../model/git-trouble.ts'
import { causeInWords, errorCode } from '../error-code.ts'

/** What is kept. */
interface Kept {
  readonly packs: readonly string[]
  /** The file that says where the history is cut off; undefined where it is nowhere. */
  readonly shallow: string | undefined
}

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
    const kept = await this.#remembered()
    if (kept === undefined) return await this.#remember()
    const { packs, shallow } = kept
    const others = (await this.#packs()).filter((name) => !packs.includes(packOf(name)))
    if (others.length === 0) return
    // Whenever this process is killed, nothing is named that is not there.
    await this.#dropNames()
    await this.#written(async () => {
      const file = join(this.#repository, 'shallow')
      await (shallow === undefined ? rm(file, { force: true }) : replace(file, shallow))
      await Promise.all(others.map((name) => rm(join(this.#folder, name), { force: true })))
    })
  }

  async #remember(): Promise<void> {
    await this.#written(async () => {
      const now: Kept = { packs: [...new Set((await this.#packs()).map(packOf))], shallow: await this.#shallow() }
      await replace(this.#list, textOf(now))
    })
  }

  async #remembered(): Promise<Kept | undefined> {
    return keptIn(await readFile(this.#list, 'latin1').catch(() => ''))
  }

  /** Where the history is cut off. */
  async #shallow(): Promise<string | undefined> {
    try {
      return await readFile(join(this.#repository, 'shallow'), 'latin1')
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined
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
    return join(this.#repository, 'lanista-kept')
  }
}

/** The pack that a file is of, which has several. */
const packOf = (name: string): string => name.replace(/\..*$/, '')

const END = '.'

/** Packs in a line, the other file if there is one, and a line that says that this is all. */
const textOf = ({ packs, shallow }: Kept): string =>
  [packs.join(' '), ...(shallow === undefined ? [] : [shallow]), END].join('\n')

/** Undefined when it is not whole: whatever is here may be needed. */
function keptIn(text: string): Kept | undefined {
  const [packs, ...rest] = text.split('\n')
  if (packs === undefined || rest.pop() !== END) return undefined
  return {
    packs: packs.split(' ').filter((name) => name !== ''),
    shallow: rest.length === 0 ? undefined : rest.join('\n'),
  }
}

async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { encoding: 'latin1', mode: 0o600 })
  await rename(`${file}.new`, file)
}
