import { expect } from 'chai'
import { itLong } from '../runner/long-runs.ts'
import { clusterFrom } from '../../adapters/simulator/cluster-from.ts'
import { type Lab, openLab } from './lab.ts'
import { rangeText } from './ranges.ts'

/** Somebody has put the NAT VNet into a zone of its own, which leaves out pve3. */
const natOnTwo = (there: Pick<Parameters<typeof clusterFrom>[0], 'guests'> = {}) =>
  clusterFrom({
    ...there,
    zone: { type: 'vxlan' },
    further_zones: [{ name: 'nat', type: 'vxlan', nodes: ['pve1', 'pve2'], peers: ['10.98.0.1', '10.98.0.2'] }],
    vnets: [{ name: 'ludusnat', zone: 'nat', tag: 100_000 }],
    nodes: [
      { name: 'pve1', memory_gib: 32 },
      { name: 'pve2', memory_gib: 32 },
      // The best of the three.
      { name: 'pve3', memory_gib: 256 },
    ],
    templates: ['debian-12-x64-server-template'],
  })
const JD = rangeText([
  { name: 'a', vlan: 10, octet: 1 },
  { name: 'b', vlan: 20, octet: 1, targetNode: 'pve3' },
])

describe('the NAT VNet in a zone of its own', () => {
  let lab: Lab
  afterEach(() => lab.close())

  it('keeps routers on the nodes that it reaches, and is told of the others', async () => {
    lab = await openLab({ world: natOnTwo(), files: { 'JD.yml': JD } })
    await lab.until(() => lab.ready('JD'))
    const { vms = [], conditions = [], networks = [] } = lab.controller.board.get('JD') ?? {}
    const nodeOf = new Map(vms.map(({ name, node }) => [name, node]))
    expect([nodeOf.get('JD-a'), nodeOf.get('JD-b')]).to.deep.equal(['pve3', 'pve3'])
    expect(['pve1', 'pve2']).to.include(nodeOf.get('JD-router-debian12-x64'))
    expect(networks.find(({ node }) => node === 'pve3')).to.include({ state: 'available' })
    expect(conditions.find(({ type }) => type === 'ZoneReady')).to.include({
      status: 'True',
      reason: 'ZoneLeavesOutNode',
    })
    expect(conditions.find(({ type }) => type === 'ZoneReady')?.message).to.match(
      /^vnet ludusnat, in zone nat: it is limited to the nodes pve1 and pve2 .* no router is placed there/,
    )
    expect(lab.writes().filter(({ path }) => path.endsWith('/ludusnat'))).to.deep.equal([])
  })

  itLong('does not try to start a router on a node that it has left, and reloads no networks for it', async () => {
    const nics = ['virtio=BC:24:11:00:00:01,bridge=ludusnat', 'virtio=BC:24:11:00:00:02,bridge=r1,tag=10']
    const router = {
      name: 'JD-router-debian12-x64',
      vmid: 1_001_254,
      node: 'pve3',
      pool: 'JD',
      tags: ['lanista', 'jd'],
      nics,
    }
    lab = await openLab({ world: natOnTwo({ guests: [{ ...router, memory_mib: 2048 }] }), files: { 'JD.yml': JD } })
    const trouble = () => lab.controller.board.get('JD')?.conditions.find(({ type }) => type === 'MachinesReady')
    await lab.until(() => trouble()?.reason === 'VmTrouble' && trouble()?.message.startsWith('2 of 3 VMs') === true)
    expect(trouble()?.message).to.match(
      /its node pve3 lacks vnet ludusnat, as .*, so it is not started; let that zone reach/,
    )
    await lab.sleep(600_000)
    const paths = lab.writes().map(({ method, path }) => `${method} ${path}`)
    expect(paths.filter((path) => path.endsWith('/1001254/status/start'))).to.deep.equal([])
    expect(
      paths.filter((path) => path === 'PUT /cluster/sdn'),
      'that of its own VNet',
    ).to.have.length(1)
  })

  it('is told of with the line that mends it where it is not VLAN-aware, and a router that is off has a VLAN there', async () => {
    const nics = ['virtio=BC:24:11:00:00:01,bridge=ludusnat,tag=1', 'virtio=BC:24:11:00:00:02,bridge=r1,tag=10']
    const router = {
      name: 'JD-router-debian12-x64',
      vmid: 1_001_254,
      node: 'pve1',
      pool: 'JD',
      tags: ['lanista', 'jd'],
      nics,
    }
    const world = clusterFrom({
      zone: { type: 'simple' },
      vnets: [{ name: 'ludusnat' }, { name: 'r1', vlan_aware: true, alias: 'lanista range JD' }],
      nodes: [{ name: 'pve1', memory_gib: 64 }],
      templates: ['debian-12-x64-server-template'],
      guests: [{ ...router, memory_mib: 2048 }],
    })
    lab = await openLab({ world, files: { 'JD.yml': JD } })
    const machines = () => lab.controller.board.get('JD')?.conditions.find(({ type }) => type === 'MachinesReady')
    const line = 'take the VLAN away: qm set 1001254 --net0 virtio=BC:24:11:00:00:01,bridge=ludusnat ('
    await lab.until(() => machines()?.message.includes(line) === true)
    expect(machines()?.message).to.match(
      /vm JD-router-debian12-x64: its net0 has VLAN 1 on ludusnat, which is not VLAN-aware/,
    )
  })
})
