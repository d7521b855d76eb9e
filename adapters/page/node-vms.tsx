import type { JSX } from 'preact'
import type { NodeView } from '../../model/api/cluster-views.ts'
import { useGrowing } from './growing.ts'
import { State } from './marks.tsx'
import { rangeHref } from './route.ts'
import { byteWords } from './words.ts'

const STEP = 40

/** The VMs of a node, the largest first, each with its reason for being there. */
export function NodeVms({ node: { name, vms } }: { readonly node: NodeView }): JSX.Element {
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
              <State shown={vm.running ? { word: 'running', mark: 'good' } : { word: 'not running', mark: 'rest' }} />
            </p>
            <p class="meta">
              {byteWords(vm.memoryUsedBytes)} used of {byteWords(vm.memoryBytes)} · VMID {vm.vmid}
            </p>
            <p>{vm.why ?? (vm.range === undefined ? 'Of no range; Lanista has not put it here.' : 'Not told.')}</p>
          </li>
        ))}
      </ul>
    </section>
  )
}
