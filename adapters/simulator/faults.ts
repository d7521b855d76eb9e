import type { RequestMatch } from './journal.ts'
import type { World } from './world.ts'

/** What happens to a matching request. */
export type RequestEffect =
  /** The connection is cut without an answer; `after` in the middle of the answer's body. */
  | { readonly kind: 'reset' }
  /** No answer, ever; the connection stays open until the client gives up. */
  | { readonly kind: 'hang' }
  /** This answer instead: 401, 500 with a message, 595, 596, ... 5xx above 590 and 401 have no body, as in Proxmox. */
  | { readonly kind: 'answer'; readonly status: number; readonly message: string }
  /** The usual answer, later by so many milliseconds. */
  | { readonly kind: 'delay'; readonly by: number }
  /** The world changes in between: somebody else's edit, a pending change, a node going down. */
  | { readonly kind: 'edit'; readonly edit: (world: World) => void | Promise<void> }

/**
 * A scripted mishap. It strikes `times` times (once unless said otherwise), after letting `skip` matching events pass.
 *
 * - `request`: `before`: the operation does not happen; `after` (the default for nothing): it happened, and only the
 *   answer suffers. That is the difference between "refused" and "unknown outcome".
 * - `task`: a task of that type (and id) ends with this error, `before` or `after` its work was done.
 * - `start`: QEMU comes up and never answers: the start task fails, and the VM is called running for as many milliseconds.
 * - `reload`: a node's network reload fails as `ifreload` does, or takes so long, or both.
 * - `reach`: an SDN apply needs so long to reach a node, on which no reload has begun yet.
 */
export type Fault = { readonly times?: number; readonly skip?: number } & (
  | {
      readonly on: 'request'
      readonly match: RequestMatch
      readonly at: 'before' | 'after'
      readonly effect: RequestEffect
    }
  | {
      readonly on: 'task'
      readonly type: string
      readonly id?: string
      readonly at: 'before' | 'after'
      readonly error: string
    }
  | { readonly on: 'start'; readonly vmid?: number; readonly lingers: number }
  | { readonly on: 'reload'; readonly node: string; readonly fails: boolean; readonly takes?: number }
  | { readonly on: 'reach'; readonly node: string; readonly takes: number }
)

/** A fault in place. */
export interface ArmedFault {
  /** How often it has struck. */
  readonly hits: () => number
  readonly disarm: () => void
}

type On<K extends Fault['on']> = Extract<Fault, { readonly on: K }>

/** The faults in place, in order; of several that fit the first strikes. */
export interface FaultScript {
  readonly arm: (fault: Fault) => ArmedFault
  /** All faults of one kind that fit and are due now; each is thereby used once. */
  strike<K extends Fault['on']>(on: K, fits: (fault: On<K>) => boolean): readonly On<K>[]
}

interface Armed {
  readonly fault: Fault
  seen: number
  hits: number
}

const isOn = <K extends Fault['on']>(fault: Fault, on: K): fault is On<K> => fault.on === on

/** A script that starts with these faults. */
export const faultScript = (initial: readonly Fault[] = []): FaultScript => {
  const armed: Armed[] = []
  const arm = (fault: Fault): ArmedFault => {
    const entry: Armed = { fault, seen: 0, hits: 0 }
    armed.push(entry)
    return {
      hits: () => entry.hits,
      disarm: () => {
        const index = armed.indexOf(entry)
        if (index >= 0) armed.splice(index, 1)
      },
    }
  }
  for (const fault of initial) arm(fault)
  return {
    arm,
    strike: (on, fits) =>
      armed.flatMap((entry) => {
        const { fault } = entry
        if (!isOn(fault, on) || !fits(fault)) return []
        entry.seen += 1
        if (entry.seen <= (fault.skip ?? 0) || entry.hits >= (fault.times ?? 1)) return []
        entry.hits += 1
        return [fault]
      }),
  }
}
