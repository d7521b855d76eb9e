/** Whether these are the long tests (`npm run test:long`) rather than the short ones (`npm test`). */
export const isLong = process.env['LANISTA_TEST_LONG'] !== undefined

/** How often a property is tried: so often in the long tests, a fifth of that in the short ones. */
export const runs = (often: number): number => (isLong ? often : Math.ceil(often / 5))
