import type { Finding } from '../../model/condition.ts'
import type { NetworkMode } from '../../model/network-mode.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { Logger } from '../../model/ports.ts'
import type { RangeSpec } from '../../model/range-spec.ts'
import type { ZoneFinding } from '../../model/zone-finding.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { numberedBridges } from '../../reconcilers/bridge/range-bridge.ts'
import { type Ground, groundOf } from '../../reconcilers/range/ground.ts'
import type { PlanResult } from '../../reconcilers/range/plan-range.ts'
import { planTurn, type TurnResult, unbroken } from '../../reconcilers/range/plan-turn.ts'
import { numberedVnets } from '../../reconcilers/vnet/numbered-vnets.ts'
import type { DecidedMode } from '../network/decided-mode.ts'
import { Turn } from '../pace/turn.ts'
import type { Announced } from './announced.ts'
import type { MoveHolds } from './move-holds.ts'
import type { Reservations } from './reservations.ts'

export interface Planned {
  readonly result: PlanResult
  /** A finding where it turned, or could not be told: then nothing was planned. */
  readonly mode: NetworkMode | Finding
  /** By which it was planned. */
  readonly snapshot: ClusterSnapshot
}

/** A look at the cluster. Throws when it can't be seen. @param acl whether rights are read as well */
type Look = () => Promise<ClusterSnapshot>

/**
 * The serial planning turn: one look at the cluster for all ranges that are dirty together, planned together,
 * so that no two are promised the same.
 */
export class Planning {
  readonly #reservations: Reservations
  readonly #logger: Logger
  readonly #turn: Turn<RangeSpec, Planned>
  #numbersSeen: ReadonlySet<number> | undefined
  #onZone: (findings: readonly ZoneFinding[]) => void = () => undefined

  /** @param announced whom a turn waits for @param failing node -> why clones fail there @param holds that moves of networks have on ranges */
  constructor(
    look: Look,
    decided: DecidedMode,
    reservations: Reservations,
    announced: Announced,
    settings: () => PlanSettings,
    logger: Logger,
    failing: () => ReadonlyMap<string, string> = () => new Map(),
    holds: Pick<MoveHolds, 'atLook'> = { atLook: () => Promise.resolve(new Map()) },
  ) {
    this.#reservations = reservations
    this.#logger = logger
    this.#turn = new Turn(
      async (specs) => {
        const atRest = reservations.atRest()
        const snapshot = await look()
        reservations.forgetShown(snapshot, atRest)
        const mode = decided.modeOf(snapshot)
        const ground = groundOf(snapshot, settings(), mode, failing(), await holds.atLook(mode, snapshot))
        this.#onZone(ground.zone.findings)
        this.#numbersSeen = numbersOf(snapshot)
        const results = this.#planAll(specs, ground)
        return (spec) => {
          const result = results.get(spec)
          if (result === undefined) throw new Error(`range ${spec.id} was not in this turn`)
          return { result: unbroken(result), mode, snapshot }
        }
      },
      () => announced.gone(),
    )
  }

  /** What is wrong with the zone is told at each look. */
  onZone(listener: (findings: readonly ZoneFinding[]) => void): void {
    this.#onZone = listener
  }

  /** The numbers of networks that the last look showed, whoever's; undefined before the first. */
  numbersSeen(): ReadonlySet<number> | undefined {
    return this.#numbersSeen
  }

  /**
   * Plans a range in the next turn and reserves what the plan needs until its pass has ended (`passed`).
   * Throws when Proxmox can't be seen.
   */
  plan(spec: RangeSpec): Promise<Planned> {
    return this.#turn.enter(spec)
  }

  /** The range's pass has ended: what its plan needs is kept until a look shows it. */
  passed(rangeId: string): void {
    this.#reservations.release(rangeId)
  }

  #planAll(specs: readonly RangeSpec[], ground: Ground): ReadonlyMap<RangeSpec, TurnResult> {
    const { results, jointError } = planTurn(specs, ground, this.#reservations.all())
    if (jointError !== undefined)
      this.#logger.error('planning ranges together broke, so each was placed alone; this is a bug, please report it', {
        error: jointError,
        ranges: specs.map(({ id }) => id),
      })
    for (const [{ id }, result] of results)
      if (result.kind === 'planned') this.#reservations.reserve(id, result.plan.number, result.reservations)
    return results
  }
}

const numbersOf = (snapshot: ClusterSnapshot): ReadonlySet<number> =>
  new Set([...numberedVnets(snapshot), ...snapshot.nodeNetworks.flatMap(numberedBridges)].map(({ number }) => number))
