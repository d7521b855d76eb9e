import { stat } from 'node:fs/promises'
import type { FolderProvenance } from '../../model/ports.ts'
import { gitStateOf, isAncestor } from './git-state.ts'

/** Tells a folder from another of the same name by device, inode and birth, and by what its Git working tree has checked out. */
export const folderProvenance = (folder: string): FolderProvenance => ({
  identity: async () => {
    const { dev, ino, birthtimeNs } = await stat(folder, { bigint: true })
    // 1970 where the file system doesn't know it.
    const born = birthtimeNs === 0n ? undefined : String(birthtimeNs)
    return { place: `${dev}:${ino}`, born, git: await gitStateOf(folder) }
  },
  follows: (commit, ancestor) => isAncestor(folder, ancestor, commit),
})
