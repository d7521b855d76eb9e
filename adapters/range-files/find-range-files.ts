import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { entryName } from './file-id.ts'
import { errorCode } from '../error-code.ts'

/** A range file found in the watched folder, not read yet. */
export interface FoundFile {
  readonly id: string
  readonly path: string
  /** The name gives no legal range id. */
  readonly misnamed: boolean
}

export const LUDUS_NAMES = ['range-config.yml', 'range-config.yaml'] as const

/**
 * The range files in the folder, in both layouts: `<folder>/JD.yml` and `<folder>/JD/range-config.yml`. With an id,
 * only those of that id in whatever case. Looks at names and kinds alone. Throws Node's error when the folder itself
 * can't be read.
 */
export async function findRangeFiles(folder: string, onlyId?: string): Promise<readonly FoundFile[]> {
  const wanted = onlyId?.toLowerCase()
  const entries = await readdir(folder, { withFileTypes: true })
  const found = entries.map(async (entry): Promise<readonly FoundFile[]> => {
    const name = entryName(entry.name)
    if (name.kind === 'ignored' || (wanted !== undefined && name.id.toLowerCase() !== wanted)) return []
    const [path, { id, misnamed }] = [join(folder, entry.name), name]
    if (name.kind === 'file') return [{ id, path, misnamed }]
    if (!entry.isDirectory() && !entry.isSymbolicLink()) return []
    return (await filesInside(path, misnamed)).map((file) => ({ id, path: file, misnamed }))
  })
  return (await Promise.all(found)).flat().sort((a, b) => (a.path < b.path ? -1 : 1))
}

/**
 * The range files in a folder of Ludus' layout. In a folder that can't be looked into there may be one: reading it
 * tells why not, unless the folder's name is no range's.
 */
async function filesInside(folder: string, misnamed: boolean): Promise<readonly string[]> {
  const paths = LUDUS_NAMES.map((name) => join(folder, name))
  const seen = await Promise.all(paths.map(async (path) => ({ path, presence: await presenceOf(path) })))
  const there = seen.filter(({ presence }) => presence === 'there')
  const hidden = misnamed ? [] : seen.filter(({ presence }) => presence === 'hidden')
  return (there.length > 0 ? there : hidden.slice(0, 1)).map(({ path }) => path)
}

async function presenceOf(path: string): Promise<'there' | 'hidden' | 'absent'> {
  try {
    await lstat(path)
    return 'there'
  } catch (error) {
    // An I/O error or a stale mount says nothing of the file.
    return ['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '') ? 'absent' : 'hidden'
  }
}
