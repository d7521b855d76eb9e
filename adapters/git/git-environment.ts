import { join } from 'node:path'

/** The folder that all of it is in, `<state_dir>/git`; nothing but Lanista writes there. */
export interface GitHome {
  readonly folder: string
  /** Where programs are looked for. */
  readonly path: string
  /** The repository is the one that was set aside. */
  readonly isAside?: boolean
}

export const emptyHome = ({ folder }: GitHome): string => join(folder, 'home')
export const repositoryIn = ({ folder, isAside = false }: GitHome): string =>
  join(folder, isAside ? 'repository-before' : 'repository')
/** The same folder, with the repository that was set aside in it. */
export const asideIn = (home: GitHome): GitHome => ({ ...home, isAside: true })

/** What every program is started with: nothing of the process' own environment, so nothing of a user's configuration. */
export const bareEnvironment = (home: GitHome): Readonly<Record<string, string>> => ({
  PATH: home.path,
  LC_ALL: 'C',
  HOME: emptyHome(home),
})

/**
 * What git is started with: no system's or user's configuration but the file that is given, no prompt, no other objects than its
 * own, and no repository but by its name.
 *
 * @param config the one file of configuration; none for what needs no network, which it then can't use
 */
export const gitEnvironment = (home: GitHome, config: string | undefined): Readonly<Record<string, string>> => ({
  ...bareEnvironment(home),
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: config ?? '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_CEILING_DIRECTORIES: home.folder,
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '',
  SSH_ASKPASS: '',
  SSH_ASKPASS_REQUIRE: 'never',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_OPTIONAL_LOCKS: '0',
  ...(config === undefined ? { GIT_NO_LAZY_FETCH: '1' } : {}),
})

/** Ahead of each command. What is offline may use no transport at all. */
export const CAREFULLY: readonly string[] = ['-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false']
export const OFFLINE: readonly string[] = [...CAREFULLY, '-c', 'protocol.allow=never']
