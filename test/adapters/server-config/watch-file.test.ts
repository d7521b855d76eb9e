import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { serverConfigFile } from '../../../adapters/server-config/server-config-file.ts'
import { watchFile } from '../../../adapters/server-config/watch-file.ts'

describe('a watched configuration', () => {
  let folder: string
  let stop: AbortController
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lanista-config-'))
    stop = new AbortController()
  })
  afterEach(async () => {
    stop.abort()
    await rm(folder, { recursive: true })
  })

  /**
   * Watches, and gives a function that makes a change and waits until the watch has told of it and the zone read then
   * is this one. No look helps the watch along: what it does not notice is never noticed.
   */
  async function watched(file: string): Promise<(change: () => Promise<void>, zone?: string) => Promise<void>> {
    let rang = (): void => undefined
    await watchFile(file, () => rang(), stop.signal, 3_600_000)
    const next = (): Promise<void> =>
      new Promise((resolve) => {
        rang = resolve
      })
    return async (change, zone) => {
      let told = next()
      await change()
      for (;;) {
        await told
        told = next()
        const read = await serverConfigFile(file, {}).read()
        if ((read.kind === 'ok' ? read.config.sdn_zone : undefined) === zone) return
      }
    }
  }
  const text = (zone: string): string => `proxmox_node: a\nsdn_zone: ${zone}\n`

  it('is noticed when written in place, replaced by rename, removed, and made again', async () => {
    const file = path.join(folder, 'config.yml')
    await writeFile(file, text('one'))
    const notices = await watched(file)
    await notices(() => writeFile(file, text('three')), 'three')
    const swap = path.join(folder, '.config.yml.swp')
    await writeFile(swap, text('four'))
    await notices(() => rename(swap, file), 'four')
    await notices(() => rm(file))
    await notices(() => writeFile(file, text('five')), 'five')
  })

  it('is noticed when Kubernetes turns the link of a mounted ConfigMap', async () => {
    for (const [version, zone] of [
      ['..v1', 'one'],
      ['..v2', 'two'],
    ] as const) {
      await mkdir(path.join(folder, version))
      await writeFile(path.join(folder, version, 'config.yml'), text(zone))
    }
    await symlink('..v1', path.join(folder, '..data'))
    await symlink('..data/config.yml', path.join(folder, 'config.yml'))
    const notices = await watched(path.join(folder, 'config.yml'))
    const turn = async (version: string): Promise<void> => {
      await symlink(version, path.join(folder, '..data_tmp'))
      await rename(path.join(folder, '..data_tmp'), path.join(folder, '..data'))
    }
    // The first turn may be seen by the look with which the watch begins; those after it by the watch alone.
    await notices(() => turn('..v2'), 'two')
    await notices(() => turn('..v1'), 'one')
    await notices(() => turn('..v2'), 'two')
  })

  it('refuses to begin when it should have ended already', async () => {
    stop.abort(new Error('ended'))
    const error: unknown = await serverConfigFile(path.join(folder, 'config.yml'), {})
      .watch(() => undefined, stop.signal)
      .catch((caught: unknown) => caught)
    expect(String(error)).to.contain('ended')
  })
})
