/** Order of names that is the same on every machine, whatever its locale. */
export const compareNames = (a: string, b: string): number => (a < b ? -1 : Number(a > b))

/** So that the same things give the same requests, whoever asked first. */
export const inOrderOfName = <T extends { readonly name: string }>(all: readonly T[]): readonly T[] =>
  [...all].sort((a, b) => compareNames(a.name, b.name))
