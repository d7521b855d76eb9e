/**
 * Time as an argument. `sleep` lasts so long or longer, never shorter, by `steady`: whoever wakes before its time would find nothing
 * due, look all the same, and sleep for nothing again. It rejects with the signal's reason when aborted.
 */
export interface Clock {
  /** Epoch milliseconds: the date, which somebody may set to another one at any moment. */
  now(): number
  /** Milliseconds that pass evenly whatever the date is set to, counted on from a date of before. */
  steady(): number
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
}

/** For whoever measures how long: what is due in a minute is so too when the date has just been set back by an hour. */
export const steadyOf = (clock: Clock): Clock => ({ ...clock, now: () => clock.steady() })
