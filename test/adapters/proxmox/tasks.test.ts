import { expect } from 'chai'
import { connected, taskRow, type Connected } from './connected.ts'
import { failing } from './failing.ts'
import { refusal, type Reply } from './fake-api.ts'
import { always } from '../../../model/permit.ts'

const upidOf = (vmid: number, node = 'pve1'): string =>
  `UPID:${node}:0000026D:00067821:6B029847:qmstart:${vmid}:ludus@pve!ctl:`
const statusOf = (vmid: number): string => `GET /nodes/pve1/tasks/${upidOf(vmid)}/status`
const logOf = (vmid: number): string => `GET /nodes/pve1/tasks/${upidOf(vmid)}/log`
const TASKS = 'GET /cluster/tasks'
const LOST: Reply = { status: 595, reason: 'No route to host' }

describe('following tasks', () => {
  let at: Connected
  const start = async (
    vmids: readonly number[],
    script: Readonly<Record<string, Reply | Reply[]>>,
  ): Promise<Connected> => {
    const starts = vmids.map((vmid) => [`POST /nodes/pve1/qemu/${vmid}/status/start`, { data: upidOf(vmid) }] as const)
    at = await connected({ ...Object.fromEntries(starts), ...script })
    return at
  }
  const polls = (): number => at.api.got.filter(({ path }) => path === '/cluster/tasks').length
  const startVm = (vmid: number): Promise<void> => at.proxmox.machines.start('pve1', vmid, always(at.signal))

  afterEach(() => at.close())

  it('asks once for all tasks together, and stops asking when none is left', async () => {
    const vmids = [101, 102, 103, 104]
    const running = { data: vmids.map((vmid) => taskRow(upidOf(vmid))) }
    const ended = { data: vmids.map((vmid) => taskRow(upidOf(vmid), 'OK')) }
    await start(vmids, { [TASKS]: [running, running, ended] })
    await Promise.all(vmids.map(startVm))
    expect(polls()).to.equal(3)
    await at.clock.sleep(60_000)
    expect(polls()).to.equal(3)
    expect(at.api.got).to.have.length(4 + 3)
  })

  it('asks less often the longer it takes', async () => {
    const running = { data: [taskRow(upidOf(101))] }
    await start([101], {
      [TASKS]: [...Array.from({ length: 50 }, () => running), { data: [taskRow(upidOf(101), 'OK')] }],
      [statusOf(101)]: { data: { status: 'running' } },
    })
    await startVm(101)
    const waits = at.clock.slept
    expect(waits[0]).to.equal(500)
    expect(waits.at(-1)).to.equal(2000)
    expect([...waits].sort((a, b) => a - b)).to.deep.equal(waits)
    let taken = 0
    for (const wait of waits) {
      expect(wait, `after ${taken} ms`).to.be.at.most(Math.max(500, taken / 16))
      taken += wait
    }
  })

  it('asks for a task itself when the list no longer shows it', async () => {
    await start([101], {
      [TASKS]: { data: [] },
      [statusOf(101)]: [{ data: { status: 'running' } }, { data: { status: 'stopped', exitstatus: 'OK' } }],
    })
    await startVm(101)
    expect(polls()).to.equal(2)
  })

  it('asks for a task itself when the list shows it running for long, as it does for those of a dead node', async () => {
    await start([101], {
      [TASKS]: { data: [taskRow(upidOf(101))] },
      [statusOf(101)]: { data: { status: 'stopped', exitstatus: 'OK' } },
    })
    await startVm(101)
    expect(at.clock.now() - 1_000_000).to.be.within(30_000, 33_000)
  })

  it('keeps looking while a node is lost for a while', async () => {
    await start([101], {
      [TASKS]: { data: [] },
      [statusOf(101)]: [LOST, LOST, LOST, { data: { status: 'stopped', exitstatus: 'OK' } }],
    })
    await startVm(101)
  })

  it('calls the outcome unknown when a node stays lost, after two minutes', async () => {
    await start([101], { [TASKS]: { data: [] }, [statusOf(101)]: LOST })
    const error = await failing(startVm(101))
    expect(error.kind).to.equal('timeout-unknown-outcome')
    expect(error.message).to.include(upidOf(101))
    expect(at.clock.now() - 1_000_000).to.be.within(120_000, 130_000)
  })

  it('calls the outcome unknown when no API host answers any more', async () => {
    await start([101], { [TASKS]: 'reset' })
    const error = await failing(startVm(101))
    expect(error.kind).to.equal('timeout-unknown-outcome')
  })

  it('tells a failure with the last lines of the log', async () => {
    const lines = [
      'one',
      'two',
      'kvm: -device foo: no such device',
      'TASK ERROR: start failed: QEMU exited with code 1',
    ]
    await start([101], {
      [TASKS]: { data: [taskRow(upidOf(101), 'start failed: QEMU exited with code 1')] },
      [logOf(101)]: { data: lines.map((t, index) => ({ n: index + 1, t })) },
    })
    const error = await failing(startVm(101))
    expect(error.kind).to.equal('task-failed')
    expect(error.message)
      .to.include('QEMU exited with code 1')
      .and.include('kvm: -device foo')
      .and.include('POST /nodes/pve1/qemu/101/status/start')
    expect(error.message.match(/exited/g)).to.have.length(1)
  })

  it('tells a failure even when its log cannot be read', async () => {
    await start([101], {
      [TASKS]: { data: [taskRow(upidOf(101), "bridge 'r3' does not exist")] },
      [logOf(101)]: refusal(403, 'Permission check failed (/nodes/pve1, Sys.Audit)'),
    })
    const error = await failing(startVm(101))
    expect(error.kind).to.equal('task-failed')
    expect(error.message).to.include("bridge 'r3' does not exist")
  })

  it('starts again when the lock of the VM was not had in time', async () => {
    const lock = "can't lock file '/var/lock/qemu-server/lock-101.conf' - got timeout"
    await start([101], {
      [TASKS]: [{ data: [taskRow(upidOf(101), lock)] }, { data: [taskRow(upidOf(101), 'OK')] }],
      [logOf(101)]: { data: [] },
    })
    await startVm(101)
    expect(at.api.got.filter(({ method }) => method === 'POST')).to.have.length(2)
  })

  it('tells a clone that could not be written for want of quorum as that', async () => {
    const ending =
      "clone failed: unable to open file '/etc/pve/nodes/pve1/qemu-server/101.conf.tmp.9' - Permission denied"
    await start([101], { [TASKS]: { data: [taskRow(upidOf(101), ending)] }, [logOf(101)]: { data: [] } })
    const error = await failing(startVm(101))
    expect(error.kind).to.equal('no-quorum')
    expect(error.message).to.match(
      /the cluster has no quorum and takes no writes \(clone failed: .*\); bring more nodes back/,
    )
  })

  for (const [ending, kind] of [
    ['VM is locked (backup)', 'locked'],
    ['cluster not ready - no quorum?', 'no-quorum'],
    ['unexpected status', 'timeout-unknown-outcome'],
  ] as const)
    it(`tells the end "${ending}" as ${kind}`, async () => {
      await start([101], { [TASKS]: { data: [taskRow(upidOf(101), ending)] }, [logOf(101)]: { data: [] } })
      expect((await failing(startVm(101))).kind).to.equal(kind)
    })

  it('stops looking when aborted, and leaves the other tasks followed', async () => {
    await start([101, 102], {
      [TASKS]: [
        ...Array.from({ length: 5 }, () => ({ data: [taskRow(upidOf(101)), taskRow(upidOf(102))] })),
        { data: [taskRow(upidOf(101)), taskRow(upidOf(102), 'OK')] },
      ],
    })
    const stop = new AbortController()
    const aborted = at.proxmox.machines.start('pve1', 101, always(stop.signal)).catch((error: unknown) => error)
    const other = startVm(102)
    while (polls() < 2) await new Promise((resolve) => setImmediate(resolve))
    const reason = new Error('enough')
    stop.abort(reason)
    expect(await aborted).to.equal(reason)
    await other
  })
})
