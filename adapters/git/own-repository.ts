import { readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { GitTrouble } from '../../model/git-trouble.ts'
import { causeInWords } from '../error-code.ts'
import { asideIn, CAREFULLY, repositoryIn } from './git-environment.ts'
import { checkGit } from './git-version.ts'
import { HEAD } from './fetch-head.ts'
import { KeptPacks } from './kept-packs.ts'
import { OTHER } from './merge-base.ts'
import type { OwnGit } from './own-git.ts'

const ACCEPTED = 'refs/lanista/accepted'
/** More packs than that are put together. */
const MOST_PACKS = 40

/** The bare repository that is Lanista's own: made when it is needed, and made anew when it is damaged. */
export class OwnRepository {
  readonly #git: OwnGit
  #isOpen = false

  constructor(git: OwnGit) {
    this.#git = git
  }

  /**
   * Makes the folder, which may be gone whenever somebody looks, and removes what a git that was killed left: nothing else is at work
   * here. At first it looks at git's version.
   */
  async prepare(signal: AbortSignal): Promise<void> {
    if (!this.#isOpen) await checkGit(this.#git.home, signal)
    await this.#git.makeHome()
    await this.#removeLeftovers()
    if (!this.#isOpen) await this.putBack()
    this.#isOpen = true
  }

  /** Makes the repository unless it is there. @param head a commit of the server's, by whose length its kind of ids is known */
  async make(head: string, signal: AbortSignal): Promise<void> {
    if (await exists(join(this.#folder, 'HEAD'))) return
    const format = head.length === 64 ? ['--object-format=sha256'] : []
    const args = ['init', '--quiet', '--bare', '--template=', ...format, '--', this.#folder]
    await this.#git.own(args, {}, signal)
  }

  /** Sets it aside, so that it is made anew: the commit in force may be in it alone. */
  async setAside(): Promise<void> {
    await this.#moving(async () => {
      if (await exists(this.#aside)) await remove(this.#folder)
      else if (await exists(this.#folder)) await rename(this.#folder, this.#aside)
    })
  }

  /** Puts back what was set aside. @returns whether there was any */
  async putBack(): Promise<boolean> {
    return await this.#moving(async () => {
      if (!(await exists(this.#aside))) return false
      await remove(this.#folder)
      await rename(this.#aside, this.#folder)
      return true
    })
  }

  /** Keeps a commit, in place of the one before, from being tidied away, and needs nothing more of what was set aside. */
  async keep(commit: string, signal: AbortSignal): Promise<void> {
    await this.#packsFor(signal).keepAll()
    await this.#git.own(['update-ref', '--', ACCEPTED, commit], {}, signal)
    await this.#moving(() => remove(this.#aside))
    await this.#tidy(signal)
  }

  /** Removes what was fetched for heads that did not go in force. */
  async dropRefused(signal: AbortSignal): Promise<void> {
    await this.#packsFor(signal).dropOthers()
  }

  #packsFor(signal: AbortSignal): KeptPacks {
    return new KeptPacks(this.#folder, async () => {
      for (const name of [HEAD, OTHER]) await this.#git.own(['update-ref', '-d', name], {}, signal)
    })
  }

  /** Puts packs together when there are many, and drops what nothing needs. That it fails matters to nobody: it is tried again. */
  async #tidy(signal: AbortSignal): Promise<void> {
    const names = await readdir(join(this.#folder, 'objects', 'pack')).catch(() => [])
    if (names.filter((name) => name.endsWith('.pack')).length <= MOST_PACKS) return
    const promised = ['-c', 'remote.origin.promisor=true', '-c', 'remote.origin.partialCloneFilter=blob:none']
    await this.#git.offline([...CAREFULLY, ...promised, 'gc', '--quiet', '--prune=now'], {}, signal)
  }

  get #folder(): string {
    return repositoryIn(this.#git.home)
  }

  get #aside(): string {
    return repositoryIn(asideIn(this.#git.home))
  }

  async #moving<T>(move: () => Promise<T>): Promise<T> {
    try {
      return await move()
    } catch (error) {
      throw new GitTrouble(
        'StateUnwritable',
        `${this.#folder}: it is damaged and can't be moved: ${causeInWords(error)}; remove it, and it is fetched anew`,
        error,
      )
    }
  }

  async #removeLeftovers(): Promise<void> {
    const left = async (folder: string, isLeft: (name: string) => boolean): Promise<void> => {
      const names = await readdir(folder).catch(() => [])
      await Promise.all(names.filter(isLeft).map((name) => rm(join(folder, name), { recursive: true, force: true })))
    }
    const isLock = (name: string): boolean => name.endsWith('.lock') || name === 'gc.pid'
    await left(this.#git.home.folder, (name) => name === 'fetch-config' || name.startsWith('signature-'))
    await left(this.#folder, (name) => isLock(name) || name.startsWith('shallow_'))
    await left(join(this.#folder, 'refs', 'lanista'), isLock)
    await left(join(this.#folder, 'objects', 'pack'), (name) => name.startsWith('tmp_') || isLock(name))
  }
}

const remove = (path: string): Promise<void> => rm(path, { recursive: true, force: true, maxRetries: 3 })
const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
