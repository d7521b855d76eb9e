import type { ServerConfigRead } from '../../model/config-source.ts'
import { amiss, type DoctorCheck, ok } from '../../model/doctor-report.ts'
import { printable } from '../../model/printable.ts'
import type { RangeSpec } from '../../model/range-spec.ts'
import type { ServerConfig } from '../../model/server-config.ts'
import { configChecks, fileChecks } from '../../reconcilers/doctor/check-files.ts'
import {
  checkDisk,
  checkPort,
  checkStateDirectory,
  checkVersions,
  untold,
} from '../../reconcilers/doctor/check-machine.ts'
import { checkToken } from '../../reconcilers/doctor/check-api.ts'
import type { Examination } from './examination.ts'
import { examineProxmox } from './examine-proxmox.ts'
import { within } from './within.ts'

/**
 * Looks at everything that a run depends on, each thing in its own time: none that fails or hangs hides another. In the order of the
 * lines: this machine, the configuration, the files, the API, the cluster. Writes nothing to Proxmox.
 */
export async function examine(
  file: string,
  read: () => Promise<ServerConfigRead>,
  examination: Examination,
  signal: AbortSignal,
): Promise<readonly DoctorCheck[]> {
  const { looks, limit } = examination
  const versions = checkVersions(looks.node, looks.lanista)
  const told = await within(limit, signal, read)
  if (told.kind === 'untold') return [versions, untold('config', file, told), notChecked()]
  const { value } = told
  if (value.kind === 'invalid')
    return [versions, ...configChecks(file, { problems: value.diagnostics, warnings: [] }), notChecked()]
  const { config, warnings } = value
  const [machine, files, token] = await Promise.all([
    examineMachine(config, examination, signal),
    examineFiles(config, examination, signal),
    within(limit, signal, () => looks.token(config)),
  ])
  const cluster = await examineProxmox(config, files.specs, examination, signal)
  return [
    versions,
    ...configChecks(file, { problems: [], warnings }),
    ...machine,
    ...files.checks,
    checkToken(token),
    ...cluster,
  ]
}

const notChecked = (): DoctorCheck =>
  amiss(
    'warn',
    'not-checked',
    'everything else',
    'is not looked at, as the configuration says where it is',
    'mend the configuration, and run lanista doctor again',
  )

async function examineMachine(
  config: ServerConfig,
  { looks, limit }: Examination,
  signal: AbortSignal,
): Promise<readonly DoctorCheck[]> {
  const { state_dir: stateDir, http } = config.lanista
  const [folder, disk, port] = await Promise.all([
    within(limit, signal, () => looks.folder(stateDir)),
    within(limit, signal, () => looks.disk(stateDir)),
    within(limit, signal, () => looks.port(config)),
  ])
  return [checkStateDirectory(stateDir, folder), checkDisk(stateDir, disk), checkPort(http.listen, port)]
}

interface FilesSeen {
  readonly checks: readonly DoctorCheck[]
  readonly specs: readonly RangeSpec[]
}

/** A repository is fetched over a network, and has longer. */
const TIMES_FOR_GIT = 3

async function examineFiles(
  config: ServerConfig,
  { looks, limit }: Examination,
  signal: AbortSignal,
): Promise<FilesSeen> {
  const { git, ranges } = config.lanista
  const subject = git === undefined ? `folder ${printable(ranges)} (lanista.ranges)` : 'repository (lanista.git)'
  const program = git === undefined ? undefined : await within(limit, signal, (until) => looks.git(until))
  const told = await within(git === undefined ? limit : limit * TIMES_FOR_GIT, signal, async (until) => {
    const { files, where } = await looks.files(config, until)
    const ids = await files.list()
    const reads = await Promise.all(ids.map(async (id) => [id, await files.read(id)] as const))
    return { where, reads }
  })
  const specs =
    told.kind === 'told' ? told.value.reads.flatMap(([, each]) => (each.kind === 'ok' ? [each.spec] : [])) : []
  const ofGit =
    program === undefined
      ? []
      : [
          program.kind === 'told'
            ? ok('git', 'git', 'is installed, and new enough')
            : { ...untold('git', 'git', program), level: 'fail' as const },
          told.kind === 'told'
            ? ok('repository', subject, `was fetched: ${told.value.where}`)
            : { ...untold('repository', subject, told), level: 'fail' as const },
        ]
  const ofFiles = git !== undefined && told.kind === 'untold' ? [] : fileChecks(told, subject)
  return { checks: [...ofGit, ...ofFiles], specs }
}
