import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../../model/clock.ts'
import { type ConfigKey, configKeys, untilRestart, valueAt } from '../../model/config-keys.ts'
import type { ConfigSource } from '../../model/config-source.ts'
import { diagnosticLine, unquotedDiagnostic } from '../../model/diagnostic.ts'
import type { Metrics } from '../../model/metrics-port.ts'
import type { Logger } from '../../model/ports.ts'
import type { ServerConfig } from '../../model/server-config.ts'

export interface LiveConfigParts {
  readonly source: ConfigSource
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'configReloaded'>
  readonly clock: Clock
  /** Called when settings were taken into use, and when a person asked for a reload. */
  readonly onReload: () => void
}

/**
 * The configuration in force while the controller runs. A new version is taken into use as far as it can be; what
 * needs a restart stays as it was, and a version with a mistake changes nothing at all.
 */
export class LiveConfig {
  readonly #parts: LiveConfigParts
  #current: ServerConfig
  /** The version last accepted, with what waits for a restart. */
  #accepted: ServerConfig
  #refused = false
  #reloading: Promise<void> = Promise.resolve()

  constructor(initial: ServerConfig, parts: LiveConfigParts) {
    this.#current = initial
    this.#accepted = initial
    this.#parts = parts
    parts.metrics.configReloaded(true, parts.clock.now())
  }

  current(): ServerConfig {
    return this.#current
  }

  /**
   * Reads the configuration again, one reading after the other. Never rejects.
   *
   * @param asked a person asked for it, and gets an answer even when nothing has changed
   */
  reload(asked: boolean): Promise<void> {
    this.#reloading = this.#reloading
      .then(() => this.#readAgain(asked))
      .catch((error: unknown) => this.#parts.logger.error('configuration: it could not be read again', { error }))
    return this.#reloading
  }

  async #readAgain(asked: boolean): Promise<void> {
    const { source, logger, metrics, clock, onReload } = this.#parts
    const read = await source.read()
    if (read.kind === 'invalid') {
      this.#refused = true
      metrics.configReloaded(false, clock.now())
      logger.error('configuration: the new version is refused, and the old one kept; correct it and save again', {
        diagnostics: read.diagnostics.map((each) => diagnosticLine(unquotedDiagnostic(each))),
      })
      return
    }
    const news = changedKeys(this.#accepted, read.config)
    const mended = this.#refused
    this.#refused = false
    metrics.configReloaded(true, clock.now())
    if (news.length === 0 && !asked && !mended) return

    this.#accepted = read.config
    const changed = changedKeys(this.#current, read.config)
    const [waiting, taken] = [
      changed.filter(({ needsRestart }) => needsRestart),
      changed.filter(({ needsRestart }) => !needsRestart),
    ]
    this.#current = untilRestart(this.#current, read.config)
    if (waiting.length > 0)
      logger.warn('configuration: what changed here needs a restart, and stays as it was until then', {
        keys: waiting.map(({ name }) => name),
      })
    logger.info(taken.length === 0 ? 'configuration: read again, nothing new' : 'configuration: taken into use', {
      keys: taken.map(({ name }) => name),
    })
    if (asked || taken.length > 0) onReload()
  }
}

const changedKeys = (before: ServerConfig, after: ServerConfig): readonly ConfigKey[] =>
  configKeys.filter(({ path }) => !isDeepStrictEqual(valueAt(before, path), valueAt(after, path)))
