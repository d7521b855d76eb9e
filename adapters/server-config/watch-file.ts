import { dirname, resolve } from 'node:path'
import { watch } from 'chokidar'
import { lookAt } from '../file-look.ts'

/** An editor or a copy writes in several steps; what comes within this time is one change. Milliseconds. */
const GATHER = 100
/** Between looks that nothing has asked for: a link's far end, or a network file system, rings no bell. Milliseconds. */
const LOOK_EVERY = 10_000

/**
 * Calls back whenever a file was written, replaced by rename, or came or went, until the signal aborts. Resolves once
 * it watches. The file's folder is watched rather than the file: an editor replaces the file, and Kubernetes turns the
 * link `..data` beside it.
 *
 * @param lookEvery milliseconds between looks that no event asked for
 */
export async function watchFile(
  file: string,
  onChange: () => void,
  signal: AbortSignal,
  lookEvery = LOOK_EVERY,
): Promise<void> {
  signal.throwIfAborted()
  const path = resolve(file)
  const folder = dirname(path)
  let seen = await lookAt(path)
  const look = async (): Promise<void> => {
    const now = await lookAt(path)
    if (now === seen || signal.aborted) return
    seen = now
    onChange()
  }
  let gathering: NodeJS.Timeout | undefined
  const ring = (): void => {
    gathering ??= setTimeout(() => {
      gathering = undefined
      void look()
    }, GATHER)
  }
  const watcher = watch(folder, {
    ignored: (entry) => entry !== folder && entry !== path,
    ignoreInitial: true,
    followSymlinks: false,
    ignorePermissionErrors: true,
    atomic: false,
    depth: 0,
  })
  // `raw` comes for entries that are ignored, too, such as Kubernetes' `..data`. Without any watch left, looking now and then has to do.
  watcher.on('all', ring).on('raw', ring).on('error', ring)
  const looking = setInterval(() => void look(), lookEvery)
  looking.unref()
  const close = (): void => {
    clearTimeout(gathering)
    clearInterval(looking)
    void watcher.close()
  }
  signal.addEventListener('abort', close, { once: true })
  await new Promise<void>((ready) => {
    watcher.once('ready', ready)
  })
  if (signal.aborted) close()
  // What changed while the watch was being set up.
  else ring()
}
