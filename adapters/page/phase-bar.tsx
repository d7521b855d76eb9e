import type { JSX } from 'preact'
import type { VmView } from '../../model/api/range-view.ts'
import type { VmPhase } from '../../model/vm-phase.ts'
import { type Mark, PHASES } from './states.ts'
import { count } from './words.ts'

/** In the order in which the bar has them. */
const ORDER: readonly Mark[] = ['good', 'rest', 'work', 'none', 'doubt', 'bad']

/** So many VMs of a range are in each phase, in the order of the table of phases. */
function phaseCounts(vms: readonly VmView[]): ReadonlyMap<VmPhase, number> {
  const counts = new Map<VmPhase, number>()
  for (const { phase } of vms) counts.set(phase, (counts.get(phase) ?? 0) + 1)
  return counts
}

/** `47 of 50 VMs run, 2 cloning, 1 blocked`. */
export function phaseWords(vms: readonly VmView[]): string {
  if (vms.length === 0) return 'no VMs'
  const counts = phaseCounts(vms)
  const running = counts.get('running') ?? 0
  const others = [...counts].filter(([phase]) => phase !== 'running').map(([phase, number]) => `${number} ${phase}`)
  if (others.length === 0) return vms.length === 1 ? '1 VM runs' : `${vms.length} VMs run`
  return [`${running} of ${count(vms.length, 'VM')} run`, ...others].join(', ')
}

/** The same as a bar, for the eye. */
export function PhaseBar({ vms }: { readonly vms: readonly VmView[] }): JSX.Element {
  const counts = new Map<Mark, number>()
  for (const { phase } of vms) counts.set(PHASES[phase].mark, (counts.get(PHASES[phase].mark) ?? 0) + 1)
  let at = 0
  return (
    <svg class="phases" viewBox={`0 0 ${Math.max(1, vms.length)} 1`} preserveAspectRatio="none" aria-hidden="true">
      {ORDER.flatMap((mark) => {
        const many = counts.get(mark) ?? 0
        if (many === 0) return []
        at += many
        return [<rect key={mark} class={mark} x={at - many} width={many} height={1} />]
      })}
    </svg>
  )
}
