import type { Clock } from '../../model/clock.ts'

/** How far the clocks of API hosts are from this machine's, by the `Date` of their answers (AnyEvent.pm of pve-http-server sets it). */
export interface ClockLooks {
  /** A host has answered just now. @param date by its clock, in epoch milliseconds: a whole second, rounded down */
  saw(host: string, date: number | undefined): void
  /** In seconds, half a second more or less; undefined while it has told nothing. */
  aheadOf(host: string): number | undefined
}

/** @param clock the machine's, which may be set: its steps are what is looked for */
export function createClockLooks(clock: Pick<Clock, 'now'>): ClockLooks {
  const ahead = new Map<string, number>()
  return {
    saw: (host, date) => {
      // On average a second that is rounded down is half a second more.
      if (date !== undefined) ahead.set(host, (date + 500 - clock.now()) / 1000)
    },
    aheadOf: (host) => ahead.get(host),
  }
}
