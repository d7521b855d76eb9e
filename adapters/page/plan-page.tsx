import type { JSX } from 'preact'
import type { RangeView } from '../../model/api/range-view.ts'
import { ApproveCommit } from './banners.tsx'
import { ChangeList } from './change-list.tsx'
import { drawnOnce, useGrowing } from './growing.ts'
import { Ago, State } from './marks.tsx'
import { filterBy } from './place.ts'
import { rangeHref } from './route.ts'
import { hasWords } from './search.ts'
import { isCarriedOut, RANGE_STATES, SIGNS } from './states.ts'
import { isSynced, ranges } from './store.ts'
import { count } from './words.ts'

const STEP = 8
const SIGN_NAMES = ['+', '~', '-', '!', '?'] as const

const hasPlan = (range: RangeView): boolean =>
  ((range.plan?.changes.length ?? 0) > 0 && !isCarriedOut(range)) || range.revisions?.held !== undefined

/** What would change of all ranges, why, and what waits for whom. */
export function PlanPage(): JSX.Element {
  const searched = filterBy('q')
  const all = [...ranges.value.values()].filter(hasPlan).toSorted((one, other) => (one.name < other.name ? -1 : 1))
  const shown = all.filter((range) => searched === '' || hasWords(textOf(range), searched))
  const many = useGrowing(shown.length, STEP, searched)
  const changes = shown.flatMap(({ plan }) => plan?.changes ?? [])
  return (
    <>
      <div class="title">
        <h1 tabIndex={-1}>{all.length === 0 ? 'Nothing to change' : `Changes to ${count(all.length, 'range')}`}</h1>
      </div>
      {all.length === 0 && (
        <p class="empty">
          {isSynced.value
            ? `Of ${count(ranges.value.size, 'range')} each is as its file asks, or is left alone.`
            : 'Loading …'}
        </p>
      )}
      {changes.length > 0 && (
        <ul class="legend" aria-label="What signs mean">
          {SIGN_NAMES.map((sign) => {
            const many = changes.filter((change) => change.sign === sign).length
            return many === 0 ? null : (
              <li key={sign} class={SIGNS[sign].mark}>
                <span class="sign" aria-hidden="true">
                  {sign}
                </span>
                {SIGNS[sign].word}: {many}
              </li>
            )
          })}
        </ul>
      )}
      <ul class="plans">{shown.slice(0, many).map(draw)}</ul>
    </>
  )
}

const draw = drawnOnce((range: RangeView) => <RangePlan key={range.name} range={range} />)

function RangePlan({ range }: { readonly range: RangeView }): JSX.Element {
  const { name, state, plan, revisions } = range
  return (
    <li>
      <h2>
        <a href={rangeHref(name)}>{name}</a> <State shown={RANGE_STATES[state]} />
        {plan !== undefined && (
          <span class="meta">
            planned <Ago at={plan.at} />
          </span>
        )}
      </h2>
      {revisions?.held !== undefined && (
        <>
          <p class="finding">{revisions.held.message}</p>
          <ApproveCommit text={revisions.held.message} />
        </>
      )}
      {!isCarriedOut(range) && <ChangeList changes={plan?.changes ?? []} />}
    </li>
  )
}

const textOf = ({ name, plan, revisions }: RangeView): string =>
  [name, revisions?.held?.message, ...(plan?.changes ?? []).map(({ subject, text }) => `${subject} ${text}`)].join(' ')
