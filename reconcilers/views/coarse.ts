/**
 * What is measured differs with each look. Told in steps, what has hardly changed is not told again: a page that is left open hears
 * of changes that somebody may want to see. In bytes.
 */
export const MEMORY_STEP = { vm: 64 * 2 ** 20, node: 256 * 2 ** 20 } as const

/** The nearest whole number of steps. */
export const inSteps = (value: number, step: number): number => Math.round(value / step) * step
