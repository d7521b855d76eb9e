import { expect } from 'chai'
import { reloadFailures } from '../../../adapters/proxmox/sdn.ts'
import { connected, taskRow, type Connected } from './connected.ts'
import { failing } from './failing.ts'
import { refusal, type Reply } from './fake-api.ts'

const RELOAD = 'UPID:pve1:000000E2:00077F08:6B029AE8:reloadnetworkall::ludus@pve!ctl:'
const lines = (...texts: readonly string[]): Reply => ({ data: texts.map((t, index) => ({ n: index + 1, t })) })
const applying = (log: Reply): Readonly<Record<string, Reply>> => ({
  'PUT /cluster/sdn': { data: RELOAD },
  'GET /cluster/tasks': { data: [taskRow(RELOAD, 'OK')] },
  [`GET /nodes/pve1/tasks/${RELOAD}/log`]: log,
})

describe('VNets', () => {
  let at: Connected
  const start = async (script: Readonly<Record<string, Reply | Reply[]>>): Promise<Connected> => {
    at = await connected(script)
    return at
  }
  afterEach(() => at.close())

  it('are created with booleans as 0 and 1, and without what is not given', async () => {
    const { proxmox, signal, api } = await start({ 'POST /cluster/sdn/vnets': { data: null } })
    const config = { zone: 'ludus', tag: 3, alias: 'lanista range JD', vlanAware: true }
    await proxmox.sdn.createVnet('r3', config, signal)
    await proxmox.sdn.createVnet('nat', { zone: 'ludus', tag: 4, alias: undefined, vlanAware: false }, signal)
    expect(api.got.map(({ params }) => params)).to.deep.equal([
      { vnet: 'r3', zone: 'ludus', tag: '3', alias: 'lanista range JD', vlanaware: '1' },
      { vnet: 'nat', zone: 'ludus', tag: '4', vlanaware: '0' },
    ])
  })

  it('are changed only where asked to, an alias given as undefined being removed', async () => {
    const { proxmox, signal, api } = await start({ 'PUT /cluster/sdn/vnets/r3': { data: null } })
    await proxmox.sdn.updateVnet('r3', { vlanAware: true }, signal)
    await proxmox.sdn.updateVnet('r3', { alias: undefined, tag: 5 }, signal)
    await proxmox.sdn.updateVnet('r3', {}, signal)
    expect(api.got.map(({ raw }) => raw)).to.deep.equal(['vlanaware=1', 'tag=5&delete=alias'])
  })

  it('tells a taken tag with the line that matters', async () => {
    const { proxmox, signal } = await start({
      'POST /cluster/sdn/vnets': refusal(
        500,
        'create sdn vnet object failed: 400 Parameter verification failed.\ntag: vxlan tag 3 already exist in vnet r9 in zone ludus ',
      ),
    })
    const config = { zone: 'ludus', tag: 3, alias: undefined, vlanAware: true }
    const error = await failing(proxmox.sdn.createVnet('r3', config, signal))
    expect(error.kind).to.equal('conflict')
    expect(error.message).to.include('vxlan tag 3 already exist in vnet r9')
  })

  it('are applied when every node has reloaded', async () => {
    const { proxmox, signal, logged } = await start(
      applying(lines('pve1: reloading network config', 'pve2: reloading network config', 'TASK OK')),
    )
    await proxmox.sdn.apply(signal)
    expect(logged).to.deep.equal([])
  })

  it('are not applied when a node failed to reload, although the task ended well', async () => {
    const { proxmox, signal } = await start(
      applying(
        lines(
          'pve1: reloading network config',
          'pve2: reloading network config',
          "command 'ifreload -a' failed: exit code 1",
          'pve3: reloading network config',
          'TASK OK',
        ),
      ),
    )
    const error = await failing(proxmox.sdn.apply(signal))
    expect(error.kind).to.equal('task-failed')
    expect(error.message).to.include('node pve2').and.include("'ifreload -a' failed").and.not.include('pve3')
  })

  it('count as applied when a node is off, which catches up when it boots; that is logged', async () => {
    const { proxmox, signal, logged } = await start(
      applying(
        lines(
          'pve1: reloading network config',
          'pve3: reloading network config',
          'proxy handler failed: ssh: connect to host 10.98.0.3 port 22: No route to host',
          "command 'pvesh set /nodes/pve3/network --regenerate-frr 0' failed: exit code 255",
          'pve2: reloading network config',
          'TASK OK',
        ),
      ),
    )
    await proxmox.sdn.apply(signal)
    expect(logged.join()).to.include('node pve3').and.include('No route to host')
  })

  it('tells which nodes failed, whatever their order', () => {
    const log = [
      'pve2: reloading network config',
      "command 'ifreload -a' failed: exit code 89",
      'pve1: reloading network config',
    ]
    expect(reloadFailures(log)).to.deep.equal([
      { node: 'pve2', offline: false, why: "command 'ifreload -a' failed: exit code 89" },
    ])
    expect(reloadFailures([])).to.deep.equal([])
  })
})

describe('pools', () => {
  it('count as made when they exist, but not when something else is wrong', async () => {
    const at = await connected({
      'POST /pools': [
        { data: null },
        refusal(500, "create pool failed: pool 'JD' already exists"),
        refusal(403, 'Permission check failed (/pool/JD, Pool.Allocate)'),
      ],
    })
    await at.proxmox.pools.create('JD', 'lanista range JD', at.signal)
    await at.proxmox.pools.create('JD', 'lanista range JD', at.signal)
    expect(at.api.got[0]?.params).to.deep.equal({ poolid: 'JD', comment: 'lanista range JD' })
    expect((await failing(at.proxmox.pools.create('JD', '', at.signal))).kind).to.equal('forbidden')
    await at.close()
  })
})
