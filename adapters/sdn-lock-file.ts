import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { SdnLockStore } from '../model/ports.ts'

const note = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('asked'), at: z.number() }),
  z.object({ kind: z.literal('held'), token: z.string().min(1), at: z.number() }),
])

/**
 * The note on the SDN lock, `<stateDir>/sdn-lock.json`, readable by its owner alone. It is flushed to disk before it
 * counts as written: a machine that loses power must still know the token of a lock that never expires.
 */
export function sdnLockFile(stateDir: string): SdnLockStore {
  const path = join(stateDir, 'sdn-lock.json')
  const beside = `${path}.${process.pid}.tmp`
  return {
    read: async () => {
      try {
        const parsed = note.safeParse(JSON.parse(await readFile(path, 'utf8')))
        return parsed.success ? parsed.data : undefined
      } catch {
        return undefined
      }
    },
    write: async (content) => {
      await mkdir(stateDir, { recursive: true })
      const file = await open(beside, 'w', 0o600)
      try {
        await file.writeFile(`${JSON.stringify(content)}\n`)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(beside, path)
      await syncFolder(stateDir)
    },
    clear: async () => {
      await rm(path, { force: true })
    },
  }
}

/** A file that was renamed is there for good only when its folder is written as well. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
