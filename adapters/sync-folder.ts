import { open } from 'node:fs/promises'

/** A file that was renamed is there for good only when its folder is written as well. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
