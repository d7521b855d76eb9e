import { expect } from 'chai'
import { always } from '../../../model/permit.ts'
import { connected, taskRow, type Connected } from './connected.ts'
import { failing } from './failing.ts'
import type { Reply } from './fake-api.ts'

const NETWORK = '/nodes/pve1/network'
const MARK = 'lanista range JD'
const RELOAD = 'UPID:pve1:0000027B:0006A420:6B0298B8:srvreload:networking:ludus@pve!ctl:'
const MADE = { type: 'bridge', autostart: '1', bridge_vlan_aware: '1', comments: MARK }

describe('bridges', () => {
  let at: Connected
  const start = async (script: Readonly<Record<string, Reply | Reply[]>>): Promise<Connected> => {
    at = await connected(script)
    return at
  }
  afterEach(() => at.close())

  it('are created VLAN-aware and with their mark, and without ports', async () => {
    const { proxmox, signal, api } = await start({ [`POST ${NETWORK}`]: { data: null } })
    await proxmox.bridges.createBridge('pve1', 'vmbr1003', MARK, always(signal))
    expect(api.got.map(({ params }) => params)).to.deep.equal([{ iface: 'vmbr1003', ...MADE }])
  })

  it('are written whole, with the addresses that Proxmox would drop', async () => {
    const { proxmox, signal, api } = await start({
      [`GET ${NETWORK}/vmbr1003`]: { data: { type: 'bridge', cidr: '10.3.1.9/24', gateway: '10.3.1.1', mtu: '9000' } },
      [`PUT ${NETWORK}/vmbr1003`]: { data: null },
    })
    await proxmox.bridges.updateBridge('pve1', 'vmbr1003', MARK, always(signal))
    expect(api.got.at(-1)?.params).to.deep.equal({
      ...MADE,
      cidr: '10.3.1.9/24',
      gateway: '10.3.1.1',
      delete: 'bridge_ports,bridge_vids',
    })
  })

  it('are deleted by name', async () => {
    const { proxmox, signal, api } = await start({ [`DELETE ${NETWORK}/vmbr1003`]: { data: null } })
    await proxmox.bridges.deleteBridge('pve1', 'vmbr1003', always(signal))
    expect(api.got).to.have.length(1)
    expect(api.got[0]).to.deep.include({ method: 'DELETE', path: `${NETWORK}/vmbr1003`, params: {} })
  })

  it('are looked at together with what is staged', async () => {
    const text = JSON.stringify({ data: [{ iface: 'vmbr1003', type: 'bridge' }], changes: '+auto vmbr1003' })
    const { proxmox, signal } = await start({ [`GET ${NETWORK}`]: { text } })
    const seen = await proxmox.bridges.look('pve1', signal)
    expect(seen.interfaces.map(({ name, active }) => ({ name, active }))).to.deep.equal([
      { name: 'vmbr1003', active: false },
    ])
    expect(seen).to.include({ node: 'pve1', staged: '+auto vmbr1003' })
  })

  const reloading = (end: string): Readonly<Record<string, Reply>> => ({
    [`PUT ${NETWORK}`]: { data: RELOAD },
    'GET /cluster/tasks': { data: [taskRow(RELOAD, end)] },
    [`GET /nodes/pve1/tasks/${RELOAD}/log`]: { data: [{ n: 1, t: `TASK ERROR: ${end}` }] },
    [`GET /nodes/pve1/tasks/${RELOAD}/status`]: { data: { status: 'stopped', exitstatus: end } },
  })

  it('are active when the reload has ended', async () => {
    const { proxmox, signal, api } = await start(reloading('OK'))
    await proxmox.bridges.activate('pve1', always(signal))
    expect(api.got[0]).to.deep.include({ method: 'PUT', path: NETWORK, params: {} })
  })

  it('tell of a reload that failed', async () => {
    const { proxmox, signal } = await start(reloading("command 'ifreload -a' failed: exit code 1"))
    const error = await failing(proxmox.bridges.activate('pve1', always(signal)))
    expect(error.kind).to.equal('task-failed')
    expect(error.message).to.contain('ifreload')
  })
})
