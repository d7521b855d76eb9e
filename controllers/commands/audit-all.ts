import type { MachineAudit, Machines } from '../../model/machine-ports.ts'
import type { RangePlan } from '../../model/plan/range-plan.ts'
import { type VmPlan, nodeOf } from '../../model/plan/vm-plan.ts'

/** VMs as their own nodes tell them, by VMID, and a sentence for each that could not be read. */
export interface Audited {
  readonly read: ReadonlyMap<number, MachineAudit>
  readonly untold: readonly string[]
}

/** Reads each VM of a plan that exists. One that has gone meanwhile is not among them. */
export async function auditAll(
  { vms, network }: RangePlan,
  machines: Pick<Machines, 'audit'>,
  signal: AbortSignal,
): Promise<Audited> {
  const untold: string[] = []
  const wanted = { signal, withdrawn: signal }
  const read = await Promise.all(
    vms.flatMap((vm) => {
      const node = existsAt(vm)
      return node === undefined
        ? []
        : [
            machines.audit(node, vm.vmid, network.names.zones ?? [], wanted).catch((error: unknown) => {
              signal.throwIfAborted()
              const why = error instanceof Error ? error.message : String(error)
              untold.push(`vm ${vm.spec.name}: it can't be read, so it is not compared: ${why}`)
              return undefined
            }),
          ]
    }),
  )
  return { read: new Map(read.flatMap((each) => (each === undefined ? [] : [[each.vmid, each]]))), untold }
}

/** Where it is, unless it is only being made, or something else is in its place. */
const existsAt = (vm: VmPlan): string | undefined => {
  const { kind } = vm.step
  return kind === 'create' || kind === 'wait' || kind === 'leftover' ? undefined : nodeOf(vm.step)
}
