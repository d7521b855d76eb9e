import { SUSPENDED } from '../../model/condition.ts'
import type { Metrics } from '../../model/metrics-port.ts'
import { type RangeStatus, readyConditionOf } from '../../model/range-status.ts'
import type { Revision } from '../../model/revision.ts'
import { VM_PHASES } from '../../model/vm-phase.ts'
import type { Watched } from '../../model/watched.ts'
import { flag, gaugeOf, type Registers, secondsOf, type Series, valueOf } from './gauge-of.ts'

const STATUSES = ['True', 'False', 'Unknown'] as const

/** Of each range that there is, by its last status. Ranges number 153 at most, so a `range` label stays small. */
export function rangeMetrics(
  registers: Registers,
  watched: Partial<Watched>,
): Pick<Metrics, 'rangeStatus' | 'rangeGone' | 'rangeFiles' | 'pruneWaiting'> {
  const ranges = new Map<string, RangeStatus>()
  let files: { readonly valid: number; readonly invalid: number } | undefined
  let waiting = 0
  const each = <L extends string>(seriesOf: (status: RangeStatus) => readonly Series<L>[]) => {
    return (): readonly Series<L>[] => [...ranges.values()].flatMap(seriesOf)
  }

  gaugeOf(
    registers,
    {
      name: 'lanista_range_info',
      help: 'Always 1; the labels say which number a range has, and which content of its file is acted on: a commit, or what stands for the text. Each is empty while there is none.',
      labelNames: ['range', 'number', 'revision'] as const,
    },
    each(({ id, number, revisions }) => [
      [{ range: id, number: String(number ?? ''), revision: revisionOf(revisions?.actedOn, watched.shownDigest) }, 1],
    ]),
  )
  gaugeOf(
    registers,
    {
      name: 'lanista_range_condition',
      help: 'Conditions of a range: 1 for the status that holds, 0 for the others.',
      labelNames: ['range', 'type', 'status'] as const,
    },
    each(({ id, conditions }) =>
      conditions.flatMap(({ type, status: holds }) =>
        STATUSES.map((status) => [{ range: id, type, status }, flag(status === holds)] as const),
      ),
    ),
  )
  gaugeOf(
    registers,
    {
      name: 'lanista_range_condition_reason',
      help: 'Always 1; the labels say why each condition of a range is as it is.',
      labelNames: ['range', 'type', 'reason'] as const,
    },
    each(({ id, conditions }) => conditions.map(({ type, reason }) => [{ range: id, type, reason }, 1])),
  )
  gaugeOf(
    registers,
    {
      name: 'lanista_range_ready',
      help: 'Whether a range is Ready (1) or not, or not known to be (0).',
      labelNames: ['range'] as const,
    },
    each((status) => [[{ range: status.id }, flag(readyConditionOf(status)?.status === 'True')]]),
  )
  gaugeOf(
    registers,
    {
      name: 'lanista_range_ready_transition_timestamp_seconds',
      help: 'Since when a range is as Ready, or not, as it is now, in Unix time.',
      labelNames: ['range'] as const,
    },
    each((status) => {
      const since = Date.parse(readyConditionOf(status)?.lastTransitionTime ?? '')
      return Number.isNaN(since) ? [] : [[{ range: status.id }, secondsOf(since)]]
    }),
  )
  gaugeOf(
    registers,
    {
      name: 'lanista_range_suspended',
      help: 'Whether Lanista has been told to leave a range alone (1) or not (0).',
      labelNames: ['range'] as const,
    },
    each((status) => [[{ range: status.id }, flag(readyConditionOf(status)?.reason === SUSPENDED)]]),
  )
  gaugeOf(
    registers,
    {
      name: 'lanista_range_vms',
      help: 'VMs of a range, its router included, by phase.',
      labelNames: ['range', 'phase'] as const,
    },
    each(({ id, vms }) =>
      VM_PHASES.map((phase) => [{ range: id, phase }, vms.filter((vm) => vm.phase === phase).length]),
    ),
  )
  gaugeOf(
    registers,
    {
      name: 'lanista_range_vms_in_trouble',
      help: 'VMs of a range that something is in the way of, by reason: Failed where what was tried failed.',
      labelNames: ['range', 'reason'] as const,
    },
    each(({ id, vms }) => {
      const counts = new Map<string, number>()
      for (const { trouble, reason = 'Failed' } of vms)
        if (trouble !== undefined) counts.set(reason, (counts.get(reason) ?? 0) + 1)
      return [...counts].map(([reason, count]) => [{ range: id, reason }, count] as const)
    }),
  )
  gaugeOf(
    registers,
    {
      name: 'lanista_range_vms_drifted',
      help: 'VMs of a range that run and are not as its file says, in something that stops nothing.',
      labelNames: ['range'] as const,
    },
    each(({ id, vms }) => [[{ range: id }, vms.filter(({ remark }) => remark !== undefined).length]]),
  )
  gaugeOf(
    registers,
    {
      name: 'lanista_range_network_available',
      help: "Whether a range's networks are in force on a node (1) or not (0), by the node's own word and its last reload.",
      labelNames: ['range', 'node'] as const,
    },
    each(({ id, networks }) => networks.map(({ node, state }) => [{ range: id, node }, flag(state === 'available')])),
  )
  gaugeOf(
    registers,
    { name: 'lanista_range_files', help: 'Range files by state.', labelNames: ['state'] as const },
    () =>
      files === undefined
        ? []
        : [
            [{ state: 'valid' }, files.valid],
            [{ state: 'invalid' }, files.invalid],
          ],
  )
  valueOf(
    registers,
    'lanista_prune_waiting_ranges',
    'Ranges whose file is gone and that go only after lanista approve.',
    () => waiting,
  )

  return {
    rangeStatus: (status) => void ranges.set(status.id, status),
    rangeGone: (rangeId) => void ranges.delete(rangeId),
    rangeFiles: (counts) => {
      files = counts
    },
    pruneWaiting: (count) => {
      waiting = count
    },
  }
}

const revisionOf = (revision: Revision | undefined, shown: Watched['shownDigest'] = () => ''): string =>
  revision === undefined ? '' : (revision.commit?.id.slice(0, 12) ?? shown(revision.digest))
