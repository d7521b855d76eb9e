import { untraced } from '../../../adapters/tracing/untraced.ts'
import { isDeepStrictEqual } from 'node:util'
import { expect } from 'chai'
import { systemClock } from '../../../adapters/system-clock.ts'
import { AclGranter } from '../../../controllers/network/acl-granter.ts'
import { ConfigAudit } from '../../../controllers/machine/config-audit.ts'
import { VmBackoff } from '../../../controllers/machine/vm-backoff.ts'
import { DecidedMode } from '../../../controllers/network/decided-mode.ts'
import { Planning } from '../../../controllers/range/planning.ts'
import { RangeReconciler } from '../../../controllers/range/reconcile-range.ts'
import { Announced } from '../../../controllers/range/announced.ts'
import { NetworkStep } from '../../../controllers/range/network-step.ts'
import { RangePass } from '../../../controllers/range/range-pass.ts'
import { RangeRegister } from '../../../controllers/range/range-register.ts'
import { RangeSight } from '../../../controllers/range/range-sight.ts'
import { UnplannedRange } from '../../../controllers/range/unplanned-range.ts'
import { RangeWishes } from '../../../controllers/range/range-wishes.ts'
import { Reservations } from '../../../controllers/range/reservations.ts'
import { RouteStep } from '../../../controllers/range/route-step.ts'
import { VmHandOver } from '../../../controllers/range/vm-hand-over.ts'
import { type VmAssignment, vmidOf } from '../../../controllers/machine/vm-assignment.ts'
import { VmWorker } from '../../../controllers/machine/vm-worker.ts'
import { RemovalReconciler } from '../../../controllers/range/reconcile-removal.ts'
import { VmExecutor } from '../../../controllers/machine/vm-executor.ts'
import { VmsUnderWay } from '../../../controllers/machine/vms-under-way.ts'
import { InFlight } from '../../../controllers/pace/in-flight.ts'
import { VmRemover } from '../../../controllers/machine/vm-remover.ts'
import { openNetworks } from '../../../controllers/network/open-networks.ts'
import { openRemoval } from '../../../controllers/removal/open-removal.ts'
import { RemovalPlanner } from '../../../controllers/removal/removal-planner.ts'
import { type Outcome, worstOf } from '../../../model/outcome.ts'
import { always } from '../../../model/permit.ts'
import { StatusBoard } from '../../../controllers/report/status-board.ts'
import type { Finding } from '../../../model/condition.ts'
import type { RangeFileRead } from '../../../model/ports.ts'
import { ProxmoxError } from '../../../model/proxmox-error.ts'
import type { RemovalOrder } from '../../../model/removal.ts'
import type { ClusterSnapshot } from '../../../model/snapshot.ts'
import { cluster, natVnet, rangeGuest, rangeVnet, unapplied, vnet } from '../../builders/cluster.ts'
import { FakeProxmox, memoryLockStore } from '../../builders/fake-proxmox.ts'
import { quiet, settled } from '../../builders/quiet.ts'
import { range, settings, vm } from '../../builders/range.ts'

const valid = (spec = range('JD')): RangeFileRead => ({ kind: 'ok', spec, warnings: [] })
const problem = { file: 'JD.yml', line: 1, column: 1, finding: 'not a range', remedy: '' }

