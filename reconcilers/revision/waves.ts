/** A range as a commit has it, and how far it is. */
export interface WaveMember {
  readonly rangeId: string
  /** 0..99 */
  readonly wave: number
  /** It was Ready with what the commit says of it, or nothing is to be waited for. */
  readonly isDone: boolean
}

/** The lowest wave that is not done yet: what higher ones change waits. */
export interface OpenWave {
  readonly wave: number
  /** Those of it that are not done, in order of id. */
  readonly waitsFor: readonly string[]
}

/** Undefined when all are done. */
export function openWaveOf(members: readonly WaveMember[]): OpenWave | undefined {
  const open = members.filter(({ isDone }) => !isDone)
  if (open.length === 0) return undefined
  const wave = open.reduce((least, each) => Math.min(least, each.wave), Number.POSITIVE_INFINITY)
  const waitsFor = open.filter((each) => each.wave === wave).map(({ rangeId }) => rangeId)
  return { wave, waitsFor: waitsFor.sort() }
}
