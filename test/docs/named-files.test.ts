import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'

const FOLDERS = ['model', 'reconcilers', 'controllers', 'adapters', 'test', 'deploy', 'docs'] as const

/** `vm/find-guest.ts`, by as much of its path as tells which it is. */
const NAMED = /(?<![\w./-])((?:[\w-]+\/)*[\w.-]+\.(?:ts|mjs))(?![\w-])/g
const LINKED = /\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)/g

describe('the pages for people', () => {
  const files = existing()
  const pages = files.filter((file) => file.endsWith('.md') && (file.startsWith('docs/') || !file.includes('/')))

  /** Page -> what it names that is not there. */
  const missingIn = async (
    looked: readonly string[],
    missing: (page: string, text: string) => readonly string[],
  ): Promise<readonly string[]> => {
    expect(looked).to.include.members(['README.md', 'CONTRIBUTING.md', 'docs/architecture.md', 'docs/how-to/zone.md'])
    const found = looked.map(async (page) => missing(page, await readFile(page, 'utf8')).map((name) => `${page}: ${name}`))
    return (await Promise.all(found)).flat()
  }

  it('name no source file that is not there', async () => {
    // What is told of earlier versions may name what was there then.
    const now = pages.filter((page) => page !== 'CHANGELOG.md')
    const missing = await missingIn(now, (_page, text) => namedIn(text).filter((name) => !isNamed(name, files)))
    expect(missing).to.deep.equal([])
  })

  it('link to nothing that is not there', async () => {
    const missing = await missingIn(pages, (page, text) =>
      linkedIn(page, text).filter((target) => !isThere(target, files)),
    )
    expect(missing).to.deep.equal([])
  })

  it('would be told of files and links that are not there', () => {
    expect(namedIn('see `vm/gone.ts`, gone-too.test.ts and `dist/a.js`')).to.deep.equal(['vm/gone.ts', 'gone-too.test.ts'])
    expect(isNamed('vm/find-guest.ts', files)).to.equal(true)
    expect(isNamed('guest.ts', files)).to.equal(false)
    const linked = linkedIn('docs/a.md', '[a](how-to/gone.md#b), [c](https://x.test/), [d](#e), [f](../README.md)')
    expect(linked).to.deep.equal(['docs/how-to/gone.md', 'README.md'])
    expect(linked.map((target) => isThere(target, files))).to.deep.equal([false, true])
  })
})

const namedIn = (text: string): readonly string[] => [...text.matchAll(NAMED)].map(([, name]) => name ?? '')

const linkedIn = (page: string, text: string): readonly string[] =>
  [...text.matchAll(LINKED)].map(([, target]) => path.posix.join(path.posix.dirname(page), target ?? ''))

const isNamed = (name: string, files: readonly string[]): boolean =>
  files.some((file) => `/${file}`.endsWith(`/${name}`))

const isThere = (target: string, files: readonly string[]): boolean =>
  files.some((file) => file === target || file.startsWith(target.endsWith('/') ? target : `${target}/`))

function existing(): readonly string[] {
  const within = FOLDERS.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) =>
      path.posix.join(folder, ...file.split(path.sep)),
    ),
  )
  return [...readdirSync('.'), ...within]
}
