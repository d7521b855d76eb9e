import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { lookAtDisk, lookAtFolder, lookAtPort } from '../../adapters/doctor/look-at-machine.ts'
import { checkGit } from '../../adapters/git/git-version.ts'
import { createLanes } from '../../adapters/proxmox/lanes.ts'
import { inspectProxmox } from '../../adapters/proxmox/inspect.ts'
import { inspectToken } from '../../adapters/proxmox/token.ts'
import { folderSource } from '../../adapters/range-files/folder-source.ts'
import { withLudusRouters } from '../../adapters/range-files/ludus-routers.ts'
import { watchRangeFiles } from '../../adapters/range-files/range-files.ts'
import { BalancedParser } from '../../adapters/range-parser/range-parser.ts'
import type { DoctorLooks } from '../../model/doctor-looks.ts'
import type { Logger } from '../../model/ports.ts'
import { shownUrl } from '../../model/shown-url.ts'
import type { Composition } from '../commands/composition.ts'
import { settingsOf, tellRequest, tokenSourcesOf } from './connect.ts'
import { pathOf } from './git-range-files.ts'
import { proposeCommit, proposedSource } from './propose-commit.ts'

/** Nobody listens: what goes wrong is what the report is about. */
const QUIET: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** What `lanista doctor` looks at, by the adapters. */
export function doctorLooks(
  version: string,
  outside: Pick<Composition, 'clock' | 'random' | 'environment'>,
  logger: Logger,
): DoctorLooks {
  const { clock, random, environment } = outside
  return {
    node: process.versions.node,
    lanista: version,
    token: async (config) => {
      const { source, problem } = await inspectToken(tokenSourcesOf(config, environment))
      const file = config.lanista.proxmox.token_file
      const mode =
        file === undefined
          ? undefined
          : await stat(file).then(
              (seen) => seen.mode,
              () => undefined,
            )
      return { source, problem, mode }
    },
    folder: lookAtFolder,
    disk: lookAtDisk,
    port: ({ lanista }) => lookAtPort(lanista.http.listen, join(lanista.state_dir, 'lanista.sock')),
    git: (signal) => checkGit({ folder: '/', path: pathOf(environment) }, signal),
    files: async (config, signal) => {
      const { git, ranges } = config.lanista
      const parser = new BalancedParser(clock)
      if (git === undefined) {
        const source = folderSource(ranges, QUIET)
        return {
          files: withLudusRouters(watchRangeFiles({ source, clock, parser }), config),
          where: `folder ${ranges} (lanista.ranges)`,
        }
      }
      const asked = { ref: git.branch, inForce: undefined, path: pathOf(environment) }
      const proposed = await proposeCommit(git, asked, signal)
      return {
        files: withLudusRouters(watchRangeFiles({ source: proposedSource(proposed), clock, parser }), config),
        where: `commit ${proposed.commit.id.slice(0, 12)} of ${git.branch} in ${shownUrl(git.url)}`,
      }
    },
    proxmox: async (config, limit) =>
      inspectProxmox(
        await settingsOf(config, environment),
        {
          clock,
          random,
          logger: QUIET,
          lanes: createLanes({ clock, random, isCongestion: () => false }),
          onRequest: (seen) => tellRequest(seen, logger),
        },
        limit,
      ),
  }
}
