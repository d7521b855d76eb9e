/** How a log is written. */
export const LOG_FORMATS = ['json', 'human'] as const
export type LogFormat = (typeof LOG_FORMATS)[number]

/** From the most talkative on; each leaves out what is before it. `debug` has every request to Proxmox. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface LogOptions {
  /** Appended to; default: standard error. */
  readonly file?: string | undefined
  /** Default: `json`. */
  readonly format?: LogFormat | undefined
  /** Default: `info`. */
  readonly level?: LogLevel | undefined
  /** For people: how many characters a line has; default: 80. */
  readonly columns?: number | undefined
  /** For people: in colour. */
  readonly colour?: boolean | undefined
}
