import { useSignalEffect } from '@preact/signals'
import type { JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'
import type { RangeState } from '../../model/api/range-view.ts'
import { RANGE_STATES } from './states.ts'
import { isSynced, ranges, stale } from './store.ts'

/** More changes at once are counted rather than read out. */
const MOST_NAMED = 3

/** So long what was said is left to be heard: what happens meanwhile is said together. In milliseconds. */
const PAUSE = 5000

/** Says aloud to screen readers which ranges have come to another state, and that what is shown is old. */
export function Announcer(): JSX.Element {
  const [said, say] = useState('')
  const before = useRef<ReadonlyMap<string, RangeState> | undefined>(undefined)
  /** When the next may be said; undefined while nothing was said just now. */
  const pause = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const tell = (): void => {
    pause.current = undefined
    const states = new Map([...ranges.peek().values()].map(({ name, state }) => [name, state]))
    const changed = [...states].filter(([name, state]) => before.current?.get(name) !== state)
    const isFirst = before.current === undefined
    before.current = states
    if (isFirst || changed.length === 0) return
    say(
      changed.length > MOST_NAMED
        ? `${changed.length} ranges have changed`
        : changed.map(([name, state]) => `Range ${name}: ${RANGE_STATES[state].word}`).join('. '),
    )
    pause.current = setTimeout(tell, PAUSE)
  }
  useSignalEffect(() => {
    if (isSynced.value && ranges.value !== undefined && pause.current === undefined) tell()
  })
  return (
    <p class="hidden" role="status">
      {stale.value === undefined ? said : 'No word from Lanista: what is shown is old'}
    </p>
  )
}
