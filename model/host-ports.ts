import type { HostSeen } from './host-seen.ts'

/** The host's own network, files and programs. What fails throws `HostError`. */
export interface HostSystem {
  /** @param units the services to tell of */
  look(units: readonly string[]): Promise<HostSeen>
  /** A file's text, in which each character stands for one byte; undefined when it does not exist. */
  readFile(path: string): Promise<string | undefined>
  /** Names in a folder, sorted; empty when it does not exist. */
  list(folder: string): Promise<readonly string[]>
  /** Replaces a file in one go, keeping its owner and mode, and only if it still has the text that it is to be replaced for. */
  replaceFile(path: string, from: string, to: string): Promise<void>
  /** Runs a command to its end, or to its time limit, with all that it has started. */
  run(command: readonly string[]): Promise<void>
}

/** Something of the host could not be read or done. The message has subject and finding. */
export class HostError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'HostError'
  }
}

/** Asks whether any host of Proxmox' API answers, whatever it says: undefined, or why none was reached. Takes seconds at most. */
export type ApiProbe = () => Promise<string | undefined>

/** The process of its own that does the changes and puts them back unless they are confirmed. */
export interface HostWorker {
  readonly pid: number
  /** Resolves when it has ended, however. */
  readonly ended: Promise<void>
}
