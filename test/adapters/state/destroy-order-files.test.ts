import { chown, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { destroyOrderFiles } from '../../../adapters/state/destroy-order-files.ts'
import type { DestroyOrder } from '../../../model/destroy-order.ts'

const ORDER: DestroyOrder = { rangeId: 'JD', at: 7, vms: [{ vmid: 1, name: 'JD-a' }], file: 'x', carriedOut: false }

describe('orders in the state directory', () => {
  let state: string
  beforeEach(async () => {
    state = join(await mkdtemp(join(tmpdir(), 'lanista-orders-')), 'state')
    await mkdir(state)
  })
  afterEach(() => rm(join(state, '..'), { recursive: true, force: true }))

  it('are read back as they were, and none is none', async () => {
    const orders = destroyOrderFiles(state)
    expect([await orders.read('JD'), await orders.list()]).to.deep.equal([undefined, []])
    await orders.write(ORDER)
    expect([await orders.read('JD'), await orders.list()]).to.deep.equal([ORDER, ['JD']])
    await orders.write({ ...ORDER, held: 'y' })
    expect(await orders.read('JD')).to.deep.equal({ ...ORDER, held: 'y' })
    await orders.clear('JD')
    expect(await orders.read('JD')).to.equal(undefined)
  })

  it('that can not be read, or not be understood, are never taken for none', async () => {
    const orders = destroyOrderFiles(state)
    await orders.write(ORDER)
    for (const text of ['', '{', '{"at":1}', 'null']) {
      await writeFile(join(state, 'destroy', 'JD.json'), text)
      expect(await orders.read('JD').catch(String), text).to.match(
        /destroy\/JD\.json can't be understood; let Lanista read it, or remove it/,
      )
    }
    await rm(join(state, 'destroy', 'JD.json'))
    await mkdir(join(state, 'destroy', 'JD.json'))
    expect(await orders.read('JD').catch(String)).to.match(/destroy\/JD\.json can't be read: .*; let Lanista read it/)
  })

  it('belong to whom the state directory belongs to when root writes them, folder and all', async function () {
    if (process.getuid?.() !== 0) this.skip()
    await chown(state, 12_345, 12_346)
    // As an earlier release left it.
    await mkdir(join(state, 'destroy'))
    await destroyOrderFiles(state).write(ORDER)
    for (const name of ['destroy', 'destroy/JD.json'])
      expect(await stat(join(state, name)), name).to.deep.include({ uid: 12_345, gid: 12_346 })
    expect(await readdir(join(state, 'destroy'))).to.deep.equal(['JD.json'])
  })
})
