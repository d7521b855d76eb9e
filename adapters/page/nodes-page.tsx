import type { JSX } from 'preact'
import type { NodeView } from '../../model/api/cluster-views.ts'
import { hasFigures } from '../../model/api/node-figures.ts'
import { drawnOnce, useGrowing } from './growing.ts'
import { Ago, Since, State } from './marks.tsx'
import { MemoryBar } from './memory-bar.tsx'
import { NodeVms } from './node-vms.tsx'
import { filterBy, route } from './place.ts'
import { hrefOf } from './route.ts'
import { hasWords } from './search.ts'
import { NODE_STATES } from './states.ts'
import { isSynced, nodes } from './store.ts'
import { byteWords, count } from './words.ts'

const STEP = 8

/** All nodes, or the one whose VMs are looked at. */
export function NodesPage(): JSX.Element {
  const { name } = route.value
  const searched = filterBy('q')
  const all = [...nodes.value.values()].toSorted((one, other) =>
    one.name.localeCompare(other.name, 'en', { numeric: true }),
  )
  const chosen = all.find((node) => node.name === name)
  const shown =
    chosen === undefined ? all.filter((node) => searched === '' || hasWords(textOf(node), searched)) : [chosen]
  const many = useGrowing(shown.length, STEP, `${searched} ${name ?? ''}`)
  const online = all.filter(({ state }) => state === 'Online').length
  return (
    <>
      {chosen !== undefined && (
        <p class="crumbs">
          <a href="#/nodes">Nodes</a> ›
        </p>
      )}
      <div class="title">
        <h1 tabIndex={-1}>{chosen?.name ?? headline(all.length, online)}</h1>
      </div>
      {name !== undefined && chosen === undefined && isSynced.value && (
        <p class="empty">
          There is no node {name}. <a href="#/nodes">All nodes</a>
        </p>
      )}
      <p class="legend memory">
        <span class="used">used</span>
        <span class="promised">promised to VMs, not used yet</span>
        <span class="free">free</span>
      </p>
      <ul class="nodes">
        {(name !== undefined && chosen === undefined ? [] : shown.slice(0, many)).map(
          chosen === undefined ? draw : drawAlone,
        )}
      </ul>
      {chosen !== undefined && <NodeVms node={chosen} />}
    </>
  )
}

const isNearlyFull = ({ usedBytes, totalBytes }: NodeView['storages'][number]): boolean =>
  totalBytes > 0 && usedBytes > totalBytes * 0.9

function headline(all: number, online: number): string {
  if (all === 0) return isSynced.value ? 'No node is known yet' : 'Loading …'
  return online === all ? `All ${count(all, 'node')} online` : `${online} of ${count(all, 'node')} online`
}

/** How full a storage is, as its node tells. */
const Fill = ({ storage }: { readonly storage: NodeView['storages'][number] }): JSX.Element => (
  <>
    <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
      <rect
        class={isNearlyFull(storage) ? 'bad' : 'used'}
        width={storage.totalBytes === 0 ? 0 : (100 * storage.usedBytes) / storage.totalBytes}
        height="1"
      />
    </svg>
    <span class="meta">
      {storage.active
        ? `${byteWords(storage.totalBytes - storage.usedBytes)} free of ${byteWords(storage.totalBytes)}${isNearlyFull(storage) ? ', nearly full' : ''}`
        : 'not active'}
    </span>
  </>
)

const textOf = ({ name, address, state, vms }: NodeView): string =>
  [name, address, state, ...vms.map((vm) => vm.name)].join(' ')

const draw = drawnOnce((node: NodeView) => <Node key={node.name} node={node} isAlone={false} />)
const drawAlone = drawnOnce((node: NodeView) => <Node key={node.name} node={node} isAlone />)

/** @param isAlone whether its name stands above it already */
function Node({ node, isAlone }: { readonly node: NodeView; readonly isAlone: boolean }): JSX.Element {
  const { name, state, since, address, cores, cpuLoad, vms, storages, reload } = node
  const isKnown = hasFigures(node)
  return (
    <li class={`node ${NODE_STATES[state].mark}`}>
      <div class="title">
        {!isAlone && (
          <h2>
            <a href={hrefOf({ view: 'nodes', name })}>{name}</a>
          </h2>
        )}
        <State shown={NODE_STATES[state]} />
        <p class="meta">
          <Since at={since} />
          {address !== undefined && <span class="address"> {address}</span>}
        </p>
      </div>
      <MemoryBar node={node} />
      <p class="meta">
        {count(vms.length, 'VM')}
        {isKnown && ` · ${Math.round(cpuLoad * 100)} % of ${count(cores, 'core')}`}
      </p>
      {reload?.failure !== undefined && (
        <p class="finding bad">
          The reload of its network <Ago at={reload.at} /> failed: {reload.failure}
        </p>
      )}
      <ul class="storages" aria-label={`Storages of ${name}`}>
        {storages.map((storage) => (
          <li key={storage.name} class={storage.active || !isKnown ? '' : 'bad'}>
            <span>
              {storage.name}
              {storage.shared && <span class="meta"> shared</span>}
            </span>
            {isKnown ? <Fill storage={storage} /> : <span class="meta">not known just now</span>}
          </li>
        ))}
      </ul>
    </li>
  )
}
