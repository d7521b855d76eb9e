import { expect } from 'chai'
import { type MetricsPage, openMetrics } from '../../../adapters/metrics/open-metrics.ts'
import { VM_PHASES } from '../../../model/vm-phase.ts'
import type { RangeStatus } from '../../../model/range-status.ts'
import type { VmPhase } from '../../../model/vm-phase.ts'
import { stated } from '../../builders/status.ts'

const statusOf = (id: string, ready: 'True' | 'False', ...phases: readonly VmPhase[]): RangeStatus => ({
  id,
  source: `${id}.yml`,
  number: 1,
  since: '2026-01-01T00:00:00.000Z',
  conditions: stated({ type: 'Ready', status: ready, reason: 'Ready', message: '' }),
  diagnostics: [],
  networks: [],
  vms: phases.map((phase, index) => ({
    name: `vm${index}`,
    role: 'vm',
    vmid: undefined,
    node: undefined,
    address: undefined,
    phase,
    why: '',
    trouble: undefined,
    remark: undefined,
  })),
  changedAt: '',
})

describe('openMetrics', () => {
  const linesOf = async (page: MetricsPage, start: string): Promise<readonly string[]> =>
    (await page.render()).body.split('\n').filter((line) => line.startsWith(start))

  it('shows each condition as one 1 among its statuses, and turns it over', async () => {
    const metrics = openMetrics('1')
    metrics.rangeStatus(statusOf('JD', 'False'))
    metrics.rangeStatus(statusOf('JD', 'True'))
    expect(await linesOf(metrics, 'lanista_range_condition{')).to.have.members([
      'lanista_range_condition{range="JD",type="Ready",status="True"} 1',
      'lanista_range_condition{range="JD",type="Ready",status="False"} 0',
      'lanista_range_condition{range="JD",type="Ready",status="Unknown"} 0',
    ])
  })

  it('tells a range that is suspended from one that fails, and forgets it with the range', async () => {
    const metrics = openMetrics('1')
    const suspended = { type: 'Ready', status: 'False', reason: 'Suspended', message: '' } as const
    metrics.rangeStatus(statusOf('JD', 'False'))
    expect(await linesOf(metrics, 'lanista_range_suspended{')).to.deep.equal(['lanista_range_suspended{range="JD"} 0'])
    metrics.rangeStatus({ ...statusOf('JD', 'False'), conditions: stated(suspended) })
    expect(await linesOf(metrics, 'lanista_range_suspended{')).to.deep.equal(['lanista_range_suspended{range="JD"} 1'])
    metrics.rangeGone('JD')
    expect(await linesOf(metrics, 'lanista_range_suspended{')).to.deep.equal([])
  })

  it('tells whether statuses can be written', async () => {
    const metrics = openMetrics('1')
    const writable = (): Promise<readonly string[]> => linesOf(metrics, 'lanista_state_dir_writable')
    metrics.statusWritten(false)
    expect(await writable()).to.deep.equal(['lanista_state_dir_writable 0'])
    metrics.statusWritten(true)
    expect(await writable()).to.deep.equal(['lanista_state_dir_writable 1'])
  })

  it('tells why a condition is as it is, and since when a range is as ready as it is', async () => {
    const metrics = openMetrics('1')
    const since = (): Promise<readonly string[]> => linesOf(metrics, 'lanista_range_ready_transition_timestamp_seconds')
    const is = (ready: 'True' | 'False', reason: string, lastTransitionTime: string): void =>
      metrics.rangeStatus({
        ...statusOf('JD', ready),
        conditions: [{ type: 'Ready', status: ready, reason, message: '', lastTransitionTime }],
      })
    is('False', 'Progressing', '1970-01-01T00:00:05Z')
    is('False', 'VmBlocked', '1970-01-01T00:00:05Z')
    expect(await linesOf(metrics, 'lanista_range_condition_reason')).to.deep.equal([
      'lanista_range_condition_reason{range="JD",type="Ready",reason="VmBlocked"} 1',
    ])
    expect(await since()).to.deep.equal(['lanista_range_ready_transition_timestamp_seconds{range="JD"} 5'])
    expect(await linesOf(metrics, 'lanista_range_ready{')).to.deep.equal(['lanista_range_ready{range="JD"} 0'])
    is('True', 'Ready', '1970-01-01T00:00:10Z')
    expect(await since()).to.deep.equal(['lanista_range_ready_transition_timestamp_seconds{range="JD"} 10'])
    expect(await linesOf(metrics, 'lanista_range_ready{')).to.deep.equal(['lanista_range_ready{range="JD"} 1'])
  })

  it('tells which number a range has, and which content of its file is acted on', async () => {
    const metrics = openMetrics('1')
    const info = (): Promise<readonly string[]> => linesOf(metrics, 'lanista_range_info{')
    const commit = { id: '0123456789abcdef', author: '', at: '', subject: '' }
    const seen = { digest: 'fedcba9876543210', commit }
    metrics.watch({ shownDigest: (digest) => digest.slice(0, 2) })
    metrics.rangeStatus({ ...statusOf('JD', 'True'), number: undefined })
    expect(await info()).to.deep.equal(['lanista_range_info{range="JD",number="",revision=""} 1'])
    metrics.rangeStatus({
      ...statusOf('JD', 'True'),
      revisions: { seen, actedOn: { ...seen, commit: undefined }, reached: undefined, held: undefined },
    })
    expect(await info()).to.deep.equal(['lanista_range_info{range="JD",number="1",revision="fe"} 1'])
    metrics.rangeStatus({
      ...statusOf('JD', 'True'),
      revisions: { seen, actedOn: seen, reached: undefined, held: undefined },
    })
    expect(await info()).to.deep.equal(['lanista_range_info{range="JD",number="1",revision="0123456789ab"} 1'])
  })

  it('drops a condition that a status no longer has', async () => {
    const metrics = openMetrics('1')
    metrics.rangeStatus(statusOf('JD', 'True'))
    metrics.rangeStatus({ ...statusOf('JD', 'True'), conditions: [] })
    expect(await linesOf(metrics, 'lanista_range_condition{')).to.deep.equal([])
  })

  it('counts VMs by phase, with zeros for the phases none is in', async () => {
    const metrics = openMetrics('1')
    metrics.rangeStatus(statusOf('JD', 'True', 'running', 'running', 'cloning'))
    const lines = await linesOf(metrics, 'lanista_range_vms{')
    expect(lines).to.have.length(VM_PHASES.length)
    expect(lines).to.include.members([
      'lanista_range_vms{range="JD",phase="running"} 2',
      'lanista_range_vms{range="JD",phase="cloning"} 1',
      'lanista_range_vms{range="JD",phase="absent"} 0',
    ])
  })

  it('shows on which nodes the networks of a range are in force, and drops a node that is no more', async () => {
    const metrics = openMetrics('1')
    const on = (...nodes: RangeStatus['networks']) =>
      metrics.rangeStatus({ ...statusOf('JD', 'True'), networks: nodes })
    on(
      { node: 'pve1', state: 'available', message: '' },
      { node: 'pve2', state: 'failed', message: 'did not reload its network' },
      { node: 'pve3', state: 'excluded', message: 'is not among the nodes of the zone' },
    )
    const series = () => linesOf(metrics, 'lanista_range_network_available{')
    expect(await series()).to.deep.equal([
      'lanista_range_network_available{range="JD",node="pve1"} 1',
      'lanista_range_network_available{range="JD",node="pve2"} 0',
      'lanista_range_network_available{range="JD",node="pve3"} 0',
    ])
    on({ node: 'pve2', state: 'available', message: '' })
    expect(await series()).to.deep.equal(['lanista_range_network_available{range="JD",node="pve2"} 1'])
    metrics.rangeGone('JD')
    expect(await series()).to.deep.equal([])
  })

  it('forgets every series of a range that is gone, and none of another', async () => {
    const metrics = openMetrics('1')
    for (const id of ['JD', 'AB']) {
      metrics.rangeStatus(statusOf(id, 'True', 'running'))
      for (const result of ['settled', 'progressing', 'retry', 'stalled'] as const) metrics.reconciled(id, result, 1)
    }
    metrics.rangeGone('JD')
    const { body: page } = await metrics.render()
    expect(page).not.to.contain('JD')
    expect(page).to.contain('lanista_range_vms{range="AB",phase="running"} 1')
    expect(page).to.contain('lanista_reconcile_total{range="AB",result="settled"} 1')
  })

  it('counts calls and passes, and says what runs', async () => {
    const metrics = openMetrics('1.2.3')
    metrics.proxmoxRequest('GET', '/nodes/{node}/qemu', 'ok', 0.2)
    metrics.proxmoxRequest('GET', '/nodes/{node}/qemu', 'locked', 0.2)
    metrics.reconciled('JD', 'settled', 0.3)
    metrics.rangeFiles({ valid: 3, invalid: 1 })
    metrics.observed(1_500)
    metrics.notified('delivered')
    metrics.pruneWaiting(2)
    metrics.taskOfOther()
    const { body: page } = await metrics.render()
    for (const line of [
      'lanista_proxmox_requests_total{method="GET",route="/nodes/{node}/qemu",result="locked"} 1',
      'lanista_proxmox_request_seconds_count{method="GET",route="/nodes/{node}/qemu"} 2',
      'lanista_reconcile_seconds_bucket{le="0.5",result="settled"} 1',
      'lanista_notifications_total{result="delivered"} 1',
      'lanista_prune_waiting_ranges 2',
      'lanista_tasks_of_others_total 1',
      'lanista_range_files{state="invalid"} 1',
      'lanista_last_successful_observe_timestamp_seconds 1.5',
      `lanista_build_info{version="1.2.3",node_version="${process.version}"} 1`,
    ])
      expect(page).to.contain(`${line}\n`)
    expect(page).to.contain('process_cpu_seconds_total')
    expect(page).not.to.contain('nodejs_active_handles_total')
  })

  it('tells whether the newest configuration is in use, and since when one is', async () => {
    const metrics = openMetrics('1')
    metrics.configReloaded(true, 5000)
    metrics.configReloaded(false, 9000)
    const { body: page } = await metrics.render()
    expect(page).to.match(/^lanista_config_last_reload_successful 0$/m)
    expect(page).to.match(/^lanista_config_last_reload_success_timestamp_seconds 5$/m)
  })

  it('shows what is wrong with the zone, and forgets it when it is mended', async () => {
    const metrics = openMetrics('1')
    const finding = { shell: '', message: '' }
    metrics.zoneFindings([
      { ...finding, reason: 'ZoneLacksPeer', severity: 'degraded', nodes: ['pve1', 'pve2'] },
      { ...finding, reason: 'ZoneMtuDiffers', severity: 'degraded', nodes: [] },
    ])
    expect(await linesOf(metrics, 'lanista_zone_findings{')).to.deep.equal([
      'lanista_zone_findings{reason="ZoneLacksPeer",severity="degraded"} 2',
      'lanista_zone_findings{reason="ZoneMtuDiffers",severity="degraded"} 1',
    ])
    metrics.zoneFindings([])
    expect(await linesOf(metrics, 'lanista_zone_findings{')).to.deep.equal([])
  })
})
