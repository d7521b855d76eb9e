import type { JSX } from 'preact'
import type { RangeView } from '../../model/api/range-view.ts'
import { asking } from './action-dialog.tsx'
import { waitsForApproval } from './approvals.ts'
import { ApproveCommit } from './banners.tsx'
import { ChangeList } from './change-list.tsx'
import { EventList, eventsOf } from './event-list.tsx'
import { LabPicture } from './lab-picture.tsx'
import { Ago, In, Since, State } from './marks.tsx'
import { Message } from './message.tsx'
import { phaseWords } from './phase-bar.tsx'
import { route } from './place.ts'
import { Revisions } from './revisions.tsx'
import { hrefOf, rangeHref } from './route.ts'
import { CONDITION_STATES, isCarriedOut, isInTheWay, NETWORK_STATES, RANGE_STATES, STANDINGS } from './states.ts'
import { controller, events, isSynced, nodes, ranges } from './store.ts'
import { token } from './token.ts'
import { VmPanel } from './vm-panel.tsx'
import { count, momentWords } from './words.ts'

/** So many events stand on the page of a range; the timeline has them all. */
const EVENTS_SHOWN = 12

/** One range, whole. */
export function RangePage({ name }: { readonly name: string }): JSX.Element {
  const range = ranges.value.get(name)
  if (range === undefined)
    return (
      <div class="empty">
        <h1 tabIndex={-1}>{isSynced.value ? `There is no range ${name}` : 'Loading …'}</h1>
        <p>
          {isSynced.value && 'It may be gone, or spelled in another way. '}
          <a href="#/ranges">All ranges</a>
        </p>
      </div>
    )
  const chosen = route.value.vm
  const vm = range.vms.find((each) => each.name === chosen)
  return (
    <>
      <Head range={range} />
      <section aria-labelledby="lab-title">
        <h2 id="lab-title">
          The lab <span class="what">{phaseWords(range.vms)}</span>
        </h2>
        <LabPicture range={range} chosen={chosen} />
        <div aria-live="polite">{vm !== undefined && <VmPanel key={vm.name} vm={vm} />}</div>
      </section>
      <div class="columns">
        <Diagnostics range={range} />
        <Conditions range={range} />
        <Plan range={range} />
        <Drift range={range} />
        <Revisions range={range} />
        <Networks range={range} />
        <section class="block" aria-labelledby="events-title">
          <h2 id="events-title">What happened</h2>
          <EventList events={eventsOf(events.value, name).slice(0, EVENTS_SHOWN)} hasRange={false} />
          <p>
            <a href={hrefOf({ view: 'events', filter: { range: name } })}>All events of {name}</a>
          </p>
        </section>
      </div>
    </>
  )
}

function Head({ range }: { readonly range: RangeView }): JSX.Element {
  const shown = RANGE_STATES[range.state]
  const { work, suspended } = range
  return (
    <section class={`head ${shown.mark}`} aria-labelledby="range-title">
      <p class="crumbs">
        <a href="#/ranges">Ranges</a> ›
      </p>
      <div class="title">
        <h1 id="range-title" tabIndex={-1}>
          {range.name}
        </h1>
        <State shown={shown} big />
        <p class="meta">
          <Since at={range.since} />
          {range.number !== undefined && <> · range {range.number}</>}
          {range.network !== undefined && <> · network {range.network}</>} · <span class="path">{range.source}</span>
        </p>
        <Actions range={range} />
      </div>
      <div class="why">
        <Message text={range.message} hasRemedy={isInTheWay(range)} />
        {suspended !== undefined && <Suspension suspended={suspended} />}
        {work !== undefined && work.standing !== 'waiting' && (
          <p class="standing">
            Lanista {STANDINGS[work.standing]}
            {work.nextTry !== undefined && work.standing !== 'reconciling' && (
              <>
                {' '}
                <In at={work.nextTry} />
              </>
            )}
            {work.failures > 0 && <>, after {work.failures === 1 ? 'one try' : `${work.failures} tries`} that failed</>}
            {work.error !== undefined && !range.message.includes(work.error) && <>: {work.error}</>}
          </p>
        )}
      </div>
    </section>
  )
}

/** By whom, since when and until when; the message has the reason. */
function Suspension({ suspended }: { readonly suspended: NonNullable<RangeView['suspended']> }): JSX.Element {
  const { by, who, until, at } = suspended
  return (
    <p class="standing">
      By {who ?? (by === 'file' ? 'its file' : 'a person')}
      {at !== undefined && (
        <>
          , <Ago at={at} />
        </>
      )}
      {until !== undefined && <>, until {momentWords(until)}</>}
      {by === 'file' && '. To resume it, take ludus_extensions.lanista.suspend out of the file.'}
    </p>
  )
}

