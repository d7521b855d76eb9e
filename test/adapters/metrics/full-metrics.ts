import { type MetricsPage, openMetrics } from '../../../adapters/metrics/open-metrics.ts'
import { rangeStatus, vmStatus } from '../../builders/status.ts'

/** Metrics with something to tell of everything. */
export function fullMetrics(): MetricsPage {
  const metrics = openMetrics('1.2.3')
  metrics.rangeStatus({
    ...rangeStatus('JD', [
      vmStatus('JD-a', { remark: 'has 2 cores, and not 4' }),
      vmStatus('JD-b', { phase: 'blocked', trouble: 'vm JD-b: it is locked', reason: 'VmLocked' }),
    ]),
    networks: [{ node: 'pve1', state: 'available', message: '' }],
  })
  metrics.rangeFiles({ valid: 1, invalid: 0 })
  metrics.reconciled('JD', 'settled', 0.3, '4bf92f3577b34da6a3ce929d0e0e4736')
  metrics.proxmoxRequest('GET', '/version', 'ok', 0.02)
  metrics.proxmoxRetry('GET', '/version')
  metrics.observed(Date.UTC(2026, 0, 1))
  metrics.taskOfOther()
  metrics.taskEnded('qmclone', 'ok', 12)
  metrics.zoneFindings([
    { reason: 'ZoneLacksPeer', severity: 'degraded', nodes: ['pve3'], shell: undefined, message: '' },
  ])
  metrics.sdnLockAsked('granted', 0.1)
  metrics.sdnLockHeld(3)
  metrics.configReloaded(true, Date.UTC(2026, 0, 1))
  metrics.statusWritten(true)
  metrics.notified('delivered')
  metrics.forgeStatus('delivered')
  metrics.gitHook('accepted')
  metrics.git({
    url: 'https://example.org/r.git',
    branch: 'main',
    path: '',
    commit: {
      acceptedAt: '2026-01-01T00:00:00Z',
      id: 'a'.repeat(40),
      author: 'Ann <ann@example.org>',
      at: '2026-01-01T00:00:00Z',
      subject: 'x',
    },
    finding: { reason: 'Unreachable', message: '', since: '2026-01-01T00:00:00Z' },
    askedAt: '2026-01-01T00:00:00Z',
  })
  metrics.watch({
    standings: () => new Map([['waiting', 1]]),
    queue: () => ({ depth: 1, oldestSeconds: 2 }),
    cluster: () => ({
      quorate: true,
      nodes: [{ node: 'pve1', isUp: true, memoryBytes: 100, usedBytes: 30, promisedBytes: 20, cpuLoad: 0.5 }],
      storages: [{ storage: 'ceph', node: undefined, isActive: true, sizeBytes: 100, usedBytes: 30 }],
    }),
    sdnLock: () => ({ isHeld: false }),
    audit: () => ({ due: 1, lagSeconds: 2 }),
    lanes: () => [{ kind: 'node', name: 'pve1', running: 1, waiting: 2, limit: 4 }],
    hosts: () => [{ host: 'https://pve1:8006', state: 'asked', waiting: 0, clockAheadSeconds: 0.2 }],
    tasks: () => new Map([['qmclone', 1]]),
    resyncMs: () => 30_000,
    stateDir: () => Promise.resolve({ sizeBytes: 100, availableBytes: 30 }),
  })
  return metrics
}
