import type { Diagnostic } from './diagnostic.ts'
import type { ServerConfig } from './server-config.ts'

/** Where the value of a setting comes from. */
export type ConfigOrigin =
  | { readonly kind: 'default' }
  /** 1-based line. */
  | { readonly kind: 'file'; readonly file: string; readonly line: number | undefined }
  | { readonly kind: 'environment'; readonly variable: string }

/** A configuration in force, and how it came about. */
export interface EffectiveConfig {
  readonly config: ServerConfig
  /** By the setting's name, `lanista.http.listen`. */
  readonly origins: ReadonlyMap<string, ConfigOrigin>
  /** What nobody is stopped by, such as a variable of ours that means nothing. */
  readonly warnings: readonly Diagnostic[]
}

/** What became of reading the configuration. */
export type ServerConfigRead =
  | ({ readonly kind: 'ok' } & EffectiveConfig)
  | { readonly kind: 'invalid'; readonly diagnostics: readonly Diagnostic[] }

/** The configuration, which may change while Lanista runs. */
export interface ConfigSource {
  /** Never throws for what is in the file, or for its absence. */
  read(): Promise<ServerConfigRead>
  /** Calls back whenever the file may say something new, until the signal aborts. Resolves once it watches. */
  watch(onChange: () => void, signal: AbortSignal): Promise<void>
}
