import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { eventFile } from '../../../adapters/state/event-file.ts'
import { leftStatuses } from '../../../adapters/state/left-statuses.ts'
import { statusFiles } from '../../../adapters/state/status-files.ts'
import type { Connected } from '../../../controllers/commands/composition.ts'
import { ProxmoxError } from '../../../model/proxmox-error.ts'
import type { RangeStatus } from '../../../model/range-status.ts'
import { cluster, guest } from '../../builders/cluster.ts'
import { FakeProxmox } from '../../builders/fake-proxmox.ts'
import { startWith } from '../../builders/seeing.ts'
import { rangeStatus, vmStatus } from '../../builders/status.ts'
import { EVENTS } from '../../builders/views.ts'

const TROUBLE = 'vm JD-ws: no node fits'
const commit = { id: 'a'.repeat(40), author: 'Ann', at: '2026-11-30T00:00:00.000Z', subject: 'one' }
const STATUS: RangeStatus = {
  ...rangeStatus(
    'JD',
    [
      vmStatus('JD-dc', { since: '2026-11-30T00:00:00.000Z', remark: 'has 2 cores' }),
      vmStatus('JD-ws', { vmid: 1_010_012, phase: 'blocked', trouble: TROUBLE, reason: 'NotMigrated' }),
    ],
    { reason: 'VmBlocked', message: TROUBLE },
  ),
  diagnostics: [{ file: 'JD.yml', line: 1, column: 2, finding: 'x', remedy: 'y' }],
  networks: [{ node: 'pve1', state: 'failed', message: 'z' }],
  revisions: {
    seen: { digest: 'a', commit, orEarlier: true },
    actedOn: { digest: 'b', commit: undefined },
    reached: undefined,
    held: { reason: 'Frozen', message: 'until noon' },
  },
  suspension: { by: 'person', who: 'Ada', reason: 'exam', until: '2026-12-24', at: '2026-11-30T00:00:00.000Z' },
}

describe('what is known while no Lanista runs', () => {
  let stateDir: string
  let proxmox: FakeProxmox
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'lanista-left-'))
    const seen = guest(1_010_011, { name: 'JD-dc', pool: 'JD', node: 'pve1', status: 'running' })
    proxmox = new FakeProxmox(cluster({ guests: [seen] }))
  })
  afterEach(() => rm(stateDir, { recursive: true, force: true }))

  const ask = async (...args: string[]) =>
    await startWith(undefined, args, {
      composition: {
        leftBehind: async () => ({ ...(await leftStatuses(stateDir)), events: await eventFile(stateDir).read() }),
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- these commands ask for nothing else of it
        connect: () => Promise.resolve({ proxmox } as unknown as Connected),
      },
    }).ended
  const leave = async (): Promise<void> => {
    await statusFiles(stateDir).write(STATUS)
    await eventFile(stateDir).append(EVENTS)
  }

  it('is what the last one wrote, with how long ago that was, and the cluster as it is now', async () => {
    await leave()
    const { status, stdout, stderr } = await ask('get', 'vms', '--no-header', '-o', 'wide')
    expect(stdout).to.match(/^JD-dc .*● running.*\nJD-ws .*✗ blocked.* no node fits\n$/)
    expect(stderr).to.match(
      /^no Lanista runs .*: of ranges and VMs this is what the last one wrote \S+ ago, .*start it/,
    )
    expect(status).to.equal(0)
    expect((await ask('get', 'nodes', '-o', 'name')).stdout).to.equal('node/pve1\nnode/pve2\nnode/pve3\n')
    expect((await ask('events', 'KT', '-o', 'name')).stdout).to.equal('event/3\n')
    expect((await ask('tree', 'JD')).stdout).to.match(/JD-ws +✗ blocked .*no node fits/)
    expect(JSON.parse((await ask('get', 'rg', 'JD', '-o', 'json')).stdout)).to.deep.include({ state: 'NotReady' })
  })

  it('is said to be without the cluster where that can not be looked at, and of the cluster nothing is told then', async () => {
    await leave()
    proxmox.fail(
      'observe',
      new ProxmoxError('transport', 'GET /version', 'GET /version: no API host answers; check them'),
    )
    const ranges = await ask('get', 'ranges')
    expect(ranges.stdout).to.match(/^NAME .*\nJD /)
    expect(ranges.stderr).to.match(
      /the cluster could not be looked at: GET \/version: no API host answers; check them\n$/,
    )
    expect(ranges.status).to.equal(0)
    const nodes = await ask('get', 'nodes')
    expect([nodes.status, nodes.stdout]).to.deep.equal([1, ''])
    expect(nodes.stderr.match(/no API host answers/g)).to.have.length(1)
  })

  it('is nothing where none has ever run, and lines are with one that runs', async () => {
    const { status, stdout, stderr } = await ask('get', 'ranges')
    expect([status, stdout]).to.deep.equal([0, ''])
    expect(stderr).to.match(/none has left a status of any range there; start it .*\nthere are no ranges\n$/)
    await leave()
    const logs = await ask('logs', 'JD')
    expect(logs.status).to.equal(1)
    expect(logs.stderr).to.match(
      /logs: the lines are kept by a Lanista that runs, and none does; `journalctl -u lanista`/,
    )
  })

  it('is read from status files as they are written, each key of them', async () => {
    await leave()
    const [read] = (await leftStatuses(stateDir)).statuses
    expect(JSON.parse(JSON.stringify(read))).to.deep.equal(JSON.parse(JSON.stringify(STATUS)))
  })
})
