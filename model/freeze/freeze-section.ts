import { z } from 'zod'
import { freezeOn, holds } from './freeze-on.ts'
import { type FreezeWindow, freezeWindow } from './freeze-window.ts'
import { stretchAt } from './window-stretch.ts'

/** `lanista.freeze`: the times in which changes wait. */
export const freezeSection = z
  .array(freezeWindow)
  .max(100)
  .check((context) => {
    const windows = context.value
    if (context.issues.length > 0) return
    const endless = globsOf(windows).find((glob) => isEndless(windows, glob))
    if (endless === undefined) return
    const about = endless === ANY ? 'every range' : `the ranges ${endless}`
    context.issues.push({
      code: 'custom',
      input: undefined,
      message: `the windows take turns, and ${about} would never be free; leave a time between them`,
    })
  })

/** Stands for ranges that no other glob is about. */
const ANY = '*'

/** Globs that stand for all ranges, as far as windows hold them: one of those that the same windows are about. */
function globsOf(windows: readonly FreezeWindow[]): readonly string[] {
  const byWindows = new Map<string, string>()
  for (const glob of [ANY, ...windows.flatMap(({ ranges }) => ranges)]) {
    const holding = windows.flatMap((window, index) => (holds(window, glob) ? [index] : []))
    // One alone was looked at when it was read.
    if (holding.length > 1 && !byWindows.has(holding.join())) byWindows.set(holding.join(), glob)
  }
  return [...byWindows.values()]
}

/** Whether a range is held for ever from the first time on. A glob stands for a range that it is about: what is about more is about it, too. */
function isEndless(windows: readonly FreezeWindow[], glob: string): boolean {
  const begins = windows.flatMap((window) => {
    const { isOpen, until } = stretchAt(window, LOOKED_FROM)
    return isOpen ? [LOOKED_FROM] : (until ?? [])
  })
  return begins.some((at) => {
    const freeze = freezeOn(windows, glob, at)
    return freeze !== undefined && freeze.until === undefined
  })
}

/** A leap year's beginning. */
const LOOKED_FROM = Date.UTC(2024, 0, 1)
