import { Composer, type CST, type Document, LineCounter, Parser } from 'yaml'

/**
 * What a hostile file may cost. All are far beyond any real range file (217 lines, depth 6), and keep the worst case
 * near a second. Depth is no matter of taste: the composer recurses, and a file of opening brackets has been seen to
 * abort the whole process from inside V8. `nodes` are those of a file with all that its aliases repeat.
 */
export const YAML_LIMITS = {
  characters: 1024 * 1024,
  marks: 100_000,
  depth: 64,
  aliases: 5000,
  aliasesOfOne: 1000,
  nodes: 200_000,
} as const

/** The documents of a text, or which limit it exceeds and where (character offset). */
export type ParsedYaml =
  | { readonly kind: 'parsed'; readonly documents: readonly Document.Parsed[]; readonly lines: LineCounter }
  | { readonly kind: 'excessive'; readonly finding: string; readonly offset: number; readonly lines: LineCounter }

/** Parses YAML 1.2 with merge keys. Duplicate keys and unknown aliases are left for the caller to find. */
export function parseWithinLimits(text: string): ParsedYaml {
  const lines = linesOf(text)
  const excessive = (finding: string, offset: number): ParsedYaml => ({ kind: 'excessive', finding, offset, lines })
  if (text.length > YAML_LIMITS.characters) return excessive('the file is larger than 1 MiB', 0)
  if (marksIn(text) > YAML_LIMITS.marks) return excessive('the file has more YAML in it than any range needs', 0)

  // The parser itself needs no recursion; the composer, which does, comes after the depth is known.
  const tokens = [...new Parser().parse(text)]
  const tooDeep = offsetBeyondDepth(tokens)
  if (tooDeep !== undefined) return excessive(`the YAML is nested deeper than ${YAML_LIMITS.depth} levels`, tooDeep)
  const options = {
    prettyErrors: false,
    uniqueKeys: false,
    merge: true,
    logLevel: 'silent',
  } as const
  return { kind: 'parsed', documents: [...new Composer(options).compose(tokens)], lines }
}

/** Where the lines of a text start. The parser would report them too, but not all where it stumbles. */
function linesOf(text: string): LineCounter {
  const lines = new LineCounter()
  for (let start = 0; start !== 0 || lines.lineStarts.length === 0; start = text.indexOf('\n', start) + 1)
    lines.addNewLine(start)
  return lines
}

const MARKS: ReadonlySet<number> = new Set(Array.from('\n:,-?[]{}#&*!|>"\'', (mark) => mark.charCodeAt(0)))

/** How many characters of the text may begin a token: what parsing costs grows with it, not with the length. */
export function marksIn(text: string): number {
  let marks = 0
  for (let index = 0; index < text.length; index += 1) if (MARKS.has(text.charCodeAt(index))) marks += 1
  return marks
}

interface Nested {
  readonly token: CST.Token
  readonly depth: number
}

/** The offset of a token nested too deep, found without recursion. */
function offsetBeyondDepth(tokens: readonly CST.Token[]): number | undefined {
  const open: Nested[] = tokens.map((token) => ({ token, depth: 0 }))
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next
    if (depth > YAML_LIMITS.depth) return token.offset
    if (token.type === 'document' && token.value !== undefined) open.push({ token: token.value, depth: depth + 1 })
    if (!('items' in token)) continue
    for (const { key, value } of token.items) {
      if (key !== undefined && key !== null && 'items' in key) open.push({ token: key, depth: depth + 1 })
      if (value !== undefined && 'items' in value) open.push({ token: value, depth: depth + 1 })
    }
  }
  return undefined
}
