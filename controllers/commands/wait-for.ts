import type { LanistaApi } from '../../model/api/lanista-api.ts'
import type { RangeView } from '../../model/api/range-view.ts'
import { printable } from '../../model/printable.ts'
import { FollowedViews } from '../seeing/followed-views.ts'
import { type Goal, goalText, type Standing, standingTowards } from '../seeing/goal.ts'
import { toldRange } from '../seeing/signs.ts'
import { ageText } from '../terminal/age-text.ts'
import { type Cell, tableLine, widthsOf } from '../terminal/fitted-table.ts'
import { type LiveView, liveView } from '../terminal/live-view.ts'
import type { SeeingTerminal } from './seeing-terminal.ts'

/** What is waited for, and how long. */
export interface Waiting {
  /** Undefined: all that there are when the wait begins. */
  readonly ranges: readonly string[] | undefined
  readonly goal: Goal
  readonly timeoutMs: number
  /** Whether what is told of a range is of after what was asked for. Default: all is. */
  readonly isOfNow?: (range: RangeView) => boolean
}

/**
 * So long what stands in the way may be what has just been mended, and a range one that is just about to show. In milliseconds: a changed
 * file is seen within 100 ms, and planned in a second.
 */
const GRACE_MS = 10_000
/** So long after its time a wait that has heard nothing yet waits for the first word: who says `--timeout 0s` asks how it is just now. */
const FIRST_WORD_MS = 5000

/**
 * Waits until ranges are where they should be, with a line for each that is drawn again on a terminal, and one line a change elsewhere.
 *
 * @returns the exit status: 0, or 1 when time is up, or one can't get there by itself
 */
export async function waitFor(
  waiting: Waiting,
  api: LanistaApi,
  terminal: SeeingTerminal,
  signal: AbortSignal,
): Promise<number> {
  const { clock, warn } = terminal
  const over = new AbortController()
  const until = AbortSignal.any([signal, over.signal])
  const wait = new Wait(waiting, terminal, () => over.abort(new Error('the wait is over')))
  const after = (milliseconds: number, act: () => void): void =>
    void clock.sleep(milliseconds, until).then(act, () => undefined)
  after(waiting.timeoutMs, () => {
    wait.timeIsUp()
    after(FIRST_WORD_MS, () => wait.nothingWasHeard())
  })
  try {
    for await (const change of api.watch(until)) if (wait.hear(change)) after(GRACE_MS, () => wait.graceIsOver())
  } catch (error) {
    if (!until.aborted) throw error
  } finally {
    over.abort()
    wait.end()
  }
  if (signal.aborted) warn('the wait was broken off')
  return wait.isReached && !signal.aborted ? 0 : 1
}

class Wait {
  readonly #waiting: Waiting
  readonly #terminal: SeeingTerminal
  readonly #end: () => void
  readonly #views = new FollowedViews('ranges')
  readonly #view: LiveView | undefined
  readonly #began: number
  /** What was last told of each range. */
  readonly #told = new Map<string, string>()
  #names: readonly string[] | undefined
  #isGraceOver = false
  #isTimeUp = false
  #isOver = false
  isReached = false

  constructor(waiting: Waiting, terminal: SeeingTerminal, end: () => void) {
    this.#waiting = waiting
    this.#terminal = terminal
    this.#end = end
    this.#began = terminal.clock.now()
    this.#view = terminal.screen === undefined ? undefined : liveView(terminal.screen)
  }

