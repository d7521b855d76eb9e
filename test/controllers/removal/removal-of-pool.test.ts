import { expect } from 'chai'
import { RemovalOfPool } from '../../../controllers/removal/removal-of-pool.ts'
import { Withdrawn } from '../../../model/permit.ts'
import { cluster, rangeGuest } from '../../builders/cluster.ts'
import { FakeProxmox } from '../../builders/fake-proxmox.ts'
import { stillWanted } from '../../builders/permits.ts'
import { quiet } from '../../builders/quiet.ts'
import { poolComment } from '../../../model/identity.ts'

describe('the pool of a range that goes', () => {
  const { signal } = new AbortController()
  const open = (comment: string | undefined, guests: readonly ReturnType<typeof rangeGuest>[] = []) => {
    const poolComments = new Map(comment === undefined ? [] : [['JD', comment]])
    const proxmox = new FakeProxmox(cluster({ pools: ['JD'], poolComments, guests }))
    return { proxmox, room: new RemovalOfPool(proxmox.pools, quiet) }
  }

  it('goes last, when its comment says that Lanista made it', async () => {
    const { proxmox, room } = open(poolComment('JD'))
    expect(await room.remove('JD', stillWanted, signal)).to.deep.equal({ kind: 'done' })
    expect(proxmox.writes).to.deep.equal(['remove pool JD'])
  })

  it("that nothing shows to be the range's stays, and is no hindrance", async () => {
    for (const comment of [undefined, 'of JD', poolComment('KL')]) {
      const { proxmox, room } = open(comment)
      expect(await room.remove('JD', stillWanted, signal), String(comment)).to.deep.equal({ kind: 'done' })
      expect(proxmox.writes, String(comment)).to.deep.equal([])
    }
  })

  it('whatever its comment goes when VMs of the range were removed from it, until the range is forgotten', async () => {
    const { proxmox, room } = open(undefined)
    room.emptied('JD')
    room.forget('JD')
    await room.remove('JD', stillWanted, signal)
    expect(proxmox.writes).to.deep.equal([])
    room.emptied('JD')
    await room.remove('JD', stillWanted, signal)
    expect(proxmox.writes).to.deep.equal(['remove pool JD'])
  })

  it('is not asked to go while a guest is in it', async () => {
    const { proxmox, room } = open(poolComment('JD'), [rangeGuest(1_010_011, 'JD', 'JD-a')])
    const end = await room.remove('JD', stillWanted, signal)
    expect(end).to.have.property('kind', 'refused')
    expect(end).to.have.nested.property('finding.message').that.includes('VM 1010011')
    expect(proxmox.writes).to.deep.equal([])
  })

  it('tells by its name of guests that no list has shown, and of a range that is gone only until that is known', async () => {
    const { room } = open(poolComment('JD'), [rangeGuest(1_010_011, 'JD', 'JD-a')])
    expect(await room.whyNotWhole('JD', [1_010_011], signal)).to.equal(undefined)
    expect((await room.whyNotWhole('JD', [], signal))?.reason).to.equal('NotVisible')
    room.forget('JD')
    expect(room.isKnownGone('JD')).to.equal(true)
    await room.whyNotWhole('JD', [], signal)
    expect(room.isKnownGone('JD')).to.equal(false)
  })

  it('stays when the range is not to go any more right before', async () => {
    const { proxmox, room } = open(poolComment('JD'))
    const withdrawn = (): Promise<void> => Promise.reject(new Withdrawn('it is wanted again'))
    const error: unknown = await room.remove('JD', withdrawn, signal).catch((caught: unknown) => caught)
    expect(error).to.be.instanceOf(Withdrawn)
    expect(proxmox.writes).to.deep.equal([])
  })
})
