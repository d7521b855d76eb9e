import { expect } from 'chai'
import { deletionsTakenBack } from '../../../controllers/network/deletions-taken-back.ts'
import { cluster, deleted, natVnet, rangeVnet, vnet } from '../../builders/cluster.ts'
import { FakeProxmox } from '../../builders/fake-proxmox.ts'
import { quiet } from '../../builders/quiet.ts'

describe('what is taken back of deletions that were broken off', () => {
  const { signal } = new AbortController()

  it("are those of ranges' VNets, and neither the NAT VNet's nor anybody else's", async () => {
    const vnets = [
      deleted(rangeVnet(1, 'JD')),
      deleted(natVnet()),
      deleted(vnet('r7', 7, undefined)),
      deleted(vnet('lab', 500, 'of Ann')),
      rangeVnet(2, 'KL'),
    ]
    const proxmox = new FakeProxmox(cluster({ vnets }))
    await deletionsTakenBack(proxmox, quiet)('token', signal)
    expect(proxmox.writes).to.deep.equal(['create r1'])
  })

  it('are none while that can not be told, which keeps no lock from being given back', async () => {
    const proxmox = new FakeProxmox(cluster({ vnets: [deleted(rangeVnet(1, 'JD'))] })).fail('observe', new Error('no'))
    await deletionsTakenBack(proxmox, quiet)('token', signal)
    expect(proxmox.writes).to.deep.equal([])
  })
})
