import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { serverConfigFile } from '../../../adapters/server-config-file.ts'
import type { ConfigSource } from '../../../model/config-source.ts'

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

  /** Watches, and gives a function that waits until the zone read after a change is this one. */
  async function watched(source: ConfigSource): Promise<(zone: string | undefined) => Promise<void>> {
    let rang = (): void => undefined
    await source.watch(() => rang(), stop.signal)
    return async (zone) => {
      for (;;) {
        const next = new Promise<void>((resolve) => {
          rang = resolve
        })
        const read = await source.read()
        if ((read.kind === 'ok' ? read.config.sdn_zone : undefined) === zone) return
        await next
      }
    }
  }
  const text = (zone: string): string => `proxmox_node: a\nsdn_zone: ${zone}\n`

  it('is noticed when written in place, replaced by rename, removed, and made again', async () => {
    const file = path.join(folder, 'config.yml')
    await writeFile(file, text('one'))
    const reads = await watched(serverConfigFile(file, {}))
    await writeFile(file, text('three'))
    await reads('three')
    await writeFile(path.join(folder, '.config.yml.swp'), text('four'))
    await rename(path.join(folder, '.config.yml.swp'), file)
    await reads('four')
    await rm(file)
    await reads(undefined)
    await writeFile(file, text('five'))
    await reads('five')
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
    const reads = await watched(serverConfigFile(path.join(folder, 'config.yml'), {}))
    await reads('one')
    await symlink('..v2', path.join(folder, '..data_tmp'))
    await rename(path.join(folder, '..data_tmp'), path.join(folder, '..data'))
    await reads('two')
  })

  it('refuses to begin when it should have ended already', async () => {
    stop.abort(new Error('ended'))
    const error: unknown = await serverConfigFile(path.join(folder, 'config.yml'), {})
      .watch(() => undefined, stop.signal)
      .catch((caught: unknown) => caught)
    expect(String(error)).to.contain('ended')
  })
})
