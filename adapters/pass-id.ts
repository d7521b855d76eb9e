import { AsyncLocalStorage } from 'node:async_hooks'

const passes = new AsyncLocalStorage<string>()

/** Does work as a pass: all that it begins, however late it ends, is of that pass. */
export const withinPass = <T>(passId: string, work: () => T): T => passes.run(passId, work)

/** The id of the pass that this is done for; undefined outside of one. */
export const passIdNow = (): string | undefined => passes.getStore()
