import { expect } from 'chai'
import { clusterFrom, controllerToken } from '../../../adapters/simulator/cluster-from.ts'
import { demoCluster } from '../../../adapters/simulator/demo-cluster.ts'
import { goldenWorld, isRecordedState } from '../../../adapters/simulator/golden-world.ts'
import type { World } from '../../../adapters/simulator/world.ts'

const shape = (world: World) => ({
  nodes: [...world.nodes.values()].map(({ name, cores, memory, address }) => ({ name, cores, memory, address })),
  guests: [...world.guests.values()].map(({ vmid, node, config }) => ({ vmid, node, config: [...config] })),
})

describe('a described cluster', () => {
  it('is the same for the same seed, and another for another', () => {
    const described = { nodes: 12, guests: 50, seed: 7 }
    expect(shape(clusterFrom(described))).to.deep.equal(shape(clusterFrom(described)))
    expect(shape(clusterFrom(described))).not.to.deep.equal(shape(clusterFrom({ ...described, seed: 8 })))
  })

  it('has every node as a peer of its zone unless told otherwise', () => {
    const world = clusterFrom({ nodes: 4 })
    const addresses = [...world.nodes.values()].map((node) => node.address)
    expect(world.sdn.running.zones.get('ludus')).to.include({ type: 'vxlan', peers: addresses.join(',') })
    expect(clusterFrom({ zone: null }).sdn.running.zones.size).to.equal(0)
  })

  it('puts machines where it is told, with their disks, pools and tags', () => {
    const world = clusterFrom({
      guests: [
        {
          name: 'JD-DC01',
          vmid: 3_010_011,
          node: 'pve2',
          storage: 'local',
          pool: 'JD',
          tags: ['lanista'],
          running: true,
        },
      ],
      templates: ['debian-12-x64-server-template'],
    })
    const guest = world.guests.get(3_010_011)
    expect(guest).to.include({ node: 'pve2' })
    expect(guest?.config.get('scsi0')).to.equal('local:3010011/vm-3010011-disk-0.qcow2,size=32G')
    expect(guest?.config.get('tags')).to.equal('lanista')
    expect(guest?.running).not.to.equal(undefined)
    expect(world.pools.get('JD')?.vms.has(3_010_011)).to.equal(true)
    expect(world.storages.get('local')?.volumes).to.have.length(1)
    expect(world.guests.get(9000)?.config.get('template')).to.equal(1)
  })

  it("makes Ludus' NAT bridge where it is told, with the right to the node's network", () => {
    const world = clusterFrom({ nodes: 1, zone: null, nat_bridge: 'vmbr1000' })
    expect(world.nodes.get('pve1')?.network.get('vmbr1000')).to.include({ cidr: '192.0.2.254/24', bridge_ports: '' })
    expect(world.nodes.get('pve1')?.bridges.has('vmbr1000')).to.equal(true)
    const rights = (each: typeof world) => each.access.acl.map(({ path, roleid }) => `${path} ${roleid}`)
    expect(rights(world)).to.include('/nodes/pve1 LanistaNode')
    expect(rights(clusterFrom({ nodes: 1 })).join()).not.to.contain('LanistaNode')
  })

  it('has the zones and VNets it is told, in force and nothing pending', () => {
    const world = clusterFrom({
      zone: { type: 'simple', mtu: 1400 },
      further_zones: [{ name: 'nat', nodes: ['pve1'] }],
      vnets: [
        { name: 'r1', vlan_aware: true, alias: 'lanista range JD' },
        { name: 'ludusnat', zone: 'nat', tag: 100_000 },
      ],
    })
    const { configured, running } = world.sdn
    expect(running).to.equal(configured)
    expect(running.zones.get('ludus')).to.deep.equal({ type: 'simple', ipam: 'pve', mtu: 1400 })
    expect(running.zones.get('nat')).to.include({ type: 'vxlan', nodes: 'pve1' })
    expect([...running.vnets]).to.deep.equal([
      ['r1', { type: 'vnet', zone: 'ludus', alias: 'lanista range JD', vlanaware: 1 }],
      ['ludusnat', { type: 'vnet', zone: 'nat', tag: 100_000 }],
    ])
    const on = (node: string) => [...(world.nodes.get(node)?.bridges.keys() ?? [])]
    expect([on('pve1'), on('pve2')]).to.deep.equal([
      ['vmbr0', 'r1', 'ludusnat'],
      ['vmbr0', 'r1'],
    ])
  })

  it('refuses zones and VNets that Proxmox would refuse', () => {
    const bad = (description: Parameters<typeof clusterFrom>[0]) => () => clusterFrom(description)
    expect(bad({ zone: { type: 'simple', peers: ['10.0.0.1'] } })).to.throw(/a simple zone has no peers/)
    expect(bad({ zone: { type: 'simple' }, vnets: [{ name: 'r1', tag: 1 }] })).to.throw(/simple zone has no tag/)
    expect(bad({ vnets: [{ name: 'r1' }] })).to.throw(/VXLAN zone has a tag/)
    expect(bad({ vnets: [{ name: 'r1', tag: 1, zone: 'none' }] })).to.throw(/zone is not described/)
    expect(bad({ vnets: [1, 2].map((tag) => ({ name: 'r1', tag })) })).to.throw(/described already/)
    expect(bad({ guests: [{ name: 'a', nics: ['virtio,bridge=r 1'] }] })).to.throw(/no network card/)
  })

  it('gives machines the network cards it is told, or one on a bridge', () => {
    const world = clusterFrom({
      guests: [
        { name: 'router', nics: ['virtio=02:00:00:00:00:01,bridge=ludusnat,tag=1', 'e1000,bridge=r1,tag=10'] },
        { name: 'other', bridge: 'vmbr7' },
      ],
    })
    const cards = [...world.guests.values()].map(({ config }) => [config.get('net0'), config.get('net1')])
    expect(cards[0]?.[0]).to.equal('virtio=02:00:00:00:00:01,bridge=ludusnat,tag=1')
    expect(cards[0]?.[1]).to.match(/^e1000=BC:24:11(:[0-9A-F]{2}){3},bridge=r1,tag=10$/)
    expect(cards[1]?.[0]).to.match(/^virtio=.*,bridge=vmbr7$/)
    expect(cards[1]?.[1]).to.equal(undefined)
  })

  it('refuses a key it does not know', () => {
    const misspelt: object = { nodez: 3 }
    expect(() => clusterFrom(misspelt)).to.throw(/nodez/)
  })

  it('gives the demo its three unequal nodes, the zone and the templates Ludus ships', () => {
    const world = demoCluster()
    expect(shape(world).nodes.map(({ name }) => name)).to.deep.equal(['pve1', 'pve2', 'pve3'])
    expect(new Set(shape(world).nodes.map(({ cores, memory }) => `${cores} ${memory}`))).to.have.property('size', 3)
    expect([...world.guests.values()].map((guest) => guest.config.get('name'))).to.deep.equal([
      'debian-11-x64-server-template',
      'debian-12-x64-server-template',
      'kali-x64-desktop-template',
      'win2019-server-x64-template',
      'win2022-server-x64-template',
      'win11-22h2-x64-enterprise-template',
    ])
    expect(controllerToken(world)).to.match(/^lanista@pve!lanista=[0-9a-f-]{36}$/)
  })
})

