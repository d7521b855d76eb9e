import { expect } from 'chai'
import { isProxmoxError } from '../../../model/proxmox-error.ts'
import { connected, SECRET, taskRow, TOKEN_ID, UPID, type Connected } from './connected.ts'
import { refusal, type Reply } from './fake-api.ts'
import { ALL_RIGHTS } from './all-rights.ts'

const NODE = { type: 'node', status: 'online', maxcpu: 2, cpu: 0.5, maxmem: 25_276_502_016, mem: 2_634_309_632 }
const QUIET: Readonly<Record<string, Reply | Reply[]>> = {
  'GET /version': { data: { version: '9.1.9', release: '9.1', repoid: 'x' } },
  'GET /cluster/status': {
    data: [
      { type: 'cluster', name: 'lab', quorate: 1, nodes: 2 },
      { type: 'node', name: 'pve1', ip: '10.98.0.1', online: 1 },
      { type: 'node', name: 'pve2', ip: '10.98.0.2', online: 0 },
    ],
  },
  'GET /cluster/resources': {
    data: [
      { ...NODE, node: 'pve2', id: 'node/pve2' },
      { ...NODE, node: 'pve1', id: 'node/pve1', hastate: 'maintenance' },
    ],
  },
  'GET /cluster/sdn/zones': { data: [] },
  'GET /cluster/sdn/vnets': { data: [] },
  'GET /cluster/sdn/controllers': { data: [] },
  'GET /cluster/sdn/fabrics/all': { data: { fabrics: [], nodes: [] } },
  'GET /access/permissions': { data: ALL_RIGHTS },
  'GET /access/acl': { data: [] },
  'GET /pools': { data: [{ poolid: 'JD', comment: 'x' }, { poolid: 'JD/sub' }] },
  'GET /cluster/tasks': { data: [taskRow(UPID), taskRow(UPID.replace('pve1', 'pve2'), 'OK')] },
}

