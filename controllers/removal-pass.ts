import type { Finding } from '../model/condition.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Outcome } from '../model/outcome.ts'
import type { NicReader } from '../model/ports.ts'
import type { RangeSpec } from '../model/range-spec.ts'
import type { ClusterSnapshot } from '../model/snapshot.ts'
import { outcomeOfError } from '../reconcilers/outcome-of-error.ts'
import { networkInUse, planRemoval } from '../reconcilers/vnet/plan-removal.ts'
import type { NetworkController } from './network-controller.ts'
import { conditionsOfRemoval, NOT_READ } from './range-conditions.ts'
import type { StatusBoard } from './status-board.ts'

/** What a pass over a range that is to go works with. */
export interface RemovalDependencies {
  /** A look at the cluster, shared by all who ask in the same moment. */
  readonly look: () => Promise<ClusterSnapshot>
  readonly networks: NetworkController
  readonly nics: NicReader
  readonly board: StatusBoard
}

/**
 * The pass over a range whose file says `state: absent`: its VNet goes after its last VM, and never while any guest has
 * a NIC on it. Throws only when aborted.
 */
export async function removeRange(
  spec: RangeSpec,
  warnings: readonly Diagnostic[],
  deps: RemovalDependencies,
  signal: AbortSignal,
): Promise<Outcome> {
  const report = (parts: Parameters<typeof conditionsOfRemoval>[1], number: number | undefined): Promise<void> =>
    deps.board.set({
      id: spec.id,
      source: spec.source,
      number,
      conditions: conditionsOfRemoval(spec.id, parts),
      diagnostics: warnings,
      vms: [],
      networks: [],
    })
  const stuck = async (part: 'machines' | 'network', finding: Finding, number?: number): Promise<Outcome> => {
    await report(part === 'machines' ? { machines: finding } : { machines: true, network: finding }, number)
    return { kind: 'stalled', error: finding.message }
  }
  try {
    const seen = await deps.look()
    const plan = planRemoval(spec.id, seen)
    switch (plan.kind) {
      case 'gone':
        await report({ machines: true, network: true }, undefined)
        return { kind: 'settled' }
      case 'waits':
        return await stuck('machines', plan.finding, deps.board.get(spec.id)?.number)
      case 'removable': {
        const { number, vnets } = plan
        await report(
          { machines: true, network: { reason: 'Progressing', message: 'its network is being removed' } },
          number,
        )
        for (const { name } of vnets) {
          const nics = await deps.nics.on(name, seen.guests, signal)
          if (nics.length > 0) return await stuck('network', networkInUse(name, nics), number)
        }
        const made = await deps.networks.ensure({ kind: 'vnets', vnets: [], removals: vnets })
        if (made.kind === 'failed') throw made.error
        if (made.kind === 'blocked') {
          await report({ machines: true, network: made.finding }, number)
          return { kind: 'retry', error: made.finding.message }
        }
        return { kind: 'progressing' }
      }
    }
  } catch (error) {
    signal.throwIfAborted()
    const outcome = outcomeOfError(error)
    const message = 'error' in outcome ? outcome.error : String(error)
    await report({ machines: { reason: NOT_READ, message } }, deps.board.get(spec.id)?.number)
    return outcome
  }
}
