import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'

/** The folders that the product is made of. */
const LAYERS = ['model', 'reconcilers', 'controllers', 'adapters'] as const

/** One file that takes something from another, if only a type. */
export interface Import {
  /** From the root of the project, with slashes. */
  readonly from: string
  /** A file, from the root of the project; or what else is named: a package, or a module of Node's. */
  readonly to: string
  readonly isFile: boolean
}

export interface Sources {
  readonly files: readonly string[]
  readonly imports: readonly Import[]
}

/**
 * Each way of importing in TypeScript: `import ... from`, `export ... from`, `import '...'`, and `import('...')`, as an expression
 * or in a type. TypeScript 7 has no API to ask.
 */
const IMPORT =
  /^[ \t]*(?:import|export)\s[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|^[ \t]*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm

/** All files of the product below a folder, and what they import. */
export async function readSources(root: string): Promise<Sources> {
  const listed = await Promise.all(LAYERS.map((layer) => filesIn(root, layer)))
  const texts = listed.flat().map(async (file) => [file, await readFile(path.join(root, file), 'utf8')] as const)
  return withFiles({ files: [], imports: [] }, Object.fromEntries(await Promise.all(texts)))
}

/** The same with further files, or other texts of some, by path. */
export function withFiles({ files, imports }: Sources, texts: Readonly<Record<string, string>>): Sources {
  const added = Object.entries(texts).flatMap(([from, text]) => importsOf(from, text))
  const all = new Map([...files, ...Object.keys(texts)].toSorted().map((file): [string, Import[]] => [file, []]))
  for (const each of [...imports.filter(({ from }) => !(from in texts)), ...added]) all.get(each.from)?.push(each)
  return { files: [...all.keys()], imports: [...all.values()].flat() }
}

/** What one file imports, in its order. */
export const importsOf = (from: string, text: string): readonly Import[] =>
  [...text.matchAll(IMPORT)].map(([, named, bare, called]) => {
    const to = named ?? bare ?? called ?? ''
    return to.startsWith('.')
      ? { from, to: path.posix.join(path.posix.dirname(from), to), isFile: true }
      : { from, to, isFile: false }
  })

async function filesIn(root: string, layer: string): Promise<readonly string[]> {
  // A layer may be missing from a tree that a test has made.
  const found = await readdir(path.join(root, layer), { recursive: true }).catch(() => [])
  return found.filter((file) => /\.tsx?$/.test(file)).map((file) => path.posix.join(layer, ...file.split(path.sep)))
}
