import { type FSWatcher as ParentWatcher, type Stats, watch as watchNative } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, dirname, relative, resolve, sep } from 'node:path'
import { type FSWatcher, watch } from 'chokidar'
import { entryName, isLudusFile } from './file-id.ts'

/** Rings whenever something may have changed in a folder. It may ring too often, and it never says what changed. */
export interface FolderBell {
  close(): Promise<void>
}

/**
 * Watches a folder and its subfolders, and starts anew when the folder is replaced by another of the same name: by
 * rename, by a symbolic link turned elsewhere, or by deletion and creation. Resolves once it listens.
 * `onTrouble` hears what keeps it from noticing everything.
 */
export async function watchFolder(
  folder: string,
  ring: () => void,
  onTrouble: (error: unknown) => void,
): Promise<FolderBell> {
  const path = resolve(folder)
  let [inner, seen]: [FSWatcher, string] = [await listen(path, ring, onTrouble), await identityOf(path)]
  let renewal = Promise.resolve()
  let closed = false

  const renewWhenReplaced = async (certainly: boolean): Promise<void> => {
    const now = await identityOf(path)
    if (closed || (now === seen && !certainly)) return
    seen = now
    await inner.close()
    inner = await listen(path, ring, onTrouble)
    ring()
  }
  const renewNext = (certainly: boolean): void => {
    renewal = renewal.then(() => renewWhenReplaced(certainly)).catch(onTrouble)
  }
  const outer = watchParent(path, () => renewNext(true), onTrouble)
  // What neither of the two notices (a parent replaced as well, a network file system) is found by looking.
  const look = setInterval(() => {
    renewNext(false)
    ring()
  }, LOOK_EVERY)
  look.unref()

  return {
    close: async () => {
      closed = true
      clearInterval(look)
      outer?.close()
      await renewal
      await inner.close()
    },
  }
}

/** Milliseconds between looks that nothing has asked for. */
const LOOK_EVERY = 10_000

/** Which folder stands behind the path just now. */
const identityOf = async (path: string): Promise<string> =>
  await stat(path).then(
    ({ dev, ino }) => `${dev}:${ino}`,
    () => 'none',
  )

async function listen(path: string, ring: () => void, onTrouble: (error: unknown) => void): Promise<FSWatcher> {
  const watcher = watch(path, {
    ignored: (entry, stats) => isForeign(path, entry, stats),
    ignoreInitial: true,
    // A link may lead anywhere; what it leads to inside the folder is watched where it stands.
    followSymlinks: false,
    ignorePermissionErrors: true,
    // chokidar would hold back deletions for 100 ms, to join them with a creation that may follow.
    atomic: false,
    depth: 1,
  })
  // `raw` comes without chokidar's throttling, and for entries that it ignores, such as Kubernetes' `..data`.
  watcher.on('all', ring).on('raw', ring).on('error', onTrouble)
  await new Promise<void>((ready) => {
    watcher.once('ready', ready)
  })
  return watcher
}

/** Keeps chokidar from spending a watch on every file that happens to lie around. */
function isForeign(folder: string, path: string, stats: Stats | undefined): boolean {
  const [first, second] = relative(folder, path).split(sep)
  if (first === undefined || first === '' || first === '..') return false
  const { kind } = entryName(first)
  if (kind === 'ignored') return true
  return second === undefined ? kind === 'folder' && stats?.isFile() === true : !isLudusFile(second)
}

function watchParent(
  path: string,
  changed: () => void,
  onTrouble: (error: unknown) => void,
): ParentWatcher | undefined {
  try {
    // `rename` is any coming and going of an entry. The inode tells nothing here: a new folder may get the old one's.
    const watcher = watchNative(dirname(path), (event, name) => {
      if (event === 'rename' && (name === null || name === basename(path))) changed()
    })
    return watcher.on('error', onTrouble)
  } catch (error) {
    onTrouble(error)
    return undefined
  }
}
