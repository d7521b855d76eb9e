import { expect } from 'chai'
import { z } from 'zod'
import type { ClusterDescription } from '../../../adapters/simulator/cluster-description.ts'
import { guestBench, type Bench } from './guests/bench.ts'

const described: ClusterDescription = {
  nodes: [{ name: 'pve1' }, { name: 'pve2' }],
  zone: { name: 'local1', type: 'simple' },
  further_zones: [{ name: 'wide' }, { name: 'one', nodes: ['pve1'] }],
  vnets: [
    { name: 'plain' },
    { name: 'aware', vlan_aware: true, alias: 'lanista range JD' },
    { name: 'far', zone: 'wide', tag: 7, vlan_aware: true },
    { name: 'narrow', zone: 'one', tag: 8 },
  ],
  guests: [
    {
      name: 'a',
      vmid: 301,
      node: 'pve1',
      running: true,
      nics: [
        'virtio,bridge=plain',
        'virtio,bridge=aware,tag=10',
        'virtio,bridge=far,trunks=2;5-9',
        'virtio,bridge=far',
      ],
    },
  ],
}

/** What nodes tell of zones of either type, and of those they are not in (measured on a real 9.1). */
describe("the simulator's zones, asked for on a node,", () => {
  let bench: Bench
  before(() => {
    bench = guestBench(described)
  })
  after(() => bench.close())

  const on = async (node: string, path: string) => (await bench.ask('GET', `/nodes/${node}/sdn/zones${path}`)).data

  it('have bridges with the ports of their type and the VLANs of each', async () => {
    const tap = (index: number) => ({ name: `tap301i${index}`, vmid: '301', index: `net${index}` })
    expect(await on('pve1', '/local1/bridges')).to.deep.equal([
      { name: 'plain', vlan_filtering: 0, ports: [tap(0)] },
      { name: 'aware', vlan_filtering: 1, ports: [{ ...tap(1), primary_vlan: 10, vlans: [] }] },
    ])
    expect(await on('pve1', '/wide/bridges')).to.deep.equal([
      {
        name: 'far',
        vlan_filtering: 1,
        ports: [
          { name: 'vxlan_far', primary_vlan: 1, vlans: ['2-4094'] },
          { ...tap(2), primary_vlan: 1, vlans: ['2', '5-9'] },
          { ...tap(3), primary_vlan: 1, vlans: ['2-4094'] },
        ],
      },
    ])
    expect(await on('pve1', '/localnetwork/bridges')).to.deep.equal([
      { name: 'vmbr0', vlan_filtering: 0, ports: [{ name: 'eth0' }] },
    ])
  })

  it('have on a node they do not reach no row and no content, but bridges as if they were missing', async () => {
    expect(await on('pve2', '')).to.deep.equal([
      { zone: 'local1', status: 'available' },
      { zone: 'wide', status: 'available' },
    ])
    expect(await on('pve2', '/one/content')).to.deep.equal([])
    expect(await on('pve2', '/one/bridges')).to.deep.equal([{ name: 'narrow', vlan_filtering: null, ports: [] }])
    const { errors } = await bench.ask('GET', '/nodes/pve2/sdn/zones/none/bridges')
    expect(errors).to.deep.equal({ zone: 'zone does not exist' })
  })

  it('show what an apply would write on a node, sorted, each type in its way and only where the zone is', async () => {
    const add = (vnet: string, zone: string, more: Record<string, string | number> = {}) =>
      bench.ask('POST', '/cluster/sdn/vnets', { vnet, zone, ...more })
    await add('new', 'local1', { vlanaware: 1, alias: 'lanista range AB' })
    await add('over', 'one', { tag: 9 })
    const shown = async (node: string) => {
      const { data } = await bench.ask('GET', '/cluster/sdn/dry-run', { node })
      return z.object({ 'interfaces-diff': z.string() }).parse(data)['interfaces-diff'].split('\n')
    }
    const bridge = (name: string, ports: string) => [
      `+auto ${name}`,
      `+iface ${name}`,
      `+\tbridge_ports ${ports}`,
      '+\tbridge_stp off',
      '+\tbridge_fd 0',
    ]
    const simple = [
      ...bridge('new', 'none'),
      '+\tbridge-vlan-aware yes',
      '+\tbridge-vids 2-4094',
      '+\talias lanista range AB',
    ]
    const added = (lines: readonly string[]) => lines.slice(2).filter((line) => line.startsWith('+') && line !== '+')
    expect(added(await shown('pve2'))).to.deep.equal(simple)
    expect(added(await shown('pve1'))).to.deep.equal([
      ...simple,
      ...bridge('over', 'vxlan_over'),
      '+\tmtu 1450',
      '+auto vxlan_over',
      '+iface vxlan_over',
      '+\tvxlan-id 9',
      '+\tvxlan_remoteip 10.98.0.2',
      '+\tmtu 1450',
    ])
    const { errors } = await bench.ask('GET', '/cluster/sdn/dry-run')
    expect(errors).to.deep.equal({ node: 'proxyto parameter does not exist' })
  })
})
