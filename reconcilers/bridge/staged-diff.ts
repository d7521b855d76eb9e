/** A line of Proxmox' diff of `/etc/network/interfaces`. */
export interface DiffLine {
  /** `@` where a hunk begins; `?` for what no diff has, which is taken as somebody's change. */
  readonly sign: ' ' | '+' | '-' | '@' | '?'
  /** Without the sign, white space as single blanks. */
  readonly text: string
}

/** The lines of a diff, without the two that name the files. */
export const diffLines = (diff: string): readonly DiffLine[] =>
  diff
    .split('\n')
    .filter((line, index) => line !== '' && !line.startsWith('\\') && !(index < 2 && /^(---|\+\+\+) /.test(line)))
    .map((line): DiffLine => {
      const sign = ([' ', '+', '-', '@'] as const).find((each) => line.startsWith(each)) ?? '?'
      return { sign, text: (sign === '?' ? line : line.slice(1)).trim().replaceAll(/\s+/g, ' ') }
    })

/**
 * The stanzas of one of the two files, as far as the diff shows them: of the file as it was (`-`), or as it will be
 * (`+`). They are different ones around the same place.
 */
export function stanzasOf(lines: readonly DiffLine[], file: '-' | '+'): readonly (readonly DiffLine[])[] {
  const other = file === '-' ? '+' : '-'
  const stanzas: DiffLine[][] = [[]]
  for (const line of lines) {
    if (line.sign === other) continue
    const open = stanzas.at(-1) ?? []
    const name = nameIn(line)
    const begins = name !== undefined && !open.some((each) => nameIn(each) === name)
    if (line.sign === '@' || line.text === '') stanzas.push([])
    else if (begins) stanzas.push([line])
    else open.push(line)
  }
  return stanzas
}

/** The interface that a stanza is about; undefined when its first lines are outside of the diff's context. */
export const interfaceOf = (stanza: readonly DiffLine[]): string | undefined =>
  stanza.map(nameIn).find((name) => name !== undefined)

const nameIn = ({ text }: DiffLine): string | undefined => /^(?:auto|allow-\S+|iface) (\S+)/.exec(text)?.[1]
