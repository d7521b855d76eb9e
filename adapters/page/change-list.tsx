import type { JSX } from 'preact'
import type { RangeView } from '../../model/api/range-view.ts'
import { SIGNS } from './states.ts'

type Changes = NonNullable<RangeView['plan']>['changes']

/** Changes of a plan, each with its sign, what the sign means, and why. */
export function ChangeList({ changes }: { readonly changes: Changes }): JSX.Element {
  return (
    <ul class="changes">
      {changes.map(({ sign, subject, text }) => (
        <li key={`${sign} ${subject} ${text}`} class={SIGNS[sign].mark}>
          <span class="sign" aria-hidden="true">
            {sign}
          </span>
          <div>
            <p>
              <span class="verb">{SIGNS[sign].word}</span> {subject === '' ? text : <strong>{subject}</strong>}
            </p>
            {subject !== '' && <p class="text">{text}</p>}
          </div>
        </li>
      ))}
    </ul>
  )
}
