import type { JSX } from 'preact'
import type { RangeState, RangeView, VmView } from '../../model/api/range-view.ts'
import { asking } from './action-dialog.tsx'

import { drawnOnce, useGrowing } from './growing.ts'
import { Since, State, Symbol } from './marks.tsx'
import { Message } from './message.tsx'
import { PhaseBar, phaseWords } from './phase-bar.tsx'
import { filterBy, toggledHref } from './place.ts'
import { rangeHref } from './route.ts'
import { findRange, type RangeHit } from './search.ts'
import { isInTheWay, RANGE_STATES, STATE_NAMES } from './states.ts'
import { controller, isSynced, link, ranges } from './store.ts'
import { token } from './token.ts'
import { count } from './words.ts'

/** What a group of ranges means for who looks. */
const GROUPS: Readonly<Record<RangeState, string>> = {
  NotReady: 'Something is in the way',
  Unknown: 'Nothing is known of them just now',
  Progressing: 'Being worked on',
  Suspended: 'Left alone, as somebody asked',
  Ready: 'As their files ask',
  Absent: 'Gone, as was asked',
}

/** So many ranges are drawn within a frame. */
const STEP = 24

/** All ranges: what needs a person first. */
export function RangesPage(): JSX.Element {
  const all = [...ranges.value.values()]
  const chosen = filterBy('state')
  const searched = filterBy('q')
  const hits = all.flatMap((range) => findRange(range, searched) ?? [])
  const shown = hits.filter(({ range }) => chosen === '' || range.state === chosen)
  if (all.length === 0) return <NoRanges />
  return (
    <>
      <div class="title">
        <h1 tabIndex={-1}>{isSynced.value ? headline(all) : `Loading … ${count(all.length, 'range')} so far`}</h1>
        <Actions />
      </div>
      <ul class="tiles" aria-label="Filter by state">
        {STATE_NAMES.map((state) => {
          const many = all.filter((range) => range.state === state).length
          if (many === 0 && chosen !== state) return null
          return (
            <li key={state}>
              <a
                class={`tile ${RANGE_STATES[state].mark}`}
                href={toggledHref('state', state)}
                aria-current={chosen === state ? 'true' : undefined}
              >
                <span class="number">{many}</span>
                <State shown={RANGE_STATES[state]} />
              </a>
            </li>
          )
        })}
      </ul>
      {(searched !== '' || chosen !== '') && (
        <p class="found" role="status">
          {count(shown.length, 'range')} of {all.length}
          {searched !== '' && <> with “{searched}”</>}
          {chosen !== '' && <> in this state</>}. <a href="#/ranges">Show all</a>
        </p>
      )}
      {STATE_NAMES.map((state) => (
        <Group
          key={state}
          state={state}
          hits={shown.filter(({ range }) => range.state === state)}
          of={`${chosen} ${searched}`}
        />
      ))}
    </>
  )
}

/** The whole of it in one sentence. */
function headline(all: readonly RangeView[]): string {
  const inState = (state: RangeState): number => all.filter((range) => range.state === state).length
  const stuck = inState('NotReady')
  const unknown = inState('Unknown')
  const moving = inState('Progressing')
  if (stuck > 0) return `${count(stuck, 'range')} not ready, of ${all.length}`
  if (unknown > 0) return `Nothing is known of ${count(unknown, 'range')}, of ${all.length}`
  if (moving > 0) return `${count(moving, 'range')} being worked on, of ${all.length}`
  const rest = inState('Suspended')
  const ready = inState('Ready')
  if (rest > 0) return `${ready} of ${count(all.length, 'range')} ready, ${rest} suspended`
  return all.length === 1 ? 'The range is ready' : `All ${all.length} ranges are ready`
}

function Actions(): JSX.Element | null {
  if (token.value === undefined) return null
  const waiting = controller.value?.waiting
  return (
    <p class="buttons">
      {waiting !== undefined && (
        <button type="button" class="danger" onClick={() => (asking.value = { what: 'approve-ranges', waiting })}>
          Approve that {count(waiting.ranges.length, 'range')} {waiting.ranges.length === 1 ? 'goes' : 'go'} …
        </button>
      )}
      <button type="button" onClick={() => (asking.value = { what: 'reconcile', range: undefined })}>
        Reconcile all …
      </button>
    </p>
  )
}