/** Everything one range's passes need, with the file and the cluster in the test's hand; no actor decides when. */
function situation(snapshot: ClusterSnapshot = cluster()) {
  const stop = new AbortController()
  const { signal } = stop
  const proxmox = new FakeProxmox(snapshot)
  const { machines, pools, access } = proxmox
  const time = { now: 0 }
  const clock = { now: () => time.now, steady: () => time.now, sleep: () => new Promise<void>(() => undefined) }
  const board = new StatusBoard({ write: settled, remove: async () => {} }, clock, quiet)
  const file: { read: (id: string) => RangeFileRead } = { read: (id) => valid(range(id)) }
  const decidedMode = new DecidedMode(settings)
  const { networks, repair } = openNetworks(proxmox, memoryLockStore(), () => settings(), {
    clock: systemClock,
    logger: quiet,
    signal,
  })
  const prune: { order?: RemovalOrder; outlook?: Finding; readonly seen: unknown[] } = { seen: [] }
  const pruning = {
    orderOf: () => prune.order,
    renameOf: () => Promise.resolve(undefined),
    outlookOf: () => prune.outlook,
    // Told before each write as well: only what is new is kept.
    fileSeen: (id: string, names: readonly string[] | undefined) => {
      if (!isDeepStrictEqual(prune.seen.at(-1), [id, names])) prune.seen.push([id, names])
    },
  }
  const orders = { of: () => Promise.resolve(undefined), done: () => Promise.resolve() }
  const wishes = new RangeWishes({ read: async (id) => file.read(id) }, orders, pruning, clock)
  const underWay = new VmsUnderWay()
  const reservations = new Reservations(underWay)
  const announced = new Announced(systemClock, signal)
  const planning = new Planning(
    () => proxmox.observe(),
    decidedMode,
    reservations,
    announced,
    () => settings(),
    quiet,
  )
  const audit = new ConfigAudit(proxmox, settings, clock, () => 1, quiet)
  const worker = new VmWorker(proxmox, audit, new VmBackoff(clock, () => 1), clock, quiet)
  const executor = new VmExecutor(worker, new VmRemover(machines, pools, clock, quiet), underWay, new InFlight(signal))
  const lacks = (id: string, node: string, bridge: string): void => repair.lacks(id, node, bridge)
  const vms = new VmHandOver(worker, wishes, underWay, () => settings(), lacks)
  const networkStep = new NetworkStep(networks, repair, new AclGranter(access, quiet, clock, signal), wishes)
  const routes = new RouteStep({ ensure: () => Promise.resolve({ kind: 'ready' }) }, () => false)
  const look = () => proxmox.observe()
  const sight = new RangeSight(look, machines)
  const pass = new RangePass(planning, networkStep, pools, routes, vms, { wishes, pruning, sight, tracer: untraced })
  const planner = new RemovalPlanner(look, decidedMode, () => settings())
  const removal = new RemovalReconciler(openRemoval(planner, proxmox, networks, quiet), wishes, orders)
  const unplanned = new UnplannedRange(sight, pruning)
  const reconciler = new RangeReconciler(wishes, announced, pass, removal, unplanned, quiet)
  const register = new RangeRegister(board, { now: () => 0 })
  return {
    proxmox,
    file,
    board,
    stop,
    time,
    planning,
    repair,
    prune,
    /** One pass, and what its VMs do with what they are handed; resolves with the worst of both. */
    pass: async (id = 'JD') => {
      const works = new Map<number, Promise<Outcome>>()
      const reach = {
        handOver: (assignments: readonly VmAssignment[]) => {
          for (const assignment of assignments) {
            const vmid = vmidOf(assignment)
            if (!works.has(vmid)) works.set(vmid, executor.work(assignment, always(signal).withdrawn))
          }
        },
        withdraw: () => undefined,
        underWay: () => new Set<VmAssignment['kind']>(),
        superseded: new AbortController().signal,
      }
      const passed = await reconciler.reconcile(register.of(id), reach, signal)
      return worstOf([passed, ...(await Promise.all(works.values()))])
    },
    conditions: () =>
      (board.get('JD')?.conditions ?? []).map(({ type, status, reason }) => `${type} ${status} ${reason}`),
    ready: () => board.get('JD')?.conditions.at(-1),
    phases: () => board.get('JD')?.vms.map(({ phase }) => phase),
  }
}

