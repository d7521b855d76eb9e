import type { JSX } from 'preact'
import type { NodeView } from '../../model/api/cluster-views.ts'
import { hasFigures } from '../../model/api/node-figures.ts'
import { byteWords } from './words.ts'

const WIDTH = 1000

/**
 * A node's memory: used, promised and free, and below it the VMs that it is for, each as wide as its memory. Of a node that does not
 * tell how it is no bar is drawn, as an empty one would say that all of it is free.
 */
export function MemoryBar({ node }: { readonly node: NodeView }): JSX.Element {
  const { memoryBytes, memoryUsedBytes, memoryPromisedBytes, vms, name } = node
  if (!hasFigures(node))
    return (
      <p class="memory unknown">
        {memoryBytes > 0 && `${byteWords(memoryBytes)} of memory: `}how much is used and free is not known just now
      </p>
    )
  const free = Math.max(0, memoryBytes - memoryUsedBytes - memoryPromisedBytes)
  const over = Math.max(0, memoryUsedBytes + memoryPromisedBytes - memoryBytes)
  const scale = WIDTH / Math.max(1, memoryBytes + over)
  const used = memoryUsedBytes * scale
  const promised = memoryPromisedBytes * scale
  return (
    <div class="memory">
      <svg viewBox={`0 0 ${WIDTH} 34`} preserveAspectRatio="none" aria-hidden="true">
        <rect class="free" width={WIDTH} height="20" />
        <rect class="used" width={used} height="20" />
        <rect class="promised" x={used} width={promised} height="20" />
        <path class="running" d={blocks(node, true, scale)} />
        <path class="resting" d={blocks(node, false, scale)} />
      </svg>
      <p>
        <strong>{byteWords(free)} free</strong> of {byteWords(memoryBytes)}: {byteWords(memoryUsedBytes)} used
        {memoryPromisedBytes > 0 && `, ${byteWords(memoryPromisedBytes)} promised`}
        {over > 0 && `, ${byteWords(over)} more than there is`}
        <span class="hidden">
          {' '}
          on {name}, {vms.length} VMs
        </span>
      </p>
    </div>
  )
}

/** One block a VM, those that run before the others. */
function blocks({ vms }: NodeView, isRunning: boolean, scale: number): string {
  const before = isRunning ? 0 : vms.filter(({ running }) => running).reduce((sum, vm) => sum + vm.memoryBytes, 0)
  let at = before * scale
  return vms
    .filter(({ running }) => running === isRunning)
    .map(({ memoryBytes }) => {
      const width = memoryBytes * scale
      const block = `M${at.toFixed(1)} 24h${Math.max(0.6, width - 1.4).toFixed(1)}v10h-${Math.max(0.6, width - 1.4).toFixed(1)}z`
      at += width
      return block
    })
    .join('')
}
