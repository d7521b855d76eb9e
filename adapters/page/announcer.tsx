import { useSignalEffect } from '@preact/signals'
import type { JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'
import type { RangeState } from '../../model/api/range-view.ts'
import { RANGE_STATES } from './states.ts'
import { isSynced, ranges, stale } from './store.ts'

/** More changes at once are counted rather than read out. */
const MOST_NAMED = 3

/** Says aloud to screen readers which ranges have come to another state, and that what is shown is old. */
export function Announcer(): JSX.Element {
  const [said, say] = useState('')
  const before = useRef<ReadonlyMap<string, RangeState> | undefined>(undefined)
  useSignalEffect(() => {
    if (!isSynced.value) return
    const states = new Map([...ranges.value.values()].map(({ name, state }) => [name, state]))
    const changed = [...states].filter(([name, state]) => before.current?.get(name) !== state)
    if (before.current !== undefined && changed.length > 0)
      say(
        changed.length > MOST_NAMED
          ? `${changed.length} ranges have changed`
          : changed.map(([name, state]) => `Range ${name}: ${RANGE_STATES[state].word}`).join('. '),
      )
    before.current = states
  })
  return (
    <p class="hidden" role="status">
      {stale.value === undefined ? said : 'No word from Lanista: what is shown is old'}
    </p>
  )
}
