import { dirname } from 'node:path'
import type { CheckedFile, FileChecker } from '../../model/checked-file.ts'
import { type PlanSettings, planSettingsOf } from '../../model/plan-settings.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import type { ServerConfig } from '../../model/server-config.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { UserError } from '../../model/user-error.ts'
import { checkAgainstCluster, checkDefaultNode, checkStorage } from '../../reconcilers/range/check-against-cluster.ts'

/** A configuration and the file it was read from. */
interface Configuration {
  readonly file: string
  readonly settings: ServerConfig
}

/**
 * The files with what the cluster lacks of what they ask for, and first the configuration itself when its storage or
 * its node is wrong. Looks at the cluster once, and writes nothing. Throws a `UserError` when the cluster can't be looked at.
 */
export async function checkOnline(
  files: readonly CheckedFile[],
  { file, settings: config }: Configuration,
  checker: FileChecker,
  look: () => Promise<ClusterSnapshot>,
): Promise<readonly CheckedFile[]> {
  const snapshot = await orUserError(look)
  const settings = planSettingsOf(config)
  const checked = files.map(async (each) =>
    each.spec === undefined ? each : await checker.locate(each, checkAgainstCluster(each.spec, snapshot, settings)),
  )
  return [...(await wrongConfiguration(file, snapshot, settings, checker)), ...(await Promise.all(checked))]
}

async function wrongConfiguration(
  file: string,
  snapshot: ClusterSnapshot,
  settings: PlanSettings,
  checker: FileChecker,
): Promise<readonly CheckedFile[]> {
  const findings = [...checkDefaultNode(snapshot, settings), ...checkStorage(snapshot, settings)]
  const unchecked = {
    path: file,
    folder: dirname(file),
    rangeId: undefined,
    problems: [],
    warnings: [],
    spec: undefined,
  }
  return findings.length === 0 ? [] : [await checker.locate(unchecked, findings)]
}

async function orUserError(look: () => Promise<ClusterSnapshot>): Promise<ClusterSnapshot> {
  try {
    return await look()
  } catch (error) {
    if (!isProxmoxError(error)) throw error
    throw new UserError(
      `the cluster can't be looked at: ${error.message}; correct that, or check without --online`,
      error,
    )
  }
}
