import { expect } from 'chai'
import {
  firstInUse,
  networkUse,
  vnetUses,
  whyItStays,
  whyRemovalsStay,
} from '../../../controllers/network/network-use.ts'
import type { NetworkWants } from '../../../model/plan/network-plan.ts'
import { cluster, guest, rangeVnet } from '../../builders/cluster.ts'
import { FakeProxmox } from '../../builders/fake-proxmox.ts'

const { signal } = new AbortController()
const GUESTS = [guest(7, { name: 'printer', node: 'pve1' }), guest(8, { name: 'mail', node: 'pve2' })]
const SEEN = cluster({ guests: GUESTS })
const HIDDEN = cluster({
  guests: GUESTS,
  unseen: [{ what: 'guests', path: '/vms/9', right: 'VM.Audit', remedy: 'give it' }],
})
const VNET = { kind: 'vnet', name: 'r1' } as const
const BRIDGE = { kind: 'bridge', name: 'vmbr1001', node: 'pve1' } as const
const onNet = (vmid: number, name: string) => ({ vmid, name, nic: 'net3' })
const unreadable = new Error('pve2 does not answer')

const situation = () => new FakeProxmox(cluster())

describe('whether a network is in use', () => {
  it('is told of a VNet by the NICs of all guests, wherever they are', async () => {
    const proxmox = situation()
    expect(await networkUse(VNET, SEEN, proxmox.nics, signal)).to.deep.equal({ kind: 'free' })
    proxmox.nicsOn.set('r1', [onNet(8, 'mail')])
    expect(await networkUse(VNET, SEEN, proxmox.nics, signal)).to.deep.equal({
      kind: 'used',
      by: [onNet(8, 'mail')],
    })
  })

  it('is told of a bridge by the guests of its node alone', async () => {
    const proxmox = situation()
    proxmox.nicsOn.set('vmbr1001', [onNet(8, 'mail')])
    expect(await networkUse(BRIDGE, SEEN, proxmox.nics, signal)).to.deep.equal({ kind: 'free' })
    proxmox.nicsOn.set('vmbr1001', [onNet(7, 'printer')])
    expect((await networkUse(BRIDGE, SEEN, proxmox.nics, signal)).kind).to.equal('used')
  })

  it('is not known of any VNet while guests may be hidden, nor when one guest can not be read', async () => {
    const kinds = async (proxmox: FakeProxmox, seen = SEEN): Promise<string> =>
      [...(await vnetUses(['r1', 'r2'], seen, proxmox.nics, signal)).values()].map(({ kind }) => kind).join()
    const used = situation()
    used.nicsOn.set('r1', [onNet(8, 'mail')])
    expect(await kinds(used)).to.equal('used,free')
    expect(await kinds(used, HIDDEN)).to.equal('hidden,hidden')
    expect(await kinds(situation().fail('nics r2', unreadable))).to.equal('unknown,unknown')
  })

  it('is not known when NICs can not be read, and what is not known stays', async () => {
    const proxmox = situation().fail('nics r1', unreadable)
    const use = await networkUse(VNET, SEEN, proxmox.nics, signal)
    expect(use).to.deep.equal({ kind: 'unknown', error: unreadable })
    expect(whyItStays(VNET, use)).to.deep.equal({ kind: 'failed', error: unreadable })
  })

  it('is no answer but an end when everything is being stopped', async () => {
    const stop = new AbortController()
    const proxmox = situation().fail('nics r1', unreadable)
    stop.abort(new Error('stopping'))
    const told = await networkUse(VNET, SEEN, proxmox.nics, stop.signal).catch(String)
    expect(told).to.equal('Error: stopping')
  })

  it('is asked of several at once, and the first that is not free is told', async () => {
    const proxmox = situation()
    proxmox.nicsOn.set('r2', [onNet(7, 'printer')])
    const networks = ['r1', 'r2', 'r3'].map((name) => ({ kind: 'vnet', name }) as const)
    expect((await firstInUse(networks, SEEN, proxmox.nics, signal))?.network.name).to.equal('r2')
    proxmox.nicsOn.delete('r2')
    expect(await firstInUse(networks, SEEN, proxmox.nics, signal)).to.equal(undefined)
  })

  it('is not known while a guest is there that the lists leave out, and no other is asked then', async () => {
    const proxmox = situation()
    proxmox.unlisted = [321]
    const use = await networkUse(VNET, SEEN, proxmox.nics, signal)
    expect(use.kind).to.equal('hidden')
    expect(use)
      .to.have.nested.property('finding.message')
      .that.matches(/^vnet r1: .*VMID 321.*\/vms\/321/)
    expect(proxmox.journal).to.deep.equal([])
  })

  it('is told of a VNet by what hangs on its bridges where no configuration tells', async () => {
    const proxmox = situation()
    proxmox.plugged.set('r1', [{ vmid: 321, name: undefined, nic: 'net0' }])
    const seen = { ...SEEN, vnets: cluster({ vnets: [rangeVnet(1, 'JD')] }).vnets }
    expect(await networkUse(VNET, seen, proxmox.nics, signal)).to.have.nested.property('by[0].vmid', 321)
  })

  it('is said of the networks of a range that are to go, with the NICs and what to do', async () => {
    const proxmox = situation()
    const removals = [{ name: 'r1', alias: 'lanista range JD', reason: 'it is to go' }]
    const wants: NetworkWants = { kind: 'vnets', vnets: [], removals }
    expect(await whyRemovalsStay(wants, SEEN, proxmox.nics, signal)).to.equal(undefined)
    proxmox.nicsOn.set('r1', [onNet(7, 'printer')])
    expect(await whyRemovalsStay(wants, SEEN, proxmox.nics, signal))
      .to.have.nested.property('finding.message')
      .that.equals(
        'vnet r1: it is to go, and net3 of printer (VMID 7) is on it; put these NICs on another network or delete the guests, then it goes by itself',
      )
  })
})
