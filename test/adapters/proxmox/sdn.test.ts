import { expect } from 'chai'
import { always } from '../../../model/permit.ts'
import { reloadFailures } from '../../../adapters/proxmox/apply-log.ts'
import { connected, taskRow, type Connected } from './connected.ts'
import { failing } from './failing.ts'
import { refusal, type Reply } from './fake-api.ts'
import { UNWATCHED } from '../../builders/unwatched.ts'

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
    await proxmox.sdn.createVnet('r3', config, undefined, always(signal))
    await proxmox.sdn.createVnet(
      'nat',
      { zone: 'ludus', tag: 4, alias: undefined, vlanAware: false },
      undefined,
      always(signal),
    )
    expect(api.got.map(({ params }) => params)).to.deep.equal([
      { vnet: 'r3', zone: 'ludus', tag: '3', alias: 'lanista range JD', vlanaware: '1' },
      { vnet: 'nat', zone: 'ludus', tag: '4', vlanaware: '0' },
    ])
  })

  it('are changed only where asked to, an alias given as undefined being removed', async () => {
    const { proxmox, signal, api } = await start({ 'PUT /cluster/sdn/vnets/r3': { data: null } })
    await proxmox.sdn.updateVnet('r3', { vlanAware: true }, undefined, always(signal))
    await proxmox.sdn.updateVnet('r3', { alias: undefined, tag: 5 }, undefined, always(signal))
    await proxmox.sdn.updateVnet('r3', {}, undefined, always(signal))
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
    const error = await failing(proxmox.sdn.createVnet('r3', config, undefined, always(signal)))
    expect(error.kind).to.equal('conflict')
    expect(error.message).to.include('vxlan tag 3 already exist in vnet r9')
  })

  it('are removed by a query, as a body on a DELETE is refused', async () => {
    const { proxmox, signal, api } = await start({ 'DELETE /cluster/sdn/vnets/r3': { data: null } })
    await proxmox.sdn.deleteVnet('r3', 'token', always(signal))
    expect(api.got.map(({ params, raw }) => [params, raw])).to.deep.equal([
      [{ 'lock-token': 'token' }, 'lock-token=token'],
    ])
  })

  it('are applied when every node has reloaded, the lock being released at the commit', async () => {
    const { proxmox, signal, logged, api } = await start(
      applying(lines('pve1: reloading network config', 'pve2: reloading network config', 'TASK OK')),
    )
    expect(await proxmox.sdn.apply('token', always(signal), UNWATCHED)).to.deep.equal({ kind: 'ended', failures: [] })
    expect(logged).to.deep.equal([])
    expect(api.got[0]?.params).to.deep.equal({ 'lock-token': 'token', 'release-lock': '1' })
  })

  it('are applied with the nodes named that did not reload, although the task ended well', async () => {
    const { proxmox, signal, logged } = await start(
      applying(
        lines(
          'pve1: reloading network config',
          'pve2: reloading network config',
          "command 'ifreload -a' failed: exit code 1",
          'pve3: reloading network config',
          'proxy handler failed: ssh: connect to host 10.98.0.3 port 22: No route to host',
          "command 'pvesh set /nodes/pve3/network --regenerate-frr 0' failed: exit code 255",
          'TASK OK',
        ),
      ),
    )
    expect(await proxmox.sdn.apply(undefined, always(signal), UNWATCHED)).to.deep.equal({
      kind: 'ended',
      failures: [
        { node: 'pve2', why: "command 'ifreload -a' failed: exit code 1" },
        { node: 'pve3', why: 'proxy handler failed: ssh: connect to host 10.98.0.3 port 22: No route to host' },
      ],
    })
    expect(logged.join()).to.include('node pve2').and.include('No route to host')
  })

  it('are applied as far as was seen, when nobody can tell how that ended on the nodes', async () => {
    const { proxmox, signal } = await start(applying(refusal(500, 'unable to open the log')))
    const { kind } = await proxmox.sdn.apply('token', always(signal), UNWATCHED)
    expect(kind).to.equal('held-up')
  })

  it('tells which nodes failed, whatever their order', () => {
    const log = [
      'pve2: reloading network config',
      "command 'ifreload -a' failed: exit code 89",
      'pve1: reloading network config',
    ]
    expect(reloadFailures(log)).to.deep.equal([{ node: 'pve2', why: "command 'ifreload -a' failed: exit code 89" }])
    expect(reloadFailures([])).to.deep.equal([])
  })

  it('have a lock that is neither taken nor given back when Proxmox can not look in time', async () => {
    const timeout = "could not acquire lock for SDN config: cfs-lock 'domain-sdn' error: got lock request timeout"
    const { proxmox, signal } = await start({
      'POST /cluster/sdn/lock': refusal(500, timeout),
      'DELETE /cluster/sdn/lock': refusal(500, timeout),
    })
    expect((await failing(proxmox.sdn.lock(false, signal))).kind).to.equal('locked')
    expect((await failing(proxmox.sdn.unlock('token', signal))).kind).to.equal('locked')
  })

  it('have a lock that is taken, or not ours any more, when Proxmox says whose token it wants', async () => {
    const theirs = 'could not acquire lock for SDN config: invalid lock token provided! at x line 1.'
    const { proxmox, signal } = await start({
      'POST /cluster/sdn/lock': refusal(500, theirs),
      'DELETE /cluster/sdn/lock': refusal(500, theirs),
    })
    expect(await proxmox.sdn.lock(false, signal)).to.deep.equal({ kind: 'taken' })
    await proxmox.sdn.unlock('token', signal)
  })

  it('have subnets whose pending changes only they themselves tell', async () => {
    const row = { subnet: 'ludus-10.0.0.0-24', cidr: '10.0.0.0/24', vnet: 'lab' }
    const { proxmox, signal, api } = await start({
      'GET /cluster/sdn/vnets/lab/subnets': { data: [{ ...row, state: 'new', pending: {} }, row] },
      'GET /cluster/sdn/vnets/r1/subnets': { data: [] },
    })
    expect(await proxmox.sdn.pendingSubnets(['lab', 'r1'], signal)).to.deep.equal([
      'subnet 10.0.0.0/24 of vnet lab (new)',
    ])
    expect(api.got.every(({ params }) => params['pending'] === '1')).to.equal(true)
  })
})

