/** What networks are asked for with where nobody takes it back. */
export const stillWanted = (): Promise<void> => Promise.resolve()
