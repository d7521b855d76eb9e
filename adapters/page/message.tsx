import type { JSX } from 'preact'
import { findingAndRemedy } from './states.ts'

/**
 * A message: its finding, and on a line of its own what to do. All of it is text.
 *
 * @param hasRemedy whether it tells of something in the way, and so ends in what to do about it
 */
export function Message({
  text,
  hasRemedy = false,
}: {
  readonly text: string
  readonly hasRemedy?: boolean
}): JSX.Element {
  const [finding, remedy] = hasRemedy ? findingAndRemedy(text) : [text, undefined]
  return (
    <>
      <p class="finding">{finding}</p>
      {remedy !== undefined && <p class="remedy">{remedy}</p>}
    </>
  )
}
