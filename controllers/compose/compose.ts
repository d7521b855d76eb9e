import { commitApprovalFiles } from '../../adapters/state/accepted-commit-files.ts'
import { approvalFiles } from '../../adapters/state/approval-files.ts'
import { digestMask } from '../../adapters/state/digest-mask.ts'
import { eventFile } from '../../adapters/state/event-file.ts'
import { destroyOrderFiles } from '../../adapters/state/destroy-order-files.ts'
import { whyOrdersUntold } from '../../adapters/state/orders-untold.ts'
import { IpRoutes } from '../../adapters/host/routes.ts'
import { type LineSink, openLogger, logDestination, openTroubles } from '../../adapters/logger.ts'
import { leftStatuses } from '../../adapters/state/left-statuses.ts'
import { migrationJournalFiles } from '../../adapters/state/migration-journal-file.ts'
import { openMetrics } from '../../adapters/metrics/open-metrics.ts'
import { httpsNotifier } from '../../adapters/notify/send.ts'
import { folderSource } from '../../adapters/range-files/folder-source.ts'
import { withLudusRouter, withLudusRouters } from '../../adapters/range-files/ludus-routers.ts'
import { readOfText } from '../../adapters/range-files/kept-reads.ts'
import { watchRangeFiles } from '../../adapters/range-files/range-files.ts'
import type { RangeSource } from '../../adapters/range-files/range-source.ts'
import { BalancedParser } from '../../adapters/range-parser/range-parser.ts'
import { folderProvenance } from '../../adapters/range-files/folder-identity.ts'
import { inspectToken } from '../../adapters/proxmox/token.ts'
import { diskStanding } from '../../adapters/state/disk-standing.ts'
import { presenceSocket } from '../../adapters/state/presence-socket.ts'
import { revisionFiles } from '../../adapters/state/revision-files.ts'
import { suspendOrderFiles } from '../../adapters/state/suspend-order-files.ts'
import { sdnLockFile } from '../../adapters/state/sdn-lock-file.ts'
import { seenRangesFile } from '../../adapters/state/seen-files.ts'
import { loadServerConfig, serverConfigFile } from '../../adapters/server-config/server-config-file.ts'
import { statusFiles } from '../../adapters/state/status-files.ts'
import { systemClock } from '../../adapters/system-clock.ts'
import { openTracer } from '../../adapters/tracing/open-tracer.ts'
import { commitChecker, fileChecker } from '../../adapters/validate/check-files.ts'
import { placeInText } from '../../adapters/yaml-file/place-in-text.ts'
import type { Logger, RangeFiles, RangeFileRead } from '../../model/ports.ts'
import type { ServerConfig } from '../../model/server-config.ts'
import { UserError } from '../../model/user-error.ts'
import type { Composition, Connected } from '../commands/composition.ts'
import { LogLines } from '../telling/log-lines.ts'
import { DestroyOrders } from '../removal/destroy-orders.ts'
import { SuspendOrders } from '../revisions/suspend-orders.ts'
import { RangesOnCluster } from '../range/ranges-on-cluster.ts'
import { type FollowedFiles, openFilesInForce } from '../revisions/followed-files.ts'
import { proxmoxOf, tokenSourcesOf } from './connect.ts'
import { doctorLooks } from './doctor.ts'
import { controllerFor } from './controller-for.ts'
import { gitHookOf } from './git-hook-of.ts'
import { gitRangeFiles, pathOf } from './git-range-files.ts'
import { watchObservations } from './observations.ts'
import { proposeCommit, proposedSource } from './propose-commit.ts'

export interface ComposeOptions {
  readonly version: string
  readonly environment: NodeJS.ProcessEnv
  /** Where the log goes that is in no file. Default: standard error. */
  readonly log?: LineSink
}

