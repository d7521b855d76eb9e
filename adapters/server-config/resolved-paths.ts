import { resolve } from 'node:path'
import type { GitSettings } from '../../model/git-section.ts'
import type { ServerConfig } from '../../model/server-config.ts'

/** The paths of the `lanista:` section made absolute, so that the working directory doesn't matter. */
export function withResolvedPaths(config: ServerConfig, folder: string): ServerConfig {
  const { lanista } = config
  const { token_file, ca_file, ...proxmox } = lanista.proxmox
  return {
    ...config,
    lanista: {
      ...lanista,
      ranges: resolve(folder, lanista.ranges),
      state_dir: resolve(folder, lanista.state_dir),
      ...(lanista.git === undefined ? {} : { git: withResolvedFiles(lanista.git, folder) }),
      proxmox: {
        ...proxmox,
        ...(token_file === undefined ? {} : { token_file: resolve(folder, token_file) }),
        ...(ca_file === undefined ? {} : { ca_file: resolve(folder, ca_file) }),
      },
    },
  }
}

/** A local repository's path is absolute as it is. */
function withResolvedFiles(git: GitSettings, folder: string): GitSettings {
  const { ssh, https, verify, webhook } = git
  const resolved = <Section extends object>(section: Section): Section =>
    Object.assign(
      structuredClone(section),
      Object.fromEntries(
        Object.entries(section).flatMap(([key, value]) =>
          key.endsWith('_file') && typeof value === 'string' ? [[key, resolve(folder, value)]] : [],
        ),
      ),
    )
  return {
    ...git,
    ...(ssh === undefined ? {} : { ssh: resolved(ssh) }),
    ...(https === undefined ? {} : { https: resolved(https) }),
    verify: resolved(verify),
    ...(webhook === undefined ? {} : { webhook: resolved(webhook) }),
  }
}
