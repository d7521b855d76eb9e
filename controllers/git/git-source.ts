import type { GitStatus } from '../../model/accepted-commit.ts'

/** The repository of range files while this process runs. */
export interface GitSource {
  status(): GitStatus
  /** Calls back after each time that the server was asked. */
  onStatus(listener: () => void): void
  /** Which commit is read by who only looks, as a sentence without its end. Throws `UserError` when none is in force. */
  inForce(): Promise<string>
  /** Puts in force what an earlier life accepted; where that is nothing, asks the server, and waits a moment for it. Never rejects. */
  begin(signal: AbortSignal): Promise<void>
  /** Asks the server once. */
  once(signal: AbortSignal): Promise<void>
  /** Asks the server at intervals until the signal aborts. */
  run(signal: AbortSignal): Promise<void>
  /** Something may be new on the server. */
  hint(): void
}