/** The one place where adapters are chosen: real time, real files, real HTTPS. */
export function compose({ version, environment, log }: ComposeOptions): Composition {
  const logLines = new LogLines()
  const outside = { clock: systemClock, random: Math.random, environment }
  return {
    ...outside,
    version,
    checker: fileChecker(systemClock),
    placeInText,
    loadConfig: (file, variables = environment) => loadServerConfig(file, variables),
    approvals: ({ lanista }) => approvalFiles(lanista.state_dir),
    commitApprovals: ({ lanista }, about) => commitApprovalFiles(lanista.state_dir, about),
    commitChecker: async ({ lanista: { git, state_dir: stateDir } }, logger) => {
      if (git === undefined) return undefined
      const repository = gitRangeFiles(git, stateDir, { logger, metrics: openMetrics(version), outside })
      const inForce = await repository.git.inForce()
      return { checker: commitChecker(await repository.snapshot(), systemClock), inForce }
    },
    configSource: (file) => serverConfigFile(file, environment),
    inspectToken: (config) => inspectToken(tokenSourcesOf(config, environment)),
    openLog: (options = {}) =>
      openLogger(
        options.file === undefined && log !== undefined ? log : logDestination(options.file),
        (line) => logLines.add(line),
        options,
      ),
    openTroubles,
    connect: (config, logger) => connect(config, logger, { ...outside, version, logLines }),
    lanista: async (config, place, signal) => {
      const { findLanista } = await import('../../adapters/api-client/lanista-client.ts')
      return await findLanista(place, config?.lanista.state_dir ?? '', environment, signal)
    },
    leftBehind: async ({ lanista: { state_dir: stateDir } }) => ({
      ...(await leftStatuses(stateDir)),
      events: await eventFile(stateDir).read(),
    }),
    controller: (config, connected, logger) => controllerFor(config, connected, outside, logger),
    host: async (config, configFile, logger) =>
      (await import('./host-parts.ts')).hostParts(config, configFile, logger, outside),
    doctor: (logger) => doctorLooks(version, outside, logger),
    // The simulator and the endpoints are loaded by those who use them: a plan starts in half the time without.
    simulate: async (options) => (await import('./simulate.ts')).simulateCluster(options),
  }
}