describe('a pass over a range', () => {
  it('brings a new range up: networks in one apply, then pool, then VMs with three writes each', async () => {
    const { pass, proxmox, ready, board } = situation()
    expect(await pass()).to.deep.equal({ kind: 'settled' })
    expect(proxmox.writes.slice(0, 4)).to.deep.equal(['create ludusnat', 'create r1', 'apply', 'pool JD'])
    expect(proxmox.machines.writes).to.have.length(6)
    expect(ready()).to.include({ status: 'True' })
    expect(board.get('JD')?.vms.map(({ name, vmid, address, phase }) => [name, vmid, address, phase])).to.deep.equal([
      ['JD-router-debian11-x64', 1_001_254, '192.0.2.101', 'running'],
      ['JD-DC01', 1_010_011, '10.1.10.11', 'running'],
    ])
  })

  for (const [bridge, applies] of [
    ['r1', 2],
    ['vmbr7', 1],
  ] as const)
    it(`applies ${applies === 2 ? 'again' : 'no further time'} when a VM finds no bridge ${bridge} on its node`, async () => {
      const { pass, proxmox, repair } = situation()
      proxmox.machines.onCall = (call) => {
        if (call === 'start') throw new ProxmoxError('task-failed', 'start', `bridge '${bridge}' does not exist`)
      }
      expect(await pass()).to.deep.include({ kind: 'retry' })
      await pass()
      await repair.ended()
      expect(proxmox.writes.filter((call) => call === 'apply')).to.have.length(applies)
    })

  it('brings ranges up together with one apply, however slowly their statuses are written', async () => {
    const { pass, proxmox } = situation()
    const outcomes = await Promise.all(['JD', 'KL', 'MN'].map((id) => pass(id)))
    expect(outcomes.map(({ kind }) => kind)).to.deep.equal(['settled', 'settled', 'settled'])
    expect(proxmox.writes.filter((call) => call === 'apply')).to.have.length(1)
  })

  it('makes one look and no write in the next pass', async () => {
    const { pass, proxmox } = situation()
    await pass()
    const [writes, looks, reads] = [proxmox.writes.length, proxmox.looks, proxmox.machines.journal.length]
    expect(await pass()).to.deep.equal({ kind: 'settled' })
    expect([proxmox.writes.length, proxmox.looks, proxmox.machines.journal.length]).to.deep.equal([
      writes,
      looks + 1,
      reads,
    ])
  })

  it('creates only the VM that was added, and touches none that was removed', async () => {
    const { pass, proxmox, file, board } = situation()
    await pass()
    const before = proxmox.machines.writes.length
    file.read = () => valid(range('JD', { vms: [vm('JD-WS01', { address: { vlan: 10, lastOctet: 12 } })] }))
    expect(await pass()).to.deep.equal({ kind: 'settled' })
    expect(proxmox.machines.writes.slice(before).every((call) => call.includes('1010012'))).to.equal(true)
    expect(proxmox.machines.machines.get(1_010_011)).to.include({ running: true })
    expect(board.get('JD')?.vms.map(({ name }) => name)).to.deep.equal(['JD-router-debian11-x64', 'JD-WS01'])
  })

  it('reports a broken file, touches nothing, and goes on when it is mended', async () => {
    const { pass, proxmox, file, conditions, phases } = situation()
    await pass()
    const writes = proxmox.writes.length
    file.read = () => ({ kind: 'invalid', diagnostics: [problem] })
    expect(await pass()).to.deep.equal({ kind: 'stalled', error: 'JD.yml:1:1: not a range' })
    expect(conditions()).to.include.members(['SpecValid False Invalid', 'MachinesReady True Ok', 'Ready False Invalid'])
    expect(phases()).to.deep.equal(['running', 'running'])
    file.read = () => valid()
    expect(await pass()).to.deep.equal({ kind: 'settled' })
    expect(proxmox.writes).to.have.length(writes)
  })

  it('reports a broken file of a range it never saw', async () => {
    const { pass, proxmox, file, conditions } = situation()
    file.read = () => ({ kind: 'invalid', diagnostics: [problem] })
    expect((await pass()).kind).to.equal('stalled')
    expect(conditions()).to.deep.equal(['SpecValid False Invalid', 'Ready False Invalid'])
    expect(proxmox.journal).to.deep.equal(['observe'])
  })

  it('removes nothing for a file that is gone, and says so', async () => {
    const { pass, proxmox, file, ready } = situation()
    await pass()
    const writes = proxmox.writes.length
    file.read = () => ({ kind: 'absent' })
    expect((await pass()).kind).to.equal('stalled')
    expect(ready()).to.include({ status: 'False', reason: 'FileMissing' })
    expect(proxmox.writes).to.have.length(writes)
  })

  it('has nothing to say of a file that never was', async () => {
    const { pass, file, board } = situation()
    file.read = () => ({ kind: 'absent' })
    expect(await pass()).to.deep.equal({ kind: 'settled' })
    expect(board.all()).to.deep.equal([])
  })

  it('says what becomes of a range whose file is gone, also of one that only an earlier life knew', async () => {
    const { pass, proxmox, file, ready, prune, board } = situation(cluster({ vnets: [rangeVnet(3, 'JD')] }))
    file.read = () => ({ kind: 'absent' })
    prune.outlook = { reason: 'PruneWaits', message: 'it waits' }
    expect(await pass()).to.deep.equal({ kind: 'stalled', error: 'it waits' })
    expect(ready()).to.include({ type: 'Ready', status: 'False', reason: 'PruneWaits', message: 'it waits' })
    expect(board.get('JD')).to.deep.include({ source: 'JD', vms: [], number: 3 })
    expect(proxmox.journal).to.deep.equal(['observe'])
  })

  it('removes a range whose file is gone when that is ordered, and then has nothing to say of it', async () => {
    const { pass, proxmox, file, prune, board } = situation()
    file.read = () => ({ kind: 'absent' })
    prune.order = { rangeId: 'JD', why: 'its file has been gone for 24h', scope: { kind: 'named', names: [] } }
    expect(await pass()).to.deep.equal({ kind: 'settled' })
    expect(board.all()).to.deep.equal([])
    expect(proxmox.looks).to.equal(1)
  })

  it('tells pruning of each file that is there, and not of one that can not be read', async () => {
    const { pass, file, prune } = situation()
    await pass()
    file.read = () => ({ kind: 'invalid', diagnostics: [problem] })
    await pass()
    file.read = () => {
      throw new Error('EACCES: permission denied')
    }
    await pass()
    expect(prune.seen).to.deep.equal([
      ['JD', ['JD-router-debian11-x64', 'JD-DC01']],
      ['JD', undefined],
    ])
  })

  it('has nothing more to say of a range that is gone as its file asked, once the file is gone too', async () => {
    const { pass, file, ready, board } = situation()
    file.read = () => valid(range('JD', { state: 'absent' }))
    await pass()
    expect(ready()?.reason).to.equal('Absent')
    file.read = () => ({ kind: 'absent' })
    expect(await pass()).to.deep.equal({ kind: 'settled' })
    expect(board.all()).to.deep.equal([])
  })

  it('reports a file that can not be read, touches nothing and tries again', async () => {
    const { pass, proxmox, file, ready } = situation()
    file.read = () => {
      throw new Error('EACCES: permission denied')
    }
    expect((await pass()).kind).to.equal('retry')
    expect(ready()).to.include({ status: 'False', reason: 'FileUnreadable' })
    expect(ready()?.message).to.contain('EACCES')
    expect(proxmox.journal).to.deep.equal(['observe'])
  })

  it('claims nothing of the cluster while it can not be seen', async () => {
    const { pass, proxmox, conditions } = situation()
    await pass()
    proxmox.fail('observe', new ProxmoxError('transport', 'GET /', 'no connection'))
    expect((await pass()).kind).to.equal('retry')
    expect(conditions().slice(1)).to.deep.equal(
      ['ZoneReady', 'NetworkReady', 'MachinesReady', 'Ready'].map((type) => `${type} Unknown ClusterNotRead`),
    )
  })

  const refusals: readonly [string, ClusterSnapshot, readonly string[]][] = [
    ['the zone is missing', cluster({ zones: [] }), ['ZoneReady False ZoneMissing', 'NetworkReady Unknown Pending']],
    ['there is no quorum', cluster({ quorate: false }), ['ZoneReady True Ok', 'NetworkReady False NoQuorum']],
    [
      'somebody has SDN changes pending',
      cluster({ vnets: [unapplied(vnet('lab', 500, undefined))] }),
      ['ZoneReady True Ok', 'NetworkReady False ForeignPending'],
    ],
  ]
  for (const [what, snapshot, expected] of refusals) {
    it(`writes nothing and tries again while ${what}`, async () => {
      const { pass, proxmox, conditions } = situation(snapshot)
      expect((await pass()).kind).to.equal('retry')
      expect(conditions()).to.include.members(expected)
      expect(proxmox.writes).to.deep.equal([])
    })
  }

  it('starts no VM before its networks are applied', async () => {
    const { pass, proxmox, conditions } = situation()
    proxmox.fail('apply', new ProxmoxError('locked', 'PUT /cluster/sdn', 'somebody holds the SDN lock'))
    expect(await pass())
      .to.have.property('error')
      .that.matches(/^somebody holds the SDN lock; .* what holds that lock$/)
    expect(conditions()).to.include.members(['ZoneReady True Ok', 'NetworkReady False NetworkFailed'])
    expect(proxmox.machines.journal).to.deep.equal([])
  })

  it('clones and configures new VMs while the nodes reload, and starts none before they have', async () => {
    const { pass, proxmox } = situation()
    const { machines } = proxmox
    proxmox.whileReloading = async () => {
      while (machines.writes.filter((call) => call.startsWith('configure')).length < 2) await settled()
      for (let turn = 0; turn < 20; turn++) await settled()
      expect(machines.writes.filter((call) => call.startsWith('start'))).to.deep.equal([])
    }
    expect(await pass()).to.deep.equal({ kind: 'settled' })
    expect(machines.writes.map((call) => call.split(' ')[0])).to.have.members([
      'clone',
      'clone',
      'configure',
      'configure',
      'start',
      'start',
    ])
    expect(machines.writes.slice(4).every((call) => call.startsWith('start'))).to.equal(true)
  })

  it('leaves VMs that exist alone while the nodes reload, and then sees whether they are on the network made anew', async () => {
    const { pass, file, proxmox } = situation()
    await pass()
    const reads = proxmox.machines.journal.length
    file.read = (id) =>
      valid(range(id, { vms: [vm(`${id}-DC01`), vm(`${id}-new`, { address: { vlan: 10, lastOctet: 12 } })] }))
    proxmox.snapshot = { ...proxmox.snapshot, vnets: proxmox.snapshot.vnets.filter(({ name }) => name !== 'r1') }
    proxmox.whileReloading = async () => {
      while (!proxmox.machines.writes.some((call) => call.startsWith('configure 1010012'))) await settled()
      expect(ofOthers()).to.deep.equal([])
    }
    const ofOthers = () => proxmox.machines.journal.slice(reads).filter((call) => !call.includes('1010012'))
    expect(await pass()).to.deep.equal({ kind: 'settled' })
    expect(ofOthers()).to.have.members(['read 1001254 on pve1', 'read 1010011 on pve2'])
  })

  it('starts no VM when the apply fails after its commit, and starts them once another has gone well', async () => {
    const { pass, conditions, phases, proxmox, repair } = situation()
    const { machines } = proxmox
    const clone = machines.clone.bind(machines)
    machines.clone = async (request, permit) => {
      for (let turn = 0; turn < 20; turn++) await settled()
      return clone(request, permit)
    }
    proxmox.whileReloading = () => Promise.reject(new ProxmoxError('task-failed', 'PUT /cluster/sdn', 'reload failed'))
    expect(await pass()).to.deep.include({ kind: 'retry' })
    expect(conditions()).to.include('NetworkReady False NetworkFailed')
    expect(machines.writes.map((call) => call.split(' ')[0])).to.have.members([
      'clone',
      'clone',
      'configure',
      'configure',
    ])
    proxmox.whileReloading = settled
    expect(await pass()).to.deep.include({ kind: 'retry' })
    expect(conditions()).to.include('NetworkReady False NodeNetworkMissing')
    expect(machines.writes.filter((call) => call.startsWith('start'))).to.deep.equal([])
    await repair.ended()
    expect(proxmox.writes.filter((call) => call === 'apply')).to.have.length(2)
    expect(await pass()).to.deep.equal({ kind: 'settled' })
    expect(phases()).to.deep.equal(['running', 'running'])
    expect(machines.writes, 'three a VM').to.have.length(6)
  })

  it('gives back what it was promised when the pass ends, even badly', async () => {
    const { pass, proxmox, planning } = situation()
    proxmox.fail('create r1', new ProxmoxError('no-quorum', 'POST /cluster/sdn/vnets', 'no quorum'))
    await pass()
    const { result } = await planning.plan(range('KL'))
    expect(result.kind === 'planned' && result.plan.number).to.equal(1)
  })

  it('waits with new VMs of a node while it reloads its network, and with no others', async () => {
    const vnets = [natVnet(), rangeVnet(1, 'JD')]
    const runningTasks = [{ upid: 'UPID:pve1', node: 'pve1', type: 'srvreload', id: 'networking' }]
    const { pass, proxmox } = situation(cluster({ vnets, runningTasks }))
    expect(await pass()).to.deep.equal({ kind: 'progressing' })
    const written = proxmox.writes.filter((call) => !call.startsWith('pool'))
    expect(written).not.to.be.empty
    expect(written.filter((call) => !call.endsWith('pve2'))).to.deep.equal([])
  })

  it('shuts VMs down on a node that reloads its network, as that needs no network', async () => {
    const guests = [rangeGuest(1_010_011, 'JD', 'JD-DC01'), rangeGuest(1_001_254, 'JD', 'JD-router-debian11-x64')]
    const runningTasks = [{ upid: 'UPID:pve1', node: 'pve1', type: 'srvreload', id: 'networking' }]
    const { pass, proxmox, file } = situation(
      cluster({ vnets: [natVnet(), rangeVnet(1, 'JD')], guests, pools: ['JD'], runningTasks }),
    )
    file.read = (id) => valid(range(id, { power: 'off' }))
    await pass()
    expect(proxmox.writes.filter((call) => call.startsWith('shutdown'))).to.have.length(2)
  })

  it('makes no pool when there is one, and reports one that can not be made', async () => {
    const there = situation(cluster({ pools: ['JD'] }))
    await there.pass()
    expect(there.proxmox.writes).not.to.include('pool JD')
    const refused = situation()
    refused.proxmox.fail('pool JD', new ProxmoxError('forbidden', 'POST /pools', 'Pool.Allocate is missing'))
    expect(await refused.pass()).to.deep.equal({ kind: 'stalled', error: 'Pool.Allocate is missing' })
    expect(refused.conditions()).to.include.members(['NetworkReady True Ok', 'MachinesReady False MachinesFailed'])
    expect(refused.proxmox.journal.filter((call) => call === 'pool JD')).to.have.length(1)
    expect(refused.proxmox.machines.journal).to.deep.equal([])
  })

  it('brings the other VMs up when one fails, and says which and why', async () => {
    const { pass, proxmox, ready, phases, time } = situation()
    proxmox.machines.fail('clone', 'task-failed')
    expect(await pass()).to.include({ kind: 'retry', retryAt: 2000 })
    expect(phases()).to.deep.equal(['cloning', 'running'])
    expect(ready()?.message).to.equal(
      '1 of 2 VMs are running; vm JD-router-debian11-x64: clone: task-failed; tried again at 1970-01-01T00:00:02Z',
    )
    time.now = 2000
    expect(await pass()).to.deep.equal({ kind: 'settled' })
    expect(proxmox.machines.writes.filter((call) => call.startsWith('clone'))).to.have.length(3)
  })

  it('leaves a VM that failed alone until its time has come, and keeps saying why', async () => {
    const { pass, board, proxmox, phases, time } = situation()
    proxmox.machines.fail('clone', 'task-failed')
    await pass()
    const told: string[] = []
    board.onChange(({ conditions }) => told.push(conditions.at(-1)!.message))
    const [writes, before] = [proxmox.machines.writes.length, board.get('JD')]
    time.now = 1999
    expect(await pass()).to.include({ kind: 'retry', retryAt: 2000 })
    expect(proxmox.machines.writes).to.have.length(writes)
    expect([board.get('JD'), told]).to.deep.equal([before, []])
    expect(phases()).to.deep.equal(['cloning', 'running'])
  })

  it('tries a VM that failed at once when what its file asks for it has changed', async () => {
    const { pass, proxmox, file } = situation()
    proxmox.machines.fail('clone', 'task-failed').fail('clone', 'task-failed')
    expect((await pass()).kind).to.equal('retry')
    const [first] = range('JD').vms
    file.read = () => valid(range('JD', { vms: [{ ...first!, cpus: 4 }] }))
    expect((await pass()).kind).to.equal('retry')
    const clones = proxmox.machines.writes.filter((call) => call.startsWith('clone'))
    expect(clones).to.have.length(3)
    expect(clones.at(-1)).to.equal(clones.find((call) => !call.includes('1254')))
  })

  it('blocks only the VM that can not be placed', async () => {
    const { pass, file, phases, ready } = situation()
    file.read = () => valid(range('JD', { vms: [vm('JD-KALI', { template: 'kali' })] }))
    expect((await pass()).kind).to.equal('retry')
    expect(phases()).to.deep.equal(['running', 'blocked'])
    expect(ready()).to.include({ status: 'False', reason: 'VmBlocked' })
  })

  it('throws when it is told to stop, writes nothing more, and claims nothing', async () => {
    const { pass, proxmox, stop, phases } = situation()
    proxmox.machines.onCall = (call) => {
      if (call === 'clone') stop.abort(new Error('stopping'))
    }
    expect(await pass().catch((error: unknown) => error)).to.equal(stop.signal.reason)
    expect(proxmox.machines.writes.every((call) => call.startsWith('clone'))).to.equal(true)
    expect(phases()).not.to.include('running')
  })

  describe('a suspended range', () => {
    const suspended = (until?: number) =>
      valid(range('JD', { suspension: { reason: 'class on Monday', owner: 'Ada', until } }))

    it('is left alone, without a look at the cluster, says why, and is never Ready', async () => {
      const { pass, proxmox, file, conditions, ready } = situation()
      file.read = () => suspended()
      expect(await pass()).to.deep.equal({ kind: 'settled' })
      expect([proxmox.writes, proxmox.looks]).to.deep.equal([[], 0])
      expect(conditions()).to.deep.equal([
        'SpecValid True Ok',
        'ZoneReady Unknown Suspended',
        'NetworkReady Unknown Suspended',
        'MachinesReady Unknown Suspended',
        'Ready False Suspended',
      ])
      expect(ready()?.message).to.equal(
        'range JD: suspended by Ada: class on Monday; nothing is changed meanwhile; remove suspend from its file to go on',
      )
    })

    it('that was Ready is not Ready any more, and its VMs stay as they are', async () => {
      const { pass, proxmox, file, ready, phases } = situation()
      await pass()
      const writes = proxmox.writes.length
      file.read = () => suspended()
      await pass()
      expect(proxmox.writes).to.have.length(writes)
      expect(ready()).to.include({ status: 'False', reason: 'Suspended' })
      expect(phases()).to.deep.equal(['unknown', 'unknown'])
    })

    it('goes on by itself when its time has come, not before', async () => {
      const { pass, proxmox, file, time, ready } = situation()
      file.read = () => suspended(Date.parse('2026-12-24T18:00:00Z'))
      time.now = Date.parse('2026-12-24T17:59:59.999Z')
      await pass()
      expect(proxmox.writes).to.deep.equal([])
      expect(ready()?.message).to.match(/suspended until 2026-12-24T18:00:00.000Z by Ada/)
      time.now += 1
      await pass()
      expect(ready()).to.include({ status: 'True' })
    })

    it('goes on when the author takes the key away', async () => {
      const { pass, file, ready } = situation()
      file.read = () => suspended()
      await pass()
      file.read = () => valid()
      await pass()
      expect(ready()).to.include({ status: 'True' })
    })
  })

  it('shows the warnings of a file, and is Ready all the same', async () => {
    const { pass, file, board, ready } = situation()
    file.read = () => ({ kind: 'ok', spec: range('JD'), warnings: [problem] })
    await pass()
    expect(board.get('JD')?.diagnostics).to.deep.equal([problem])
    expect(ready()).to.include({ status: 'True' })
  })
})
