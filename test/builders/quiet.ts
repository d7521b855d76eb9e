import type { Logger } from '../../model/ports.ts'

/** A logger for tests that don't look at the log. */
export const quiet: Logger = { info: () => {}, warn: () => {}, error: () => {} }

/** Resolves when everything that was ready to run has run. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
