import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { gitIn } from './git-repository.ts'

/** A bare repository as a forge has one, and a clone in which somebody works. */
export interface RangeRepositoryFixture {
  /** Of the bare one. */
  readonly bare: string
  /** Of the clone. */
  readonly work: string
  /** Runs git in the clone. */
  readonly git: (...args: readonly string[]) => string
  /** Writes files, or removes those without a text, commits all and pushes. Resolves with the commit's id. */
  push(files: Readonly<Record<string, string | Uint8Array | undefined>>, message?: string): Promise<string>
  /** As `push`, without pushing. */
  commit(files: Readonly<Record<string, string | Uint8Array | undefined>>, message?: string): Promise<string>
}

/** Makes both in a folder; the branch `main` has no commit yet. */
export async function rangeRepositoryIn(folder: string): Promise<RangeRepositoryFixture> {
  const [bare, work] = [path.join(folder, 'ranges.git'), path.join(folder, 'work')]
  await mkdir(folder, { recursive: true })
  gitIn(folder)('init', '--quiet', '--bare', '--initial-branch=main', bare)
  gitIn(bare)('config', 'uploadpack.allowFilter', 'true')
  gitIn(folder)('clone', '--quiet', bare, work)
  const git = gitIn(work)
  git('checkout', '--quiet', '-B', 'main')
  const commit: RangeRepositoryFixture['commit'] = async (files, message = 'Change ranges') => {
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(work, name)
      await mkdir(path.dirname(file), { recursive: true })
      await (text === undefined ? rm(file) : writeFile(file, text))
    }
    git('add', '--all')
    git('commit', '--quiet', '--allow-empty', '--message', message)
    return git('rev-parse', 'HEAD')
  }
  return {
    bare,
    work,
    git,
    commit,
    push: async (files, message) => {
      const id = await commit(files, message)
      git('push', '--quiet', '--force', 'origin', 'HEAD:main')
      return id
    },
  }
}
