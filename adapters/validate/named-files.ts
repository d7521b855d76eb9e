import { access, lstat, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { isReservedRangeId } from '../../model/range-id.ts'
import { causeInWords } from '../error-code.ts'
import { entryName, isLudusFile } from '../range-files/file-id.ts'
import { findRangeFiles, type FoundFile } from '../range-files/find-range-files.ts'
import { aboutFile, misnamed, reserved, rivalry } from '../range-files/name-problems.ts'

/** A file to be checked, and what its name and place alone say against it. */
export interface NamedFile {
  readonly path: string
  readonly folder: string
  readonly id: string | undefined
  readonly problem: Diagnostic | undefined
}

/**
 * The range files that paths name: a file is itself, a folder stands for all range files in it. A range's own folder
 * (with a `range-config.yml` and no other range file) stands for that range. Each file once, whatever paths lead to it.
 */
export async function namedFiles(paths: readonly string[]): Promise<readonly NamedFile[]> {
  const folders = new Folders()
  const files = new Map<string, NamedFile>()
  for (const path of paths)
    for (const file of await filesAt(path, folders)) {
      const place = resolve(file.path)
      if (!files.has(place)) files.set(place, file)
    }
  return [...files.values()]
}

async function filesAt(path: string, folders: Folders): Promise<readonly NamedFile[]> {
  try {
    // What a link leads to is looked at later, and safely; here only whether it leads to a folder.
    const isLinkToNothing = (await lstat(path)).isSymbolicLink() && !(await leadsSomewhere(path))
    return !isLinkToNothing && (await stat(path)).isDirectory()
      ? await filesInFolder(path, folders)
      : [await fileAt(path, folders)]
  } catch (error) {
    const problem = aboutFile(path, `nothing can be read there: ${causeInWords(error)}`, 'correct the path')
    return [{ path, folder: dirname(path), id: undefined, problem }]
  }
}

const leadsSomewhere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

async function filesInFolder(folder: string, folders: Folders): Promise<readonly NamedFile[]> {
  const { found, familyOf } = await folders.at(folder)
  const inside = (path: string): boolean => resolve(dirname(path)) === resolve(folder)
  const isRangesOwn = found.length > 0 && found.every(({ path }) => inside(path) && isLudusFile(basename(path)))
  return isRangesOwn
    ? await Promise.all(found.map(({ path }) => fileAt(path, folders)))
    : found.map((file) => named(file, folder, familyOf(file)))
}

/** A single file, seen together with its neighbours in the folder that would be watched. */
async function fileAt(path: string, folders: Folders): Promise<NamedFile> {
  const inOwnFolder = isLudusFile(basename(path))
  const folder = inOwnFolder ? join(dirname(path), '..') : dirname(path)
  const name = entryName(basename(inOwnFolder ? dirname(resolve(path)) : path))
  if (name.kind !== (inOwnFolder ? 'folder' : 'file')) {
    const problem = aboutFile(path, 'this is not the name of a range file', 'name it <range id>.yml')
    return { path, folder, id: undefined, problem }
  }
  const self = { id: name.id, path, misnamed: name.misnamed }
  // A folder that can't be listed hides the neighbours; the file itself can still be read.
  const neighbours = await folders.at(folder).then(
    ({ familyOf }) => familyOf(self),
    () => [],
  )
  return named(self, folder, [self, ...neighbours.filter((file) => resolve(file.path) !== resolve(path))])
}

const named = (file: FoundFile, folder: string, family: readonly FoundFile[]): NamedFile =>
  file.misnamed
    ? { path: file.path, folder, id: undefined, problem: misnamed(file) }
    : { path: file.path, folder, id: file.id, problem: problemOf(file, family) }

function problemOf(file: FoundFile, family: readonly FoundFile[]): Diagnostic | undefined {
  if (isReservedRangeId(file.id)) return reserved(file)
  return family.length > 1 ? rivalry(file, family) : undefined
}

interface Folder {
  readonly found: readonly FoundFile[]
  /** The files whose ids are that file's, in whatever case. */
  readonly familyOf: (file: FoundFile) => readonly FoundFile[]
}

/** Folders of range files, each read once. */
class Folders {
  readonly #read = new Map<string, Promise<Folder>>()

  /** Rejects with Node's error when the folder can't be listed. */
  at(folder: string): Promise<Folder> {
    const place = resolve(folder)
    const reading = this.#read.get(place) ?? readFolder(folder)
    this.#read.set(place, reading)
    return reading
  }
}

/** Range files that were found together in a folder. */
export function namedFrom(found: readonly FoundFile[], folder: string): readonly NamedFile[] {
  const { familyOf } = folderOf(found)
  return found.map((file) => named(file, folder, familyOf(file)))
}

const readFolder = async (folder: string): Promise<Folder> => folderOf(await findRangeFiles(folder))

function folderOf(found: readonly FoundFile[]): Folder {
  const families = new Map<string, FoundFile[]>()
  for (const file of found) {
    const family = families.get(file.id.toLowerCase())
    if (family === undefined) families.set(file.id.toLowerCase(), [file])
    else family.push(file)
  }
  return { found, familyOf: ({ id }) => families.get(id.toLowerCase()) ?? [] }
}