/** For who has a token alone; a range that its file suspends is resumed there. */
function Actions({ range }: { readonly range: RangeView }): JSX.Element | null {
  if (token.value === undefined) return null
  const { name, suspended } = range
  // An approval is for all ranges that wait together.
  const waiting = controller.value?.waiting
  return (
    <p class="buttons">
      {waitsForApproval(range) && waiting !== undefined && (
        <button type="button" class="danger" onClick={() => (asking.value = { what: 'approve-ranges', waiting })}>
          Approve that it goes …
        </button>
      )}
      <button type="button" onClick={() => (asking.value = { what: 'reconcile', range: name })}>
        Reconcile …
      </button>
      {suspended === undefined && (
        <button type="button" onClick={() => (asking.value = { what: 'suspend', range: name })}>
          Suspend …
        </button>
      )}
      {suspended?.by === 'person' && (
        <button type="button" onClick={() => (asking.value = { what: 'resume', range: name })}>
          Resume …
        </button>
      )}
    </p>
  )
}

function Diagnostics({ range: { diagnostics } }: { readonly range: RangeView }): JSX.Element | null {
  if (diagnostics.length === 0) return null
  return (
    <section class="block wide" aria-labelledby="diagnostics-title">
      <h2 id="diagnostics-title">What is wrong in its file</h2>
      <ul class="list">
        {diagnostics.map(({ file, line, column, finding, remedy }) => (
          <li key={`${file}:${line}:${column}:${finding}`}>
            <p class="path">{[file, line, column].filter((part) => part !== undefined).join(':')}</p>
            <p class="finding">{finding}</p>
            <p class="remedy">{remedy}</p>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Conditions({ range: { conditions, message: whole } }: { readonly range: RangeView }): JSX.Element {
  return (
    <section class="block" aria-labelledby="conditions-title">
      <h2 id="conditions-title">Conditions</h2>
      <ul class="list conditions">
        {conditions.map(({ type, status, reason, message, lastTransitionTime }) => (
          <li key={type}>
            <p class="line">
              <State shown={{ ...CONDITION_STATES[status], word: type }} />
              <span class="meta">
                {status === 'True' ? '' : `${status}, `}
                {reason} <Since at={lastTransitionTime} />
              </span>
            </p>
            {status !== 'True' && message === whole ? (
              <p class="finding">as said at the top</p>
            ) : (
              <Message text={message} hasRemedy={status === 'False' && reason !== 'Progressing'} />
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Plan({ range }: { readonly range: RangeView }): JSX.Element {
  const { plan, revisions } = range
  return (
    <section class="block" aria-labelledby="plan-title">
      <h2 id="plan-title">Plan</h2>
      {revisions?.held !== undefined && (
        <>
          <p class="finding">{revisions.held.message}</p>
          <ApproveCommit text={revisions.held.message} />
        </>
      )}
      {plan === undefined ? (
        <p class="meta">No plan has been made of it yet.</p>
      ) : (
        <>
          {isCarriedOut(range) ? (
            <p>Nothing to change by now.</p>
          ) : (
            <>
              <p class="meta">
                Made <Ago at={plan.at} />
              </p>
              {plan.changes.length === 0 ? <p>Nothing to change.</p> : <ChangeList changes={plan.changes} />}
            </>
          )}
          {isCarriedOut(range) && plan.changes.length > 0 && (
            <details>
              <summary>
                What was planned last, <Ago at={plan.at} />: {count(plan.changes.length, 'change')}
              </summary>
              <ChangeList changes={plan.changes} />
            </details>
          )}
        </>
      )}
    </section>
  )
}

/** What is not as the file says although it works: of VMs, and of what conditions say in passing. */
function Drift({ range }: { readonly range: RangeView }): JSX.Element | null {
  const drifted = range.vms.filter(({ remark, reason }) => remark !== undefined || reason === 'VmDrift')
  if (drifted.length === 0) return null
  return (
    <section class="block" aria-labelledby="drift-title">
      <h2 id="drift-title">Drift</h2>
      <ul class="list">
        {drifted.map((vm) => (
          <li key={vm.name}>
            <p>
              <a href={rangeHref(range.name, vm.name)}>{vm.name}</a>
            </p>
            <Message text={vm.remark ?? vm.trouble ?? ''} hasRemedy />
          </li>
        ))}
      </ul>
    </section>
  )
}

function Networks({ range: { network, networks } }: { readonly range: RangeView }): JSX.Element | null {
  if (networks.length === 0) return null
  const odd = networks.filter(({ state }) => state !== 'available')
  return (
    <section class="block" aria-labelledby="networks-title">
      <h2 id="networks-title">Network {network}</h2>
      {odd.length === 0 && (
        <p>
          <State shown={{ ...NETWORK_STATES.available, word: `in force on all ${networks.length} nodes` }} />
        </p>
      )}
      <ul class="list">
        {odd.map(({ node, state, message }) => (
          <li key={node}>
            <p class="line">
              <State shown={{ ...NETWORK_STATES[state], word: `${node}: ${NETWORK_STATES[state].word}` }} />
            </p>
            {message !== '' && <p>{message}</p>}
          </li>
        ))}
      </ul>
      {odd.length > 0 && odd.length < networks.length && <p>In force on the other {networks.length - odd.length}.</p>}
      <p class="meta">
        {nodes.value.size > 0 && <a href={hrefOf({ view: 'networks', filter: { q: network ?? '' } })}>In the matrix</a>}
      </p>
    </section>
  )
}
