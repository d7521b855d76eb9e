/** Whether these are the long tests (`npm run test:long`) rather than the short ones (`npm test`). */
export const isLong = process.env['LANISTA_TEST_LONG'] !== undefined

/** What the long tests choose their cases by, `LANISTA_SEED`; undefined: by chance. */
export const longSeed: number | undefined =
  process.env['LANISTA_SEED'] === undefined ? undefined : Number(process.env['LANISTA_SEED'])

/** How often a property is tried: so often in the long tests, in the short ones a twentieth of that, where nothing else is said. */
export const runs = (often: number, few = Math.ceil(often / 20)): number => (isLong ? often : few)

/** All cases of one kind in the long tests, and in the short ones those of them that stand for the others. */
export const cases = <T>(all: readonly T[], isExample: (each: T, index: number) => boolean): readonly T[] =>
  isLong ? all : all.filter(isExample)

/** For `cases`: the first of each `step`, and so some from everywhere where they are in an order. */
export const every =
  (step: number) =>
  (_: unknown, index: number): boolean =>
    index % step === 0

/** A test of the long run alone: another in its file stands for it in the short one. */
export const itLong = (title: string, test: (this: Mocha.Context) => Promise<void> | void): void => {
  if (isLong) it(title, test)
}
