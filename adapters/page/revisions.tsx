import type { JSX } from 'preact'
import type { RangeView } from '../../model/api/range-view.ts'
import { Ago, State } from './marks.tsx'
import type { Shown } from './states.ts'
import { shortId } from './words.ts'

type Revision = NonNullable<RangeView['revisions']>['seen']

/** How far a range has followed its file: what was seen, what is acted on, what is reached. */
export function Revisions({ range: { revisions } }: { readonly range: RangeView }): JSX.Element | null {
  if (revisions === undefined) return null
  const { seen, actedOn, reached, held } = revisions
  const steps: readonly (readonly [string, Revision | undefined])[] = [
    ['Seen', seen],
    ['Acted on', actedOn],
    ['Reached', reached],
  ]
  return (
    <section class="block" aria-labelledby="revisions-title">
      <h2 id="revisions-title">Its file</h2>
      <ol class="revisions">
        {steps.map(([step, revision]) => (
          <li key={step}>
            <p class="line">
              <State shown={shownOf(step, revision?.digest === seen.digest)} />
              <span class="path">
                {revision === undefined ? 'nothing yet' : shortId(revision.commit?.id ?? revision.digest)}
              </span>
            </p>
            {revision?.commit !== undefined && (
              <p class="commit">
                {revision.commit.subject}
                <span class="meta">
                  {' '}
                  {revision.commit.author}, <Ago at={revision.commit.at} />
                  {revision.orEarlier === true && ', or an earlier commit'}
                </span>
              </p>
            )}
          </li>
        ))}
      </ol>
      {held !== undefined && <p class="finding">{held.reason}: what is seen is not acted on yet</p>}
    </section>
  )
}

const shownOf = (step: string, isNewest: boolean): Shown => ({ word: step, mark: isNewest ? 'good' : 'doubt' })
