import type { Arena } from './arena.ts'
import type { Chronicle } from './chronicle.ts'
import { EMPTY_FILE, isInForce, type RangeFile } from './range-text.ts'
import type { Step } from './steps.ts'

type Edit = Extract<Step, { kind: 'write vm' | 'take vm out' | 'file' | 'power' | 'drift' }>

/** Carries out an author's edit. One of a file that is not there makes it, but for those that take something away. */
export async function edit(arena: Arena, chronicle: Chronicle, step: Edit): Promise<void> {
  const before = arena.files.get(step.range)
  const after = edited(before, step)
  if (after === before) return
  const { range } = step
  chronicle.fileSaid(range, after)
  chronicle.frozen.delete(range)
  await arena.write(range, after)
  if (isInForce(after)) return
  // A pass that began before may still be under way.
  const freeze = (): void => {
    if (arena.files.get(range) === after) chronicle.frozen.add(range)
  }
  void arena.rest().then(freeze, freeze)
}

function edited(before: RangeFile | undefined, step: Edit): RangeFile | undefined {
  const file = before ?? EMPTY_FILE
  switch (step.kind) {
    case 'write vm': {
      const { vm, vlan, ram, cpus, node } = step
      return { ...file, vms: { ...file.vms, [vm]: { vlan, ram, cpus, node } } }
    }
    case 'take vm out': {
      const { [step.vm]: gone, ...vms } = file.vms
      return gone === undefined ? before : { ...file, vms }
    }
    case 'power':
      return { ...file, power: step.power }
    case 'drift':
      return { ...file, drift: { networks: step.networks, hardware: step.hardware } }
    case 'file':
      return before === undefined ? undefined : become(before, step.becomes)
  }
}

function become(file: RangeFile, becomes: Extract<Edit, { kind: 'file' }>['becomes']): RangeFile | undefined {
  switch (becomes) {
    case 'broken':
      return { ...file, broken: true }
    case 'mended':
      return { ...file, broken: false }
    case 'removed':
      return undefined
    case 'suspended':
      return { ...file, suspended: true }
    case 'resumed':
      return { ...file, suspended: false }
    case 'absent':
      return { ...file, state: 'absent' }
    case 'present':
      return { ...file, state: 'present' }
  }
}
