import { failure } from '../api-error.ts'
import type { Storage } from '../world.ts'
import { isFileStorage } from './volumes.ts'

/** What a volume's name says of it. */
export interface VolumeName {
  readonly type: 'images' | 'iso' | 'vztmpl' | 'backup' | 'snippets' | 'import'
  /** The VM it belongs to. */
  readonly owner: number | undefined
}

const folders = ['iso', 'vztmpl', 'backup', 'snippets', 'import'] as const

const imageFile = /\.(?:raw|qcow2|vmdk|subvol)$/

/** Reads `200/vm-200-disk-0.qcow2`, `iso/x.iso`, `vm-200-disk-0`; throws on names such a storage can't have. */
export const readVolumeName = (storage: Storage, name: string): VolumeName => {
  const folder = folders.find((one) => name.startsWith(`${one}/`))
  if (folder !== undefined) return { type: folder, owner: undefined }
  if (!isFileStorage(storage)) {
    const owner = /(?:^|\/)(?:vm|base)-(\d+)-\S+$/.exec(name)?.[1]
    if (owner === undefined) throw failure(`unable to parse volume name '${name}'`)
    return { type: 'images', owner: Number(owner) }
  }
  const [, owner, file] = /^(?:\d+\/[^/\s]+\/)?(\d+)\/([^/\s]+)$/.exec(name) ?? []
  if (owner === undefined || file === undefined) throw failure(`unable to parse directory volume name '${name}'`)
  if (!imageFile.test(file)) throw failure(`unable to parse volume filename '${file}'`)
  return { type: 'images', owner: Number(owner) }
}