describe('observe', () => {
  let at: Connected
  const start = async (script: Readonly<Record<string, Reply | Reply[]>> = {}): Promise<Connected> => {
    at = await connected({ ...QUIET, ...script })
    return at
  }
  afterEach(() => at.close())

  it('sees nodes with address and maintenance, and one as lost as soon as the cluster does', async () => {
    const { proxmox, signal } = await start()
    const snapshot = await proxmox.observe(signal)
    expect(snapshot.release).to.equal(9)
    expect(snapshot.quorate).to.equal(true)
    expect(snapshot.nodes).to.deep.equal([
      {
        name: 'pve1',
        online: true,
        inCluster: true,
        maintenance: true,
        address: '10.98.0.1',
        cores: 2,
        cpuLoad: 0.5,
        memoryBytes: 25_276_502_016,
        memoryUsedBytes: 2_634_309_632,
        uptimeSeconds: 0,
      },
      {
        name: 'pve2',
        online: false,
        inCluster: false,
        maintenance: false,
        address: '10.98.0.2',
        cores: 2,
        cpuLoad: 0.5,
        memoryBytes: 25_276_502_016,
        memoryUsedBytes: 2_634_309_632,
        uptimeSeconds: 0,
      },
    ])
    expect(snapshot.pools).to.deep.equal(['JD', 'JD/sub'])
    expect(snapshot.runningTasks).to.deep.equal([{ upid: UPID, node: 'pve1', type: 'qmclone', id: '9000' }])
  })

  it('makes twelve reads, one for the release, and one of each node, and no more when there is more to see', async () => {
    const guests = Array.from({ length: 500 }, (_, index) => ({
      type: 'qemu',
      vmid: 100 + index,
      node: 'pve1',
      status: 'unknown',
    }))
    const { proxmox, signal, api } = await start({
      'GET /cluster/resources': { data: [{ ...NODE, node: 'pve1' }, ...guests] },
    })
    expect((await proxmox.observe(signal)).guests).to.have.length(500)
    expect(api.got).to.have.length(14)
    await proxmox.observe(signal)
    // Right after the first: the rights and the release have just been read.
    expect(api.got).to.have.length(14 + 11)
    expect(api.got.every(({ method }) => method === 'GET')).to.equal(true)
    expect(api.got.find(({ path }) => path === '/cluster/sdn/vnets')?.params).to.deep.equal({ pending: '1' })
  })

  it('tells a guest that is being cloned, nameless and locked, from one with statistics, and counts containers', async () => {
    const { proxmox, signal } = await start({
      'GET /cluster/resources': {
        data: [
          { ...NODE, node: 'pve1' },
          { id: 'qemu/400', status: 'unknown', lock: 'clone', node: 'pve1', type: 'qemu', vmid: 400 },
          {
            type: 'qemu',
            vmid: '301',
            name: 'JD-DC01',
            status: 'running',
            node: 'pve1',
            pool: 'JD',
            tags: 'lanista;x',
            template: 0,
            maxcpu: 2,
            maxmem: '4294967296',
            mem: 1024,
            uptime: 7,
          },
          { type: 'qemu', vmid: 200, node: 'pve1', status: 'stopped', tags: ' ', template: 1, name: 't' },
          { type: 'lxc', vmid: 105, node: 'pve1', status: 'stopped', name: 'ct' },
          { type: 'openvz-of-the-future', node: 'pve1' },
        ],
      },
      'GET /nodes/pve1/qemu/200/config': { data: { digest: 'aa' } },
    })
    const { guests } = await proxmox.observe(signal)
    expect(guests.map((guest) => [guest.kind, guest.vmid])).to.deep.equal([
      ['lxc', 105],
      ['qemu', 200],
      ['qemu', 301],
      ['qemu', 400],
    ])
    expect(guests[1]).to.include({ template: true, name: 't' })
    expect(guests[1]?.tags).to.deep.equal([])
    expect(guests[2]).to.deep.equal({
      kind: 'qemu',
      vmid: 301,
      node: 'pve1',
      name: 'JD-DC01',
      status: 'running',
      template: false,
      pool: 'JD',
      tags: ['lanista', 'x'],
      lock: undefined,
      cores: 2,
      memoryBytes: 4_294_967_296,
      memoryUsedBytes: 1024,
      uptimeSeconds: 7,
    })
    expect(guests[3]).to.include({ name: undefined, status: 'unknown', lock: 'clone' })
  })

  it('reads where a template has its disks once, and leaves out one whose node is off', async () => {
    const template = { type: 'qemu', status: 'stopped', template: 1 }
    const { proxmox, signal, api, clock } = await start({
      'GET /cluster/resources': {
        data: [
          { ...NODE, node: 'pve1' },
          { ...NODE, node: 'pve2' },
          { ...template, vmid: 9000, name: 'debian', node: 'pve1' },
          { ...template, vmid: 9001, name: 'kali', node: 'pve2' },
          { ...template, vmid: 9002, name: 'gone', node: 'pve1' },
        ],
      },
      'GET /nodes/pve1/qemu/9000/config': {
        data: {
          scsi0: 'shared:9000/base-9000-disk-0.qcow2,size=1G',
          efidisk0: 'ceph:base-9000-disk-1,size=4M',
          ide2: 'local:iso/virtio.iso,media=cdrom',
          ide3: 'none,media=cdrom',
          net0: 'virtio=BC:24:11:FE:FA:70,bridge=vmbr0',
          digest: 'aa',
        },
      },
      'GET /nodes/pve1/qemu/9002/config': refusal(
        500,
        "Configuration file 'nodes/pve1/qemu-server/9002.conf' does not exist",
      ),
      'GET /cluster/nextid': { data: '9001' },
    })
    const expected = [
      {
        vmid: 9000,
        node: 'pve1',
        name: 'debian',
        storages: ['shared', 'ceph'],
        cdStorages: ['local'],
        diskBytes: 1028 * 1024 ** 2,
      },
    ]
    expect((await proxmox.observe(signal)).templates).to.deep.equal(expected)
    expect((await proxmox.observe(signal)).templates).to.deep.equal(expected)
    const configReads = (): number => api.got.filter(({ path }) => path.endsWith('/9000/config')).length
    expect(configReads()).to.equal(1)
    expect(api.got.some(({ path }) => path.endsWith('/9001/config'))).to.equal(false)
    await clock.sleep(600_000)
    await proxmox.observe(signal)
    expect(configReads(), 'after ten minutes').to.equal(2)
    const before = api.replies.get('GET /cluster/resources') ?? []
    api.replies.set('GET /cluster/resources', [{ data: [{ ...NODE, node: 'pve1' }] }])
    expect((await proxmox.observe(signal)).templates).to.deep.equal([])
    api.replies.set('GET /cluster/resources', before)
    await proxmox.observe(signal)
    expect(configReads(), 'after it was gone').to.equal(3)
  })

  it('merges what is pending for new, changed and deleted VNets', async () => {
    const { proxmox, signal } = await start({
      'GET /cluster/sdn/vnets': {
        data: [
          { vnet: 'r1', zone: 'ludus', tag: 1, alias: 'lanista range A', vlanaware: 1, digest: null, type: 'vnet' },
          { vnet: 'r2', pending: { zone: 'ludus', tag: '2', alias: 'B' }, state: 'new', digest: null, type: 'vnet' },
          {
            vnet: 'r3',
            zone: 'ludus',
            tag: 3,
            alias: 'C',
            pending: { alias: 'deleted', vlanaware: '1', tag: 33 },
            state: 'changed',
          },
          { vnet: 'r4', zone: 'ludus', tag: 4, pending: {}, state: 'deleted' },
        ],
      },
    })
    const { vnets } = await proxmox.observe(signal)
    const r1 = { zone: 'ludus', tag: 1, alias: 'lanista range A', vlanAware: true }
    expect(vnets).to.deep.equal([
      { name: 'r1', pending: 'unchanged', configured: r1, running: r1 },
      {
        name: 'r2',
        pending: 'new',
        configured: { zone: 'ludus', tag: 2, alias: 'B', vlanAware: false },
        running: undefined,
      },
      {
        name: 'r3',
        pending: 'changed',
        configured: { zone: 'ludus', tag: 33, alias: undefined, vlanAware: true },
        running: { zone: 'ludus', tag: 3, alias: 'C', vlanAware: false },
      },
      {
        name: 'r4',
        pending: 'deleted',
        configured: undefined,
        running: { zone: 'ludus', tag: 4, alias: undefined, vlanAware: false },
      },
    ])
  })

  const ZONE_ROWS_9 = [
    { type: 'network', 'network-type': 'zone', network: 'ludus', node: 'pve1', status: 'available' },
    { type: 'network', 'network-type': 'zone', network: 'ludus', node: 'pve2', status: 'pending' },
    { type: 'network', 'network-type': 'fabric', network: 'ludus', node: 'pve3', status: 'ok' },
  ]
  const ZONE_ROWS_8 = [
    { type: 'sdn', sdn: 'ludus', node: 'pve1', status: 'available' },
    { type: 'sdn', sdn: 'ludus', node: 'pve2', status: 'pending' },
  ]
  for (const [release, zoneRows] of [
    ['9.1', ZONE_ROWS_9],
    ['8.4', ZONE_ROWS_8],
  ] as const)
    it(`finds the zone status per node where Proxmox VE ${release} has it`, async () => {
      const { proxmox, signal } = await start({
        'GET /version': { data: { release } },
        'GET /cluster/resources': { data: [{ ...NODE, node: 'pve1' }, ...zoneRows] },
        'GET /cluster/sdn/zones': {
          data: [
            { zone: 'ludus', type: 'vxlan', peers: '10.98.0.1, 10.98.0.2', state: 'changed', pending: { mtu: 1400 } },
            { zone: 'z1', type: 'vlan', state: 'new', pending: { bridge: 'vmbr0', nodes: 'pve1 pve2' } },
          ],
        },
        'GET /cluster/sdn/controllers': { data: [{ type: 'evpn', state: 'new', pending: {}, controller: 'evpn1' }] },
      })
      const snapshot = await proxmox.observe(signal)
      expect(snapshot.zones[0]).to.deep.equal({
        name: 'ludus',
        type: 'vxlan',
        peers: ['10.98.0.1', '10.98.0.2'],
        fabric: undefined,
        nodes: undefined,
        mtu: 1400,
        running: { peers: ['10.98.0.1', '10.98.0.2'], fabric: undefined, nodes: undefined, mtu: undefined },
        pending: 'changed',
        statusByNode: { pve1: 'available', pve2: 'pending' },
      })
      expect(snapshot.zones[1]).to.deep.include({
        nodes: ['pve1', 'pve2'],
        pending: 'new',
        running: undefined,
        statusByNode: {},
      })
      expect(snapshot.otherPending).to.deep.equal(['controller evpn1 (new)'])
    })

  it('asks nodes themselves while an apply is under way, and then once more what runs', async () => {
    const zone = { type: 'network', 'network-type': 'zone', network: 'ludus', node: 'pve1', status: 'available' }
    const apply = { ...taskRow(UPID.replace('qmclone', 'reloadnetworkall')), type: 'reloadnetworkall' }
    const reload = { ...taskRow(UPID.replace('qmclone', 'srvreload')), type: 'srvreload' }
    const { proxmox, signal } = await start({
      'GET /cluster/resources': {
        data: [...['pve1', 'pve2'].map((node) => ({ ...NODE, node, id: `node/${node}` })), zone],
      },
      'GET /cluster/tasks': [{ data: [apply] }, { data: [apply, reload] }],
      'GET /nodes/pve1/sdn/zones/ludus/content': { data: [{ vnet: 'r1', status: 'available' }] },
    })
    const { vnetStates, runningTasks } = await proxmox.observe(signal)
    expect(vnetStates.map(({ node, vnet, status }) => `${node} ${vnet} ${status}`)).to.deep.equal(['pve1 r1 available'])
    expect(runningTasks.map(({ type }) => type)).to.deep.equal(['reloadnetworkall', 'srvreload'])
  })

  it('believes the list where a node says that its zone is amiss, and does not tell of which VNet', async () => {
    const zone = (node: string, status: string) => ({
      type: 'network',
      'network-type': 'zone',
      network: 'ludus',
      node,
      status,
    })
    const resources = [{ ...NODE, node: 'pve1', id: 'node/pve1' }, zone('pve1', 'error'), zone('pve2', 'available')]
    const { proxmox, signal } = await start({
      'GET /cluster/resources': { data: resources },
      'GET /nodes/pve1/sdn/zones/ludus/content': refusal(500, 'unable to read the local configuration'),
    })
    const { vnetStates } = await proxmox.observe(signal)
    expect(vnetStates).to.deep.equal([
      { node: 'pve1', zone: 'ludus', vnet: undefined, status: 'error', message: undefined },
    ])
  })

  it('takes a standalone node for quorate, and asks only once for lists this Proxmox does not have', async () => {
    const { proxmox, signal, api } = await start({
      'GET /cluster/status': { data: [{ type: 'node', name: 'pve1', online: 1, ip: '10.0.0.1', local: 1 }] },
      'GET /cluster/sdn/controllers': refusal(501, "Method 'GET /cluster/sdn/controllers' not implemented"),
      'GET /cluster/sdn/zones': refusal(501, "Method 'GET /cluster/sdn/zones' not implemented"),
    })
    expect(await proxmox.observe(signal)).to.deep.include({ quorate: true, zones: [], otherPending: [] })
    await proxmox.observe(signal)
    expect(api.got.filter((request) => request.path === '/cluster/sdn/zones')).to.have.length(1)
    expect(api.got.filter((request) => request.path === '/cluster/sdn/vnets')).to.have.length(2)
  })

  it('asks again for lists that Proxmox did not have once it is of another release, in the same look', async () => {
    const { proxmox, signal } = await start({
      'GET /version': [{ data: { release: '8.4' } }, { data: { release: '9.1' } }, { data: { release: '9.1' } }],
      'GET /cluster/sdn/fabrics/all': [
        refusal(501, "Method 'GET /cluster/sdn/fabrics/all' not implemented"),
        { data: { fabrics: [{ state: 'new', pending: { id: 'fab1' } }], nodes: [] } },
      ],
    })
    expect((await proxmox.observe(signal)).otherPending).to.deep.equal([])
    expect((await proxmox.observe(signal)).otherPending).to.deep.equal(['fabric fab1 (new)'])
  })

  it('asks for the release once, and again after a minute', async () => {
    const { proxmox, signal, api, clock } = await start()
    const asked = async (): Promise<number> => {
      await proxmox.observe(signal)
      return api.got.filter(({ path }) => path === '/version').length
    }
    expect([await asked(), await asked()]).to.deep.equal([1, 1])
    await clock.sleep(60_000)
    expect(await asked()).to.equal(2)
  })

  for (const [situation, rows] of [
    ['no node', []],
    ['a node without its memory', [{ type: 'node', node: 'pve1', status: 'online' }]],
  ] as const)
    it(`refuses to take ${situation} for the truth, and says which right is missing`, async () => {
      const { proxmox, signal } = await start({
        'GET /cluster/resources': { data: rows },
        'GET /access/permissions': { data: { '/': { 'VM.Clone': 1 } } },
      })
      const error: unknown = await proxmox.observe(signal).catch((caught: unknown) => caught)
      expect(isProxmoxError(error, 'forbidden')).to.equal(true)
      expect(String(error))
        .to.include(`pveum acl modify / --users 'ludus@pve' --tokens '${TOKEN_ID}'`)
        .and.include('"Datastore.Audit Pool.Audit SDN.Audit Sys.Audit VM.Audit VM.Clone"')
      expect(String(error)).not.to.include(SECRET)
    })

  it('reads who has which role where', async () => {
    const row = { path: '/sdn/zones/ludus', type: 'group', ugid: 'ludus_users', roleid: 'PVESDNUser' }
    const { proxmox, signal } = await start({
      'GET /access/acl': { data: [row, { ...row, type: 'user', ugid: 'ada@pve', propagate: '0' }] },
    })
    const seen = { path: '/sdn/zones/ludus', role: 'PVESDNUser' }
    expect((await proxmox.observe(signal)).acl).to.deep.equal([
      { ...seen, kind: 'group', who: 'ludus_users', propagate: true },
      { ...seen, kind: 'user', who: 'ada@pve', propagate: false },
    ])
  })

  it('ends the other reads when one has failed', async () => {
    const { proxmox, signal, seen } = await start({
      'GET /version': { status: 401, reason: 'Authentication failed!' },
      'GET /cluster/status': 'hang',
      'GET /cluster/resources': 'hang',
    })
    const error: unknown = await proxmox.observe(signal).catch((caught: unknown) => caught)
    expect(isProxmoxError(error, 'unauthorized')).to.equal(true)
    while (seen.length < 8) await new Promise((resolve) => setImmediate(resolve))
    const outcomes = new Map(seen.map(({ call, outcome }) => [call, outcome]))
    expect(outcomes.get('GET /cluster/status')).to.equal('aborted')
    expect(outcomes.get('GET /cluster/resources')).to.equal('aborted')
  })

  it('names the route and the field of a reply that does not fit', async () => {
    const { proxmox, signal } = await start({
      'GET /cluster/sdn/vnets': { data: [{ vnet: 'r1', zone: 'ludus', tag: [] }] },
    })
    const error: unknown = await proxmox.observe(signal).catch((caught: unknown) => caught)
    expect(isProxmoxError(error, 'unexpected-reply')).to.equal(true)
    expect(String(error)).to.include('/cluster/sdn/vnets').and.include('tag')
  })
})