function Group({
  state,
  hits,
  of,
}: {
  readonly state: RangeState
  readonly hits: readonly RangeHit[]
  readonly of: string
}): JSX.Element | null {
  const many = useGrowing(hits.length, STEP, of)
  if (hits.length === 0) return null
  // Those that stand as they should need no sentence.
  const isSmall = state === 'Ready' || state === 'Absent'
  const draw = isSmall ? smallCard : card
  return (
    <section class="group" aria-labelledby={`group-${state}`}>
      <h2 id={`group-${state}`}>
        <State shown={RANGE_STATES[state]} /> <span class="what">{GROUPS[state]}</span>
      </h2>
      <ul class={isSmall ? 'small cards' : 'cards'}>
        {hits.slice(0, many).map(({ range, vms }) => (
          <li key={range.name}>
            {draw(range)}
            <Matches range={range} vms={vms} />
          </li>
        ))}
      </ul>
    </section>
  )
}

const card = drawnOnce((range: RangeView) => <Card range={range} />)
const smallCard = drawnOnce((range: RangeView) => <SmallCard range={range} />)

function Card({ range }: { readonly range: RangeView }): JSX.Element {
  const shown = RANGE_STATES[range.state]
  return (
    <article class={`card ${shown.mark}`}>
      <h3>
        <a href={rangeHref(range.name)}>
          <Symbol mark={shown.mark} />
          {range.name}
        </a>
      </h3>
      <p class="meta">
        {shown.word} <Since at={range.since} /> · <span class="reason">{range.reason}</span>
      </p>
      <div class="why">
        <Message text={range.message} hasRemedy={isInTheWay(range)} />
      </div>
      <div class="machines">
        <PhaseBar vms={range.vms} />
        <p>{phaseWords(range.vms)}</p>
      </div>
    </article>
  )
}

function SmallCard({ range }: { readonly range: RangeView }): JSX.Element {
  const shown = RANGE_STATES[range.state]
  return (
    <article class={`card ${shown.mark}`}>
      <h3>
        <a href={rangeHref(range.name)}>
          <Symbol mark={shown.mark} />
          {range.name}
        </a>
      </h3>
      <p class="meta">
        <Since at={range.since} />
        <span class="hidden"> {shown.word}, </span>
        <span>{phaseWords(range.vms)}</span>
      </p>
      <PhaseBar vms={range.vms} />
    </article>
  )
}

/** VMs that were searched for. */
function Matches({ range, vms }: { readonly range: RangeView; readonly vms: readonly VmView[] }): JSX.Element | null {
  if (vms.length === 0) return null
  return (
    <ul class="matches">
      {vms.slice(0, 4).map((vm) => (
        <li key={vm.name}>
          <a href={rangeHref(range.name, vm.name)}>{vm.name}</a> {vm.address} {vm.node !== undefined && `on ${vm.node}`}
        </li>
      ))}
      {vms.length > 4 && <li>and {vms.length - 4} more</li>}
    </ul>
  )
}

const EXAMPLE = `ludus:
  - vm_name: "{{ range_id }}-dc01"
    hostname: "{{ range_id }}-dc01"
    template: win2022-server-x64-template
    vlan: 10
    ip_last_octet: 11
    ram_gb: 8
    cpus: 4`

/** Nothing is there to show: which is told apart from that nothing is known. */
function NoRanges(): JSX.Element {
  if (!isSynced.value)
    return (
      <div class="empty">
        <h1 tabIndex={-1}>
          {link.value.state === 'connecting' || link.value.state === 'live' ? 'Loading …' : 'Nothing is known yet'}
        </h1>
      </div>
    )
  if (controller.value?.notReady !== undefined)
    return (
      <div class="empty">
        <h1 tabIndex={-1}>Nothing is known of ranges yet</h1>
        <p>Lanista shows them as soon as it is ready; what keeps it from that is said above.</p>
      </div>
    )
  return (
    <div class="empty">
      <h1 tabIndex={-1}>No ranges yet</h1>
      <p>
        Put a Ludus range file into the folder that Lanista watches (<code>lanista.ranges</code> in{' '}
        <code>config.yml</code>): <code>JD.yml</code> becomes range <strong>JD</strong>, and is shown here at once.
      </p>
      <pre>{EXAMPLE}</pre>
      <p>
        <code>lanista validate JD.yml</code> checks a file before that, <code>lanista plan</code> says what it would
        make.
      </p>
    </div>
  )
}
