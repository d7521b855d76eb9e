/** Time as an argument. `sleep` rejects with the signal's reason when aborted. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
}
