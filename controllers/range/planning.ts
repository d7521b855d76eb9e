import type { Clock } from '../../model/clock.ts'
import type { Finding } from '../../model/condition.ts'
import type { Explanation } from '../../model/explanation.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { ClusterObserver } from '../../model/ports.ts'
import type { RangeSpec } from '../../model/range-spec.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import type { NetworkMode } from '../../model/network-mode.ts'
import { type Ground, groundOf } from '../../reconcilers/ground.ts'
import type { ZoneFinding } from '../../model/zone-finding.ts'
import { explainVm } from '../../reconcilers/explain-vm.ts'
import type { PlanResult } from '../../reconcilers/plan-range.ts'
import { numberedBridges } from '../../reconcilers/bridge/range-bridge.ts'
import { planTurn } from '../../reconcilers/plan-turn.ts'
import { numberedVnets } from '../../reconcilers/vnet/numbered-vnets.ts'
import type { DecidedMode } from '../network/decided-mode.ts'
import { Reservations } from './reservations.ts'
import { Turn } from '../pace/turn.ts'

export interface Planned {
  readonly result: PlanResult
  readonly snapshot: ClusterSnapshot
  readonly mode: NetworkMode
}

/**
 * The serial planning turn: one look at the cluster for all ranges that are dirty together, planned together,
 * so that no two are promised the same.
 */
export class Planning {
  readonly #reservations = new Reservations()
  readonly #turn: Turn<RangeSpec, Planned>
  readonly #explanations: Turn<{ readonly spec: RangeSpec; readonly vm: string }, Explanation>
  readonly #announced: Announced
  #onZone: (findings: readonly ZoneFinding[]) => void = () => undefined
  #numbersSeen: ReadonlySet<number> | undefined

  constructor(
    observer: ClusterObserver,
    decided: DecidedMode,
    settings: () => PlanSettings,
    clock: Clock,
    signal: AbortSignal,
  ) {
    this.#announced = new Announced(clock, signal)
    const look = async (acl: boolean): Promise<{ readonly ground: Ground; readonly turned: Finding | undefined }> => {
      const snapshot = await observer.observe(signal, { acl })
      const { mode, turned } = decided.modeOf(snapshot)
      const ground = groundOf(snapshot, settings(), mode)
      this.#onZone(turned === undefined ? ground.zone.findings : [])
      return { ground, turned }
    }
    this.#turn = new Turn(
      async (specs) => {
        const ended = this.#reservations.ended()
        const { ground, turned } = await look(settings().aclGroup !== undefined)
        const { snapshot, mode } = ground
        this.#reservations.forgetShown(snapshot, ended)
        this.#numbersSeen = numbersOf(snapshot)
        const results = turned === undefined ? this.#planAll(specs, ground) : refuseAll(specs, turned)
        return (spec) => {
          const result = results.get(spec)
          if (result === undefined) throw new Error(`range ${spec.id} was not in this turn`)
          return { result: result(), snapshot, mode }
        }
      },
      () => this.#announced.gone(),
    )
    this.#explanations = new Turn(async () => {
      const { ground } = await look(false)
      return ({ spec, vm }) => {
        const watch = { rangeId: spec.id, vm }
        return explainVm(spec, vm, planTurn([spec], ground, this.#reservations.all(), watch))
      }
    })
  }

  /**
   * Says that a range will ask for its plan as soon as its file is read, or not at all. A turn waits for those announced,
   * so that ranges triggered together are planned together, however long each file takes.
   */
  announce<T>(reading: Promise<T>): Promise<T> {
    this.#announced.add(reading)
    return reading
  }

  /** What is wrong with the zone is told at each look, whether a range is planned or not. */
  onZone(listener: (findings: readonly ZoneFinding[]) => void): void {
    this.#onZone = listener
  }

  /** The numbers of networks that the last look showed, whoever's; undefined before the first. */
  numbersSeen(): ReadonlySet<number> | undefined {
    return this.#numbersSeen
  }

  /** Plans a range in the next turn and reserves what the plan needs until `release`. Throws when Proxmox can't be seen. */
  plan(spec: RangeSpec): Promise<Planned> {
    return this.#turn.enter(spec)
  }

  #planAll(specs: readonly RangeSpec[], ground: Ground): ReadonlyMap<RangeSpec, () => PlanResult> {
    const { results } = planTurn(specs, ground, this.#reservations.all())
    for (const [{ id }, result] of results) this.#reserve(id, result)
    return results
  }

  /** What a result throws is for whoever asked for it. */
  #reserve(rangeId: string, result: () => PlanResult): void {
    try {
      const made = result()
      if (made.kind === 'planned') this.#reservations.reserve(rangeId, made.plan.number, made.reservations)
    } catch {
      // Nothing is promised to a range that could not be planned.
    }
  }

  /**
   * Why a VM of a range is on its node, or which it would get now. Whoever asks while the cluster is looked at shares the
   * next look. Reserves nothing. Throws when Proxmox can't be seen, or the range has no such VM.
   */
  explain(spec: RangeSpec, vm: string): Promise<Explanation> {
    return this.#explanations.enter({ spec, vm })
  }

  /** To be called when the pass of a planned range has ended, however it ended. */
  release(rangeId: string): void {
    this.#reservations.release(rangeId)
  }
}

const refuseAll = (specs: readonly RangeSpec[], finding: Finding): ReadonlyMap<RangeSpec, () => PlanResult> =>
  new Map(specs.map((spec) => [spec, () => ({ kind: 'refused', part: 'NetworkReady', finding, zoneFindings: [] })]))

const numbersOf = (snapshot: ClusterSnapshot): ReadonlySet<number> =>
  new Set([...numberedVnets(snapshot), ...snapshot.nodeNetworks.flatMap(numberedBridges)].map(({ number }) => number))

/** A file system that hangs keeps the ranges on it waiting, and no other for longer than this, once. */
const PATIENCE_MS = 10_000

/** Who is about to ask for a plan. */
class Announced {
  readonly #clock: Clock
  readonly #signal: AbortSignal
  readonly #reading = new Set<Promise<unknown>>()

  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock
    this.#signal = signal
  }

  add(reading: Promise<unknown>): void {
    const ended: Promise<unknown> = reading.then(
      () => this.#reading.delete(ended),
      () => this.#reading.delete(ended),
    )
    this.#reading.add(ended)
  }

  /** Resolves when nobody is reading any more; who takes too long is not waited for again. */
  async gone(): Promise<void> {
    if (this.#reading.size === 0) return
    const enough = new AbortController()
    const signal = AbortSignal.any([this.#signal, enough.signal])
    const patience = this.#clock.sleep(PATIENCE_MS, signal).then(
      () => this.#reading.clear(),
      () => undefined,
    )
    while (this.#reading.size > 0 && !this.#signal.aborted) await Promise.race([Promise.all(this.#reading), patience])
    enough.abort()
  }
}
