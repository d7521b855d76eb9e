import { networkModeOf } from '../../model/network-mode.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { ClusterObserver, Metrics } from '../../model/ports.ts'
import { checkZone } from '../../reconcilers/zone/check-zone.ts'

/** The same observer; what is wrong with the zone at each look goes into the metrics, whether a range is planned or not. */
export const watchZone = (
  observer: ClusterObserver,
  settings: () => PlanSettings,
  metrics: Pick<Metrics, 'zoneFindings'>,
): ClusterObserver => ({
  observe: async (signal, options) => {
    const snapshot = await observer.observe(signal, options)
    const now = settings()
    metrics.zoneFindings(networkModeOf(snapshot, now) === 'cluster' ? checkZone(snapshot, now.zone).findings : [])
    return snapshot
  },
})
