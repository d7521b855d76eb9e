import type { BridgeWants } from '../../model/plan/network-plan.ts'
import { namesOf } from '../../reconcilers/bridge/bridge-wants.ts'

/** What one range wants of a turn. */
export interface BridgeRequest {
  readonly wants: BridgeWants
  /** Throws `Withdrawn` when the range does not want it like this any more. */
  readonly check: () => Promise<void>
}

/** True when it is about one of these bridges. */
export const isAbout = ({ wants }: BridgeRequest, names: readonly string[]): boolean =>
  namesOf(wants).some((name) => names.includes(name))

/** Which of these bridges nobody wants any more, with why. */
export function unwantedOf(
  gone: ReadonlyMap<BridgeRequest, unknown>,
  asking: readonly BridgeRequest[],
  names: readonly string[],
): ReadonlyMap<string, unknown> {
  const wanted = new Set(asking.flatMap(({ wants }) => namesOf(wants)))
  return new Map(
    [...gone].flatMap(([{ wants }, error]) =>
      namesOf(wants).flatMap((name): [string, unknown][] =>
        names.includes(name) && !wanted.has(name) ? [[name, error]] : [],
      ),
    ),
  )
}
