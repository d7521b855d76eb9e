import { createActor, toPromise } from 'xstate'
import type { VmPhase } from '../../model/vm-phase.ts'
import { vmMachine } from './vm-machine.ts'
import type { VmResult, VmWork } from './vm-work.ts'

const PHASE_OF_STATE: Readonly<Record<string, VmPhase>> = {
  cloning: 'cloning',
  configuring: 'configuring',
  starting: 'starting',
  stopping: 'stopping',
  removing: 'deleting',
}

/**
 * Carries one VM's plan out as far as it goes, and says how far that was. Never throws for what Proxmox answers; an
 * aborted run ends without another write.
 *
 * @param onPhase told of each phase as it is entered
 */
export async function runVm(work: VmWork, onPhase: (phase: VmPhase) => void): Promise<VmResult> {
  const actor = createActor(vmMachine, { input: work })
  actor.subscribe(({ value }) => {
    const phase = PHASE_OF_STATE[value]
    if (phase !== undefined) onPhase(phase)
  })
  actor.start()
  return toPromise(actor)
}
