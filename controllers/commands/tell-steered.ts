import type { Steered } from '../../model/api/steering.ts'
import { printable } from '../../model/printable.ts'
import type { SeeingTerminal } from './seeing-terminal.ts'

/** Tells what became of what a person asked for. @returns the exit status: 0, or 1 when it was not done */
export function tellSteered({ done, message }: Steered, { print, warn }: SeeingTerminal): number {
  const text = printable(message, 4096)
  if (done) print(text)
  else warn(text)
  return done ? 0 : 1
}
