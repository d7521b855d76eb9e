/** A range's file as it names the range's machines. */
export interface NamedMachines {
  readonly rangeId: string
  readonly names: readonly string[]
}

/**
 * The range among others whose file named the same machines but for the range's own id in their names: a file that was
 * renamed, as far as anybody can tell. Machines whose names don't have the id would be one VM's in two ranges, and are told of
 * without this.
 */
export function twinOf({ rangeId, names }: NamedMachines, others: readonly NamedMachines[]): NamedMachines | undefined {
  const own = neutral({ rangeId, names })
  return own === '[]' ? undefined : others.find((other) => other.rangeId !== rangeId && neutral(other) === own)
}

/** The names with a sign in place of the id, as one text. */
const neutral = ({ rangeId, names }: NamedMachines): string =>
  JSON.stringify(names.map((name) => name.replaceAll(rangeId, '\u0000')).sort())
