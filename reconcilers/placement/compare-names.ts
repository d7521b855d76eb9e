/** Order of names that is the same on every machine, whatever its locale. */
export const compareNames = (a: string, b: string): number => (a < b ? -1 : Number(a > b))
