import { type FreezeAllowed, type FreezeWindow, freezeWindow } from '../../../model/freeze/freeze-window.ts'
import type { RangeId } from '../steps.ts'
import type { ActedOn, Asks, Content } from './acted-on.ts'

interface Frozen {
  readonly allow: readonly FreezeAllowed[]
  readonly at: number
  /** What was in force until then, and at that very instant. */
  readonly inForce: readonly Content[]
  readonly hadInForce: boolean
  /** The range was Ready with that. */
  readonly wasReached: boolean
}

/** The ranges whose changes are frozen, and what may be written to them all the same. */
export class Freezes {
  readonly #actedOn: ActedOn
  readonly #now: () => number
  readonly #frozen = new Map<RangeId, Frozen>()

  constructor(actedOn: ActedOn, now: () => number) {
    this.#actedOn = actedOn
    this.#now = now
  }

  /** `lanista.freeze`. */
  windows(): readonly FreezeWindow[] {
    return [...this.#frozen].map(([range, { allow }]) =>
      freezeWindow.parse({ name: 'exam', from: '2000-01-01', until: '2100-01-01', ranges: [range], allow }),
    )
  }

  isOn(range: RangeId): boolean {
    return this.#frozen.has(range)
  }

  begin(range: RangeId, allow: readonly FreezeAllowed[]): void {
    if (!this.#frozen.has(range)) this.#frozen.set(range, this.#as(allow, range))
  }

  end(range: RangeId): void {
    this.#frozen.delete(range)
  }

  /** What was known of ranges is lost: what is in force now counts. */
  anew(): void {
    for (const [range, { allow }] of this.#frozen) this.#frozen.set(range, this.#as(allow, range))
  }

  /** What was decided until the freeze began may be written down at that very instant. */
  written(range: string): void {
    for (const [id, { allow, at }] of this.#frozen)
      if (id === range && at === this.#now()) this.#frozen.set(id, this.#as(allow, id))
  }

  complaints(range: RangeId, asks: Asks): readonly string[] {
    const frozen = this.#frozen.get(range)
    if (frozen === undefined || frozen.at === this.#now()) return []
    const { allow, inForce, hadInForce, wasReached } = frozen
    if (!hadInForce && allow.includes('new')) return []
    if (!hadInForce) return ['although it is frozen, and was not begun']
    if (wasReached && !allow.includes('drift')) return ['although it is frozen, and was done']
    return inForce.some(asks) ? [] : ['although it is frozen, and was not at that']
  }

  #as(allow: readonly FreezeAllowed[], range: RangeId): Frozen {
    const record = this.#actedOn.record(range)
    const inForce = this.#actedOn.inForce(range)
    return {
      allow,
      at: this.#now(),
      inForce,
      hadInForce: record?.inForce !== undefined,
      wasReached: record?.inForce !== undefined && record.reached?.digest === record.inForce.digest,
    }
  }
}