describe('the SDN lock', () => {
  let at: Connected
  const asking = async (reply: Reply) => {
    at = await connected({ 'POST /cluster/sdn/lock': reply })
    return at.proxmox.sdn.lock(false, at.signal)
  }
  afterEach(() => at.close())

  it('is asked for on condition that nothing is pending, and comes with a token', async () => {
    expect(await asking({ data: '01a20221-5999-79d1-81e4-171186fda784' })).to.deep.equal({
      kind: 'held',
      token: '01a20221-5999-79d1-81e4-171186fda784',
    })
    await at.proxmox.sdn.lock(true, at.signal)
    expect(at.api.got.map(({ params }) => params)).to.deep.equal([{}, { 'allow-pending': '1' }])
  })

  it('is refused while changes are pending', async () => {
    const text = 'could not acquire lock for SDN config: configuration has pending changes at /usr/share/x line 1.'
    expect(await asking(refusal(500, text))).to.deep.equal({ kind: 'pending' })
  })

  it('is refused while somebody holds it', async () => {
    const text = 'could not acquire lock for SDN config: invalid lock token provided! at /usr/share/x line 1.'
    expect(await asking(refusal(500, text))).to.deep.equal({ kind: 'taken' })
  })

  it('is not there before Proxmox VE 9', async () => {
    expect(await asking(refusal(501, "Method 'POST /cluster/sdn/lock' not implemented"))).to.deep.equal({
      kind: 'unsupported',
    })
  })

  it('counts as given back when nobody holds it, or somebody else by now', async () => {
    at = await connected({
      'DELETE /cluster/sdn/lock': [
        { data: null },
        refusal(500, 'could not release lock: invalid lock token provided! at /usr/share/x line 1.'),
        refusal(403, 'Permission check failed (/sdn, SDN.Allocate)'),
      ],
    })
    await at.proxmox.sdn.unlock('token', at.signal)
    await at.proxmox.sdn.unlock('token', at.signal)
    expect((await failing(at.proxmox.sdn.unlock('token', at.signal))).kind).to.equal('forbidden')
    expect(at.api.got[0]?.params).to.deep.equal({ 'lock-token': 'token' })
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
    await at.proxmox.pools.create('JD', 'lanista range JD', always(at.signal))
    await at.proxmox.pools.create('JD', 'lanista range JD', always(at.signal))
    expect(at.api.got[0]?.params).to.deep.equal({ poolid: 'JD', comment: 'lanista range JD' })
    expect((await failing(at.proxmox.pools.create('JD', '', always(at.signal)))).kind).to.equal('forbidden')
    await at.close()
  })
})
