import { planSettingsOf } from '../../model/plan-settings.ts'
import { apiUrlsOf } from '../../model/server-config.ts'
import type { PlanGround } from '../saved-plan/make-saved-plan.ts'
import type { Connected } from './composition.ts'
import { readFolderOrSay } from './plan-now.ts'

/** What a plan of all ranges is made of, just now. Throws when the cluster can't be seen. */
export async function groundOfPlan(
  { config, files, proxmox }: Connected,
  now: number,
  signal: AbortSignal,
): Promise<PlanGround> {
  const [{ awake, trouble }, snapshot] = await Promise.all([readFolderOrSay(files, now), proxmox.observe(signal)])
  return {
    specs: trouble === undefined ? awake : [],
    settings: planSettingsOf(config),
    hosts: apiUrlsOf(config),
    snapshot,
  }
}
