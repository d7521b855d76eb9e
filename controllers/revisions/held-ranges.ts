import type { HeldRevision } from '../../model/revision.ts'

/** Ranges of which a newer content, or everything, is held back, and who hears when that may have ended. */
export class HeldRanges {
  readonly #held = new Set<string>()
  /** Those of them that wait for a wave. */
  readonly #inWaves = new Set<string>()
  readonly #onNobodyInWaves: () => void
  #onRelease: (rangeId: string) => void = () => undefined

  /** @param onNobodyInWaves called when the last one that waited for a wave does not any more */
  constructor(onNobodyInWaves: () => void) {
    this.#onNobodyInWaves = onNobodyInWaves
  }

  /** Calls back with each of them whenever its waiting may have ended. */
  onRelease(listener: (rangeId: string) => void): void {
    this.#onRelease = listener
  }

  waits(rangeId: string, { reason }: HeldRevision): void {
    this.#held.add(rangeId)
    if (reason === 'WaveHeld') this.#inWaves.add(rangeId)
    else this.#leftWaves(rangeId)
  }

  released(rangeId: string): void {
    this.#held.delete(rangeId)
    this.#leftWaves(rangeId)
  }

  /** Something has changed for which they may have waited. */
  tell(): void {
    for (const id of this.#held) this.#onRelease(id)
  }

  #leftWaves(rangeId: string): void {
    if (this.#inWaves.delete(rangeId) && this.#inWaves.size === 0) this.#onNobodyInWaves()
  }
}
