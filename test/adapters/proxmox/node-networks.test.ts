import { expect } from 'chai'
import { ProxmoxError } from '../../../model/proxmox-error.ts'
import { connected, taskRow, type Connected } from './connected.ts'
import type { Reply } from './fake-api.ts'
import { ALL_RIGHTS } from './all-rights.ts'

const NODE = { type: 'node', status: 'online', maxcpu: 2, maxmem: 1024, uptime: 100 }
const QUIET: Readonly<Record<string, Reply | Reply[]>> = {
  'GET /version': { data: { release: '9.1' } },
  'GET /cluster/status': { data: [] },
  'GET /cluster/resources': {
    data: [
      { ...NODE, node: 'pve1' },
      { ...NODE, node: 'pve2' },
      { ...NODE, node: 'pve3', status: 'offline' },
    ],
  },
  'GET /cluster/sdn/zones': { data: [] },
  'GET /cluster/sdn/vnets': { data: [] },
  'GET /cluster/sdn/controllers': { data: [] },
  'GET /cluster/sdn/fabrics/all': { data: { fabrics: [], nodes: [] } },
  'GET /access/permissions': { data: ALL_RIGHTS },
  'GET /access/acl': { data: [] },
  'GET /pools': { data: [] },
  'GET /cluster/tasks': { data: [] },
  'GET /nodes/pve1/network': { data: [] },
  'GET /nodes/pve2/network': { data: [] },
}

describe("observing nodes' own networks", () => {
  let at: Connected
  const observe = async (script: Readonly<Record<string, Reply | Reply[]>> = {}) => {
    at = await connected(
      { ...QUIET, ...script },
      { timeouts: { peek: script['GET /nodes/pve1/network'] === 'hang' ? 50 : 5000 } },
    )
    return at.proxmox.observe(at.signal)
  }
  afterEach(() => at.close())

  it('reads each online node once, and no other', async () => {
    const { nodeNetworks } = await observe()
    expect(nodeNetworks).to.deep.equal([
      { node: 'pve1', interfaces: [], staged: undefined },
      { node: 'pve2', interfaces: [], staged: undefined },
    ])
    expect(at.api.got.filter(({ path }) => path.endsWith('/network'))).to.have.length(2)
  })

  it('tells a bridge as it will be after the next reload, and what that reload would change', async () => {
    const bridge = {
      iface: 'vmbr1003',
      type: 'bridge',
      bridge_ports: '',
      bridge_vlan_aware: 1,
      bridge_vids: '2-4094',
      comments: 'lanista range JD\n',
      autostart: 1,
    }
    const uplink = {
      iface: 'vmbr0',
      type: 'bridge',
      address: '10.98.0.1',
      cidr: '10.98.0.1/24',
      address6: 'fd00::1',
      mtu: '9000',
      active: 1,
    }
    const staged = '--- /etc/network/interfaces\n+++ /etc/network/interfaces.new\n+auto vmbr1003\n'
    const { nodeNetworks } = await observe({
      'GET /nodes/pve1/network': { text: JSON.stringify({ data: [bridge, uplink], changes: staged }) },
    })
    const config = nodeNetworks[0]?.interfaces[1]?.config ?? ''
    expect(config).to.contain('["comments","lanista range JD\\n"],["iface","vmbr1003"]')
    expect(nodeNetworks[0]).to.deep.equal({
      node: 'pve1',
      staged,
      interfaces: [
        {
          name: 'vmbr0',
          type: 'bridge',
          addresses: ['10.98.0.1', 'fd00::1'],
          prefixes: ['10.98.0.1/24'],
          mtu: 9000,
          vlanAware: false,
          vids: undefined,
          ports: [],
          gateways: [],
          over: [],
          options: [],
          comment: undefined,
          autostart: false,
          active: true,
          config:
            '[["address","10.98.0.1"],["address6","fd00::1"],["cidr","10.98.0.1/24"],["iface","vmbr0"],["mtu",9000],["type","bridge"]]',
        },
        {
          name: 'vmbr1003',
          type: 'bridge',
          addresses: [],
          prefixes: [],
          mtu: undefined,
          vlanAware: true,
          vids: '2-4094',
          ports: [],
          gateways: [],
          over: [],
          options: [],
          comment: 'lanista range JD',
          autostart: true,
          active: false,
          config,
        },
      ],
    })
  })

  it('tells whether anybody has changed an interface, be it up or not, and in whatever place of the file', async () => {
    const row = { iface: 'eth0', type: 'eth', method: 'manual', options: ['post-up true'], priority: 3 }
    const told = async (changes: object): Promise<string | undefined> => {
      const { nodeNetworks } = await observe({ 'GET /nodes/pve1/network': { data: [{ ...row, ...changes }] } })
      await at.close()
      return nodeNetworks[0]?.interfaces[0]?.config
    }
    const before = await told({})
    expect(await told({ active: 1, exists: 1, priority: 5 })).to.equal(before)
    expect(await told({ options: ['post-up false'] })).not.to.equal(before)
  })

  it('goes without a node that hangs or fails, and sees the rest', async () => {
    const { nodeNetworks, nodes } = await observe({
      'GET /nodes/pve1/network': 'hang',
      'GET /nodes/pve2/network': { status: 595, reason: 'No route to host' },
    })
    expect(nodeNetworks).to.deep.equal([])
    expect(nodes.map(({ name }) => name)).to.deep.equal(['pve1', 'pve2', 'pve3'])
  })

  it('tells which reloads of a network have ended, and how', async () => {
    const upid = (node: string) => `UPID:${node}:00000108:00078000:6B029AEB:srvreload:networking:root@pam:`
    const failure = "command 'ifreload -a' failed: exit code 1"
    const { reloads } = await observe({
      'GET /cluster/tasks': {
        data: [
          taskRow(upid('pve1'), 'OK'),
          taskRow(upid('pve2'), failure),
          taskRow(upid('pve3')),
          taskRow(upid('pve4'), 'WARNINGS: 2'),
          taskRow(upid('pve5').replace('srvreload', 'qmstart'), 'OK'),
        ],
      },
    })
    expect(reloads).to.deep.equal([
      { upid: upid('pve1'), node: 'pve1', endedAt: 1_795_332_160_000, failure: undefined },
      { upid: upid('pve2'), node: 'pve2', endedAt: 1_795_332_160_000, failure },
      { upid: upid('pve4'), node: 'pve4', endedAt: 1_795_332_160_000, failure: undefined },
    ])
  })

  it('fails where the token is not accepted, as nothing of any node is known then', async () => {
    const error: unknown = await observe({ 'GET /nodes/pve2/network': { status: 401, reason: 'No ticket' } }).catch(
      (caught: unknown) => caught,
    )
    expect(error).to.be.instanceOf(ProxmoxError).and.to.include({ kind: 'unauthorized' })
  })
})