async function connect(
  config: ServerConfig,
  logger: Logger,
  outside: Pick<Composition, 'clock' | 'random' | 'environment'> & {
    readonly version: string
    readonly logLines: LogLines
  },
): Promise<Connected> {
  const { clock, version, logLines } = outside
  const { ranges, state_dir: stateDir, http } = config.lanista
  const metrics = openMetrics(version)
  const tracer = await openTracer({
    endpoint: config.lanista.tracing.endpoint,
    environment: outside.environment,
    version,
    logger,
  })
  metrics.watch({ stateDir: () => diskStanding(stateDir) })
  const { proxmox, silence } = watchObservations(
    await proxmoxOf(config, { ...outside, logger, metrics, tracer }),
    metrics,
    clock,
  )
  const mask = digestMask(stateDir)
  metrics.watch({ shownDigest: (digest) => mask.of(digest) })
  const store = statusFiles(stateDir, mask)
  const { git: settings } = config.lanista
  const repository =
    settings === undefined ? undefined : gitRangeFiles(settings, stateDir, { logger, metrics, outside })
  const parser = new BalancedParser(clock)
  const filesOf = (of: RangeSource): RangeFiles =>
    withLudusRouters(watchRangeFiles({ source: of, clock, parser }), config)
  const source = repository?.source ?? folderSource(ranges, logger)
  const orders = destroyOrderFiles(stateDir)
  const suspendOrders = suspendOrderFiles(stateDir)
  const suspensions = new SuspendOrders(suspendOrders, clock, logger, false)
  const followed: FollowedFiles = {
    files: filesOf(source),
    parse: async (text) => withLudusRouter(readOfText(await parser.parse(text), text.file), config),
    store: revisionFiles(stateDir),
    areCommits: repository !== undefined,
    releases: commitApprovalFiles(stateDir, 'waves'),
  }
  // Whoever looks and goes asks of the cluster at one moment.
  const { signal } = new AbortController()
  const onCluster = new RangesOnCluster(() => proxmox.observe(signal), clock, signal)
  const looksOnly = {
    freeze: () => config.lanista.freeze,
    isLeft: async (rangeId: string, file: RangeFileRead) =>
      (await new DestroyOrders(orders, logger).keepsAway(rangeId, file)) ||
      (await suspensions.leavesAlone(rangeId, file)),
    isThere: async (rangeId: string) => (await onCluster.ids(false)).includes(rangeId),
    clock,
    logger,
  }
  return {
    config,
    logger,
    tracer,
    proxmox,
    metrics,
    store,
    lockStore: sdnLockFile(stateDir),
    destroyOrders: orders,
    suspendOrders,
    migration: migrationJournalFiles(stateDir),
    ordersUntold: () => whyOrdersUntold(stateDir),
    presence: presenceSocket(stateDir),
    hostRoutes: new IpRoutes(),
    files: suspensions.applied(openFilesInForce(followed, looksOnly, false)),
    followed,
    git: repository?.git,
    propose:
      settings === undefined || repository === undefined
        ? undefined
        : async (ref, signal) => {
            const [inForce, untold] = await repository.snapshot().then(
              (snapshot) => [snapshot, undefined] as const,
              (error: unknown) => {
                if (error instanceof UserError) return [undefined, error.message] as const
                throw error
              },
            )
            const path = pathOf(outside.environment)
            const proposed = await proposeCommit(settings, { ref, inForce, path }, signal)
            return {
              proposed,
              isRemembered: repository.isRemembered(),
              untold,
              files: filesOf(proposedSource(proposed)),
            }
          },
    forgetAllBut: (rangeIds) => store.forgetAllBut(rangeIds),
    readyBefore: () => store.readyBefore(),
    heldBefore: () => store.heldBefore(),
    notifier: httpsNotifier({ privateHosts: config.lanista.notify.private_hosts }),
    telling: {
      eventStore: eventFile(stateDir),
      mask,
      version,
      silence,
      git: repository?.git,
      logLines,
      approvals: approvalFiles(stateDir),
      commits:
        repository === undefined
          ? undefined
          : { force: commitApprovalFiles(stateDir, 'force'), waves: commitApprovalFiles(stateDir, 'waves') },
    },
    prune: {
      provenance: repository?.provenance ?? folderProvenance(ranges),
      seenFiles: seenRangesFile(stateDir),
      approvals: approvalFiles(stateDir),
    },
    serve: async ({ api, notReady, explain }, signal, listen = http.listen) => {
      const { isLoopback, serveHttp } = await import('../../adapters/http/serve-http.ts')
      const { serveSocket } = await import('../../adapters/http/serve-socket.ts')
      const { troubleOfTokens } = await import('../../adapters/http/access-tokens.ts')
      const onError = (error: unknown): void => logger.error('an HTTP endpoint failed', { error })
      if (!isLoopback(listen))
        logger.warn(
          'http: it listens beyond this machine, and whoever reaches it reads the status of every range without a password; keep others out with a firewall, or listen on 127.0.0.1',
          { listen },
        )
      const secretFile = settings?.webhook?.secret_file
      const tokensFile = http.tokens_file
      const tokensTrouble = tokensFile === undefined ? undefined : await troubleOfTokens(tokensFile)
      if (tokensTrouble !== undefined)
        logger.warn(`${tokensTrouble}; until then nobody may ask for anything from elsewhere`)
      const providers = {
        api,
        explain,
        git: repository === undefined ? undefined : () => repository.git.status(),
        gitHook:
          repository === undefined || secretFile === undefined
            ? undefined
            : await gitHookOf(secretFile, repository.git, { logger, metrics, clock }),
        hosts: http.hosts,
        tokensFile,
        notReady,
        metrics,
        onError,
        version,
      }
      await serveSocket(stateDir, providers, signal).catch((error: unknown) => {
        logger.warn('commands on this machine can not speak with this Lanista, as it has no socket', { error })
      })
      return await serveHttp({ ...providers, listen }, signal)
    },
  }
}
