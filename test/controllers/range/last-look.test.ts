import { expect } from 'chai'
import { LastLook } from '../../../controllers/range/last-look.ts'
import { cluster, guest, node } from '../../builders/cluster.ts'

const GIB = 2 ** 30

describe('the last look at the cluster', () => {
  it('is nothing before the first', () => expect(new LastLook().standing([])).to.equal(undefined))

  it('tells of memory what is used, what is promised, and by whom it is shared', async () => {
    const look = new LastLook()
    const storage = { name: 'ceph', shared: true, active: true, content: ['images'], totalBytes: 100, usedBytes: 50 }
    await look
      .observing({
        observe: () =>
          Promise.resolve(
            cluster({
              quorate: false,
              nodes: [
                node('pve1', { memoryBytes: 64 * GIB, memoryUsedBytes: 8 * GIB }),
                node('pve2', { online: false }),
              ],
              guests: [
                guest(1_010_011, {
                  pool: 'JD',
                  node: 'pve1',
                  status: 'stopped',
                  memoryBytes: 4 * GIB,
                  tags: ['jd', 'lanista'],
                }),
              ],
              storages: [
                { ...storage, node: 'pve1' },
                { ...storage, node: 'pve2', usedBytes: 60, active: false },
                { ...storage, name: 'local', shared: false, node: 'pve1', active: false },
                { ...storage, name: 'backups', content: ['backup'], node: 'pve1' },
              ],
            }),
          ),
      })
      .observe(new AbortController().signal)
    const reserved = {
      vmid: 1_010_012,
      rangeId: 'JD',
      name: 'JD-b',
      node: 'pve1',
      memoryBytes: 2 * GIB,
      cores: 1,
      disk: undefined,
    }
    const standing = look.standing([reserved])
    expect(standing?.quorate).to.equal(false)
    expect(
      standing?.nodes.map(({ node: name, isUp, usedBytes, promisedBytes }) => [
        name,
        isUp,
        usedBytes / GIB,
        promisedBytes / GIB,
      ]),
    ).to.deep.equal([
      ['pve1', true, 8, 6],
      ['pve2', false, (standing?.nodes[1]?.usedBytes ?? 0) / GIB, 0],
    ])
    expect(standing?.storages).to.deep.equal([
      { storage: 'ceph', node: undefined, isActive: true, sizeBytes: 100, usedBytes: 60 },
      { storage: 'local', node: 'pve1', isActive: false, sizeBytes: 100, usedBytes: 50 },
    ])
  })
})