  /** @returns whether this was the first time that all is known */
  hear(change: Parameters<FollowedViews<'ranges'>['hear']>[0]): boolean {
    const { synced } = this.#views.hear(change)
    if (!synced) return false
    const isFirst = this.#names === undefined
    this.#names ??= this.#waiting.ranges ?? this.#views.all().map(({ name }) => name)
    this.#look()
    if (this.#isTimeUp) this.timeIsUp()
    return isFirst
  }

  graceIsOver(): void {
    this.#isGraceOver = true
    this.#look()
  }

  /** The end, if it is known how the ranges are; else as soon as it is. */
  timeIsUp(): void {
    this.#isTimeUp = true
    if (this.#isOver || this.#names === undefined) return
    const { timeoutMs } = this.#waiting
    for (const [name, standing] of this.#standings())
      if (standing.kind !== 'reached')
        this.#complain(name, standing, `not ${goalText(this.#waiting.goal)} within ${ageText(timeoutMs)}`)
    this.#finish(false)
  }

  /** Lanista has never said how the ranges are, and the time was up a while ago. */
  nothingWasHeard(): void {
    if (this.#isOver || this.#names !== undefined) return
    const { timeoutMs, ranges = [], goal } = this.#waiting
    const finding = `not ${goalText(goal)} within ${ageText(timeoutMs)}: Lanista answers, and does not say how it is; look at its log`
    if (ranges.length === 0) this.#terminal.warn(`wait: ${finding}`)
    for (const name of ranges) this.#terminal.warn(`range ${printable(name)}: ${finding}`)
    this.#finish(false)
  }

  end(): void {
    this.#view?.end()
  }

  #standings(): readonly (readonly [string, Standing])[] {
    const { goal, isOfNow = () => true } = this.#waiting
    const ranges = new Map(this.#views.all().map((range) => [range.name, range]))
    return (this.#names ?? []).map((name) => {
      const range = ranges.get(name)
      const standing = standingTowards(goal, range)
      const isOld = range !== undefined && !this.#isGraceOver && !isOfNow(range)
      if (standing.kind === 'reached' && isOld) return [name, { kind: 'under way', text: 'about to be looked at' }]
      return [name, standing.kind === 'stuck' && !this.#isGraceOver ? { ...standing, kind: 'under way' } : standing]
    })
  }

  #look(): void {
    if (this.#isOver || this.#names === undefined) return
    const standings = this.#standings()
    this.#tell(standings)
    const stuck = standings.filter(([, { kind }]) => kind === 'stuck')
    for (const [name, standing] of stuck)
      this.#complain(name, standing, `it can't become ${goalText(this.#waiting.goal)} by itself`)
    if (stuck.length > 0) this.#finish(false)
    else if (standings.every(([, { kind }]) => kind === 'reached')) this.#finish(true)
  }

  #tell(standings: readonly (readonly [string, Standing])[]): void {
    const { paint, width, print, clock, screen } = this.#terminal
    const ranges = new Map(this.#views.all().map((range) => [range.name, range]))
    if (this.#view !== undefined) {
      const left = standings.filter(([, { kind }]) => kind !== 'reached')
      const isTooHigh = standings.length > (screen?.rows ?? 24) - 2
      const rows = (isTooHigh ? left : standings).map(([name, standing]): readonly Cell[] => {
        const range = ranges.get(name)
        const { text, style } = range === undefined ? { text: '·', style: 'dim' as const } : toldRange(range.state)
        const rest = standing.text.replace(new RegExp(`^${range?.state ?? ''}(: )?`), '')
        return [{ text: name }, { text, style }, { text: rest }]
      })
      const columns = [{ title: '' }, { title: '' }, { title: '' }]
      const widths = widthsOf(columns, rows, width)
      const lines = rows.map((row) => tableLine(columns, row, widths, paint))
      const sum = `${standings.length - left.length} of ${standings.length} ranges are ${goalText(this.#waiting.goal)}`
      this.#view.draw([...lines, ...(isTooHigh ? [sum] : [])].join('\n'))
      return
    }
    for (const [name, { text }] of standings) {
      if (this.#told.get(name) === text) continue
      this.#told.set(name, text)
      print(`${printable(name)}  ${ageText(clock.now() - this.#began)}  ${printable(text, 4096)}`)
    }
  }

  #complain(name: string, { text }: Standing, finding: string): void {
    this.#terminal.warn(
      `range ${printable(name)}: ${finding}: ${printable(text, 4096)}; \`lanista describe range ${printable(name)}\` tells more`,
    )
  }

  #finish(isReached: boolean): void {
    this.#isOver = true
    this.isReached = isReached
    this.#end()
  }
}
