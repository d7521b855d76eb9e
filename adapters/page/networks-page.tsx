import type { JSX } from 'preact'
import type { NetworkView } from '../../model/api/cluster-views.ts'
import { feedNameOf } from '../../model/api/feed-name.ts'
import { drawnOnce, useGrowing } from './growing.ts'
import { State } from './marks.tsx'
import { filterBy } from './place.ts'
import { hrefOf, rangeHref } from './route.ts'
import { hasWords } from './search.ts'
import { type Mark, NETWORK_STATES } from './states.ts'
import { isSynced, networks, nodes } from './store.ts'
import { count } from './words.ts'

const STEP = 12

const isWhole = ({ nodes: states }: NetworkView): boolean => states.every(({ state }) => state === 'available')

/** Which network is in force on which node. */
export function NetworksPage(): JSX.Element {
  const searched = filterBy('q')
  const all = [...networks.value.values()].toSorted(byWholeness)
  const shown = all.filter((network) => searched === '' || hasWords(textOf(network), searched))
  const many = useGrowing(shown.length, STEP, searched)
  const columns = columnsOf(all)
  const broken = all.filter((network) => !isWhole(network)).length
  return (
    <>
      <div class="title">
        <h1 tabIndex={-1}>{headline(all.length, broken, columns.length)}</h1>
      </div>
      {all.length > 0 && (
        <ul class="legend" aria-label="What symbols mean">
          {Object.values(NETWORK_STATES).map((shown) => (
            <li key={shown.word}>
              <State shown={shown} />
            </li>
          ))}
        </ul>
      )}
      {all.length === 0 ? (
        <p class="empty">{isSynced.value ? 'No range has a network yet.' : 'Loading …'}</p>
      ) : (
        <div class="matrix" role="region" aria-label="Networks by node" tabIndex={0}>
          <div
            role="table"
            aria-label="Networks by node"
            aria-rowcount={shown.length + 1}
            style={{ '--column': `${columnWidth(columns)}rem` }}
          >
            <div role="row" class="row names">
              <span role="columnheader" class="network">
                Network
              </span>
              <span role="columnheader" class="sum">
                In force
              </span>
              {columns.map((node) => (
                <span key={node} role="columnheader" class="node-name" title={node}>
                  <a href={hrefOf({ view: 'nodes', name: node })}>{node}</a>
                </span>
              ))}
            </div>
            {shown.slice(0, many).map(drawWith(columns))}
          </div>
        </div>
      )}
    </>
  )
}

let drawn: { readonly of: string; readonly draw: (network: NetworkView) => JSX.Element } | undefined

/** Rows are drawn once for each form of a network, and anew with other columns. */
function drawWith(columns: readonly string[]): (network: NetworkView) => JSX.Element {
  const of = columns.join(' ')
  if (drawn?.of !== of)
    drawn = { of, draw: drawnOnce((network) => <Row key={feedNameOf(network)} network={network} columns={columns} />) }
  return drawn.draw
}

function headline(all: number, broken: number, columns: number): string {
  if (all === 0) return 'Networks'
  return broken === 0
    ? `All ${count(all, 'network')} in force on ${count(columns, 'node')}`
    : `${count(broken, 'network')} not in force everywhere, of ${all}`
}

/** What is not whole first. */
const byWholeness = (one: NetworkView, other: NetworkView): number =>
  Number(isWhole(one)) - Number(isWhole(other)) || one.name.localeCompare(other.name, 'en', { numeric: true })

const textOf = ({ name, range, zone, message, nodes: states }: NetworkView): string =>
  [
    name,
    range,
    zone,
    message,
    ...states.filter(({ state }) => state !== 'available').map(({ state, node }) => `${state} ${node}`),
  ].join(' ')

/** All nodes that any network is told of. */
const columnsOf = (all: readonly NetworkView[]): readonly string[] =>
  [...new Set([...nodes.value.keys(), ...all.flatMap(({ nodes: states }) => states.map(({ node }) => node))])].toSorted(
    (one, other) => one.localeCompare(other, 'en', { numeric: true }),
  )

function Row({
  network,
  columns,
}: {
  readonly network: NetworkView
  readonly columns: readonly string[]
}): JSX.Element {
  const { name, range, zone, tag, pending, message, nodes: states } = network
  const byNode = new Map(states.map((each) => [each.node, each]))
  const good = states.filter(({ state }) => state === 'available').length
  return (
    <div role="row" class="row">
      <span role="rowheader" class="network">
        <span class="name">{range === undefined ? name : <a href={rangeHref(range)}>{range}</a>}</span>
        <span class="meta">
          {range !== undefined && `${name} `}
          {zone !== undefined && `${zone} `}
          {tag !== undefined && `tag ${tag}`}
          {pending !== 'unchanged' && ` · ${pending}, not applied`}
        </span>
        {message !== undefined && <span class="finding">{message}</span>}
      </span>
      <span role="cell" class="sum">
        {good}/{states.length}
      </span>
      {columns.map((node) => (
        <Cell key={node} node={node} state={byNode.get(node)} />
      ))}
    </div>
  )
}

/** As wide as the longest name of a node, within reason. */
const columnWidth = (columns: readonly string[]): number =>
  Math.min(8, Math.max(3.4, ...columns.map((node) => node.length * 0.58 + 0.5)))

type OnNode = NetworkView['nodes'][number]

/** The marks as letters: there are thousands of cells, and a letter each is drawn at once. */
const GLYPHS: Readonly<Record<Mark, string>> = {
  good: '✓',
  work: '↻',
  bad: '✕',
  rest: '‖',
  doubt: '?',
  none: '○',
  warn: '!',
}

const UNTOLD = { word: 'not told', mark: 'none' } as const

function Cell({ node, state }: { readonly node: string; readonly state: OnNode | undefined }): JSX.Element {
  const shown = state === undefined ? UNTOLD : NETWORK_STATES[state.state]
  const title = [`${node}: ${shown.word}`, state?.message].filter(Boolean).join(': ')
  return (
    <span role="cell" class={`cell ${shown.mark}`} title={title} aria-label={title}>
      {GLYPHS[shown.mark]}
    </span>
  )
}
