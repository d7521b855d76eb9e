import type { JSX } from 'preact'
import type { NodeView } from '../../model/api/cluster-views.ts'
import { hasFigures } from '../../model/api/node-figures.ts'
import { useGrowing } from './growing.ts'
import { State } from './marks.tsx'
import { rangeHref } from './route.ts'
import type { Shown } from './states.ts'
import { byteWords } from './words.ts'

const STEP = 40

/** @param isKnown the node tells how it is: else nobody knows which of its VMs run */
function standingOf({ running }: NodeView['vms'][number], isKnown: boolean): Shown {
  if (!isKnown) return { word: 'unknown', mark: 'doubt' }
  return running ? { word: 'running', mark: 'good' } : { word: 'not running', mark: 'rest' }
}

/** The VMs of a node, the largest first, each with its reason for being there. */
export function NodeVms({ node }: { readonly node: NodeView }): JSX.Element {
  const { name, vms } = node
  const isKnown = hasFigures(node)
  const sorted = vms.toSorted((one, other) => other.memoryBytes - one.memoryBytes || (one.name < other.name ? -1 : 1))
  const many = useGrowing(sorted.length, STEP, name)
  return (
    <section aria-labelledby="node-vms">
      <h2 id="node-vms">Its VMs, and why they are here</h2>
      {sorted.length === 0 && <p>None.</p>}
      <ul class="node-vms">
        {sorted.slice(0, many).map((vm) => (
          <li key={vm.vmid}>
            <p class="line">
              {vm.range === undefined ? <span>{vm.name}</span> : <a href={rangeHref(vm.range, vm.name)}>{vm.name}</a>}
              <State shown={standingOf(vm, isKnown)} />
            </p>
            <p class="meta">
              {isKnown && `${byteWords(vm.memoryUsedBytes)} used of `}
              {byteWords(vm.memoryBytes)}
              {!isKnown && ' of memory'} · VMID {vm.vmid}
            </p>
            <p>{vm.why ?? (vm.range === undefined ? 'Of no range; Lanista has not put it here.' : 'Not told.')}</p>
          </li>
        ))}
      </ul>
    </section>
  )
}
