import { useSignalEffect } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { ActionDialog, asking } from './action-dialog.tsx'
import { Announcer } from './announcer.tsx'
import { Banners } from './banners.tsx'
import { EventsPage } from './events-page.tsx'
import { Symbol } from './marks.tsx'
import { NetworksPage } from './networks-page.tsx'
import { NodesPage } from './nodes-page.tsx'
import { filterBy, route, setFilter } from './place.ts'
import { PlanPage } from './plan-page.tsx'
import { RangePage } from './range-page.tsx'
import { RangesPage } from './ranges-page.tsx'
import { hrefOf, type View } from './route.ts'
import { controller, isSynced, link, stale } from './store.ts'
import { token } from './token.ts'
import { Ago } from './marks.tsx'

const VIEWS: readonly (readonly [View, string])[] = [
  ['ranges', 'Ranges'],
  ['nodes', 'Nodes'],
  ['networks', 'Networks'],
  ['plan', 'Plan'],
  ['events', 'Timeline'],
]

/** The whole page. */
export function Shell(): JSX.Element {
  const { view, name } = route.value
  useFocusOnArrival()
  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault()
          focusMain()
        }}
      >
        Skip to the content
      </a>
      <Header />
      <main id="main" tabIndex={-1} aria-busy={!isSynced.value} class={stale.value === undefined ? '' : 'stale'}>
        <Banners />
        {view === 'ranges' && (name === undefined ? <RangesPage /> : <RangePage key={name} name={name} />)}
        {view === 'nodes' && <NodesPage />}
        {view === 'networks' && <NetworksPage />}
        {view === 'plan' && <PlanPage />}
        {view === 'events' && <EventsPage />}
      </main>
      <Footer />
      <Announcer />
      {asking.value !== undefined && <ActionDialog key={JSON.stringify(asking.value)} asked={asking.value} />}
    </>
  )
}

function Header(): JSX.Element {
  const { view } = route.value
  const cluster = controller.value?.cluster?.name
  return (
    <header>
      <a class="brand" href="#/ranges">
        Lanista{cluster !== undefined && <span class="cluster">{cluster}</span>}
      </a>
      <nav aria-label="Views">
        <ul>
          {VIEWS.map(([each, word]) => (
            <li key={each}>
              <a href={hrefOf({ view: each })} aria-current={view === each ? 'page' : undefined}>
                {word}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <Search />
      <LinkState />
      <button type="button" class="quiet" onClick={() => (asking.value = { what: 'token' })}>
        {token.value === undefined ? 'Sign in to act' : 'Signed in'}
      </button>
    </header>
  )
}

const SEARCHED: Readonly<Record<View, string>> = {
  ranges: 'ranges, VMs, addresses',
  nodes: 'nodes',
  networks: 'networks',
  plan: 'the plan',
  events: 'the timeline',
}

function Search(): JSX.Element {
  const box = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'k' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      box.current?.select()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
  const what = SEARCHED[route.value.view]
  return (
    <search>
      <input
        ref={box}
        type="search"
        aria-label={`Search ${what}`}
        placeholder={`Search ${what}`}
        aria-keyshortcuts="Control+K Meta+K"
        autocomplete="off"
        spellcheck={false}
        value={filterBy('q')}
        onInput={({ currentTarget }) => setFilter('q', currentTarget.value)}
      />
    </search>
  )
}

/** Whether what is shown is so just now. */
function LinkState(): JSX.Element {
  const { state } = link.value
  if (stale.value !== undefined)
    return (
      <p class="link warn">
        <Symbol mark="warn" /> Stale
      </p>
    )
  if (state === 'refused')
    return (
      <p class="link bad">
        <Symbol mark="bad" /> Refused
      </p>
    )
  return (
    <p class={`link ${state === 'live' ? 'good' : 'work'}`}>
      <Symbol mark={state === 'live' ? 'good' : 'work'} /> {state === 'live' ? 'Live' : 'Connecting'}
    </p>
  )
}

function Footer(): JSX.Element {
  const view = controller.value
  return (
    <footer>
      {view === undefined ? (
        <p>Lanista</p>
      ) : (
        <p>
          Lanista {view.version}, started <Ago at={view.startedAt} />
          {view.cluster?.mode !== undefined && ` · ranges on ${view.cluster.mode === 'vnets' ? 'VNets' : 'bridges'}`}
        </p>
      )}
    </footer>
  )
}

function focusMain(): void {
  document.querySelector<HTMLElement>('#main h1')?.focus({ preventScroll: true })
  scrollTo({ top: 0 })
}

/** Who comes to another view by a link is taken to its heading, by keyboard and screen reader as well. */
function useFocusOnArrival(): void {
  const before = useRef<string | undefined>(undefined)
  useSignalEffect(() => {
    const { view, name } = route.value
    const place = `${view}/${name ?? ''}`
    const title = name ?? VIEWS.find(([each]) => each === view)?.[1]
    document.title = `${title} · Lanista`
    if (before.current !== undefined && before.current !== place && document.activeElement?.closest('search') === null)
      setTimeout(focusMain)
    before.current = place
  })
}