describe('a recorded state', () => {
  const recorded = {
    version: { version: '9.1.9', release: '9.1', repoid: 'abc' },
    cluster_status: [
      { type: 'cluster', name: 'one' },
      { type: 'node', name: 'pve1', ip: '10.0.0.1', nodeid: 1 },
    ],
    tokens: { 'root@pam!lab': 'open' },
    token_privsep: { 'root@pam!lab': 0 },
    passwords: { 'root@pam': 'sesame' },
    users: [{ userid: 'root@pam', enable: 1, expire: 0 }],
    roles: [{ roleid: 'Administrator', privs: 'VM.Audit,Sys.Audit', special: 1 }],
    acl: [],
    storage: [{ storage: 'local', type: 'dir', path: '/var/lib/vz', content: 'images', digest: 'x' }],
    sdn_zones: [{ zone: 'ludus', type: 'vxlan', peers: '10.0.0.1', digest: null }],
    options: { keyboard: 'de' },
    nodes: {
      pve1: {
        network: [{ iface: 'vmbr0', type: 'bridge', method: 'manual' }],
        storage: [{ storage: 'local', total: 10, used: 4, avail: 6 }],
        status: {
          memory: { total: 100, used: 10 },
          rootfs: { total: 10, used: 4, avail: 6 },
          cpuinfo: { cpus: 2 },
        },
      },
    },
    resources: [{ type: 'qemu', vmid: 9000, node: 'pve1' }],
    guests: {
      '9000': { name: 'template', scsi0: 'local:9000/base-9000-disk-0.qcow2,size=1G', template: 1, digest: 'y' },
    },
  }

  it('becomes a world with the same nodes, rights, storages, zones and guests', () => {
    const world = goldenWorld(recorded)
    expect(world.nodes.get('pve1')).to.include({ address: '10.0.0.1', cores: 2, memory: 100 })
    expect(world.nodes.get('pve1')?.bridges.has('vmbr0')).to.equal(true)
    expect(world.access.users.get('root@pam')?.tokens.get('lab')).to.include({ secret: 'open', privsep: false })
    expect(world.storages.get('local')?.volumes.map((volume) => volume.volid)).to.deep.equal([
      'local:9000/base-9000-disk-0.qcow2',
    ])
    expect(world.sdn.running.zones.get('ludus')).to.deep.equal({ type: 'vxlan', peers: '10.0.0.1' })
    expect(world.guests.get(9000)?.config.has('digest')).to.equal(false)
  })

  it('is told from a description', () => {
    expect(isRecordedState(recorded)).to.equal(true)
    expect(isRecordedState({ nodes: 3 })).to.equal(false)
  })
})
