/** What lists have shown in this life. What they don't show any more may be gone, or hidden. */
export interface SeenBefore {
  readonly vmids: Set<number>
  readonly pools: Set<string>
  /** VNet -> its zone. */
  readonly vnets: Map<string, string>
  /** Node -> names of its bridges. */
  readonly bridges: Map<string, Set<string>>
}

/** Of one life. What is deleted stays in it until somebody has asked for it by its name. */
export const createSeenBefore = (): SeenBefore => ({
  vmids: new Set(),
  pools: new Set(),
  vnets: new Map(),
  bridges: new Map(),
})
