import { expect } from 'chai'
import { NAT_VNET, RANGE_NUMBERS } from '../../model/identity.ts'
import { planSettingsOf } from '../../model/plan-settings.ts'
import { serverConfigSchema } from '../../model/server-config.ts'

describe('server config', () => {
  it("fills in Ludus' defaults and our own", () => {
    const config = serverConfigSchema.parse({ proxmox_node: 'pve1', some_key_of_ludus: true })
    expect(config).to.include({ sdn_zone: 'ludus', vxlan_tag_base: 0, ludus_nat_interface: 'vmbr1000' })
    expect(config.lanista).to.include({ resync: 30_000, vmid_base: 0 })
    expect(planSettingsOf(config)).to.deep.include({ zone: 'ludus', defaultNode: 'pve1', clusterMode: undefined })
  })

  it('reads durations', () => {
    const resyncOf = (resync: string) =>
      serverConfigSchema.parse({ proxmox_node: 'pve1', lanista: { resync } }).lanista.resync
    expect(['5000ms', '30s', '5m', '1h'].map(resyncOf)).to.deep.equal([5000, 30_000, 300_000, 3_600_000])
    expect(serverConfigSchema.safeParse({ proxmox_node: 'pve1', lanista: { resync: '5 minutes' } }).success).to.equal(
      false,
    )
  })

  it('prunes nothing unless it is asked to, and takes a grace from an hour to thirty days', () => {
    const pruneOf = (prune: object) =>
      serverConfigSchema.safeParse({ proxmox_node: 'pve1', lanista: { prune } }).data?.lanista.prune
    expect(pruneOf({})).to.deep.equal({ enabled: false, grace: 86_400_000, budget: 1 })
    expect(['1h', '60m', '720h'].map((grace) => pruneOf({ grace })?.grace)).to.deep.equal([
      3_600_000, 3_600_000, 2_592_000_000,
    ])
    for (const wrong of [{ grace: '59m' }, { grace: '721h' }, { grace: '2d' }, { budget: 0 }, { budget: 51 }])
      expect(pruneOf(wrong), JSON.stringify(wrong)).to.equal(undefined)
  })

  it('refuses unknown keys in the lanista section only', () => {
    expect(serverConfigSchema.safeParse({ proxmox_node: 'pve1', lanista: { resnyc: '1s' } }).success).to.equal(false)
  })

  it('keeps every range tag below the tag of the NAT VNet, which is the highest there is', () => {
    const accepts = (base: number) =>
      serverConfigSchema.safeParse({ proxmox_node: 'pve1', vxlan_tag_base: base }).success
    const highest = NAT_VNET.tag - RANGE_NUMBERS.last - 1
    expect([highest, highest + 1].map(accepts)).to.deep.equal([true, false])
  })
})
